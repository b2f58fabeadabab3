//! From the body of a push to items in a store.

mod loki;
mod remote_write;

use std::sync::Arc;

use outpost_model::is_stale;

use crate::histogram::Histogram;
use crate::store::{Item, Meeting};

pub(crate) use loki::{json as loki_json, protobuf as loki_protobuf};
pub(crate) use remote_write::{Written, v1, v2};

/// The largest decoded body; Prometheus' own bound.
const MAX_DECODED_BYTES: usize = 32 << 20;

/// A sample of a series, in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) time: i64,
    pub(crate) value: Value,
}

/// A sample's value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Float(f64),
    Histogram(Arc<Histogram>),
}

/// A line of a log, in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) time: i64,
    pub(crate) text: Box<str>,
    pub(crate) metadata: Box<[(String, String)]>,
}

/// Why a push is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IntakeError {
    #[error("the body is no snappy block")]
    Snappy(#[source] snap::Error),
    #[error("the decoded body would have {bytes} bytes, more than {MAX_DECODED_BYTES}")]
    TooLarge { bytes: usize },
    #[error("the body is not the message that it should be")]
    Protobuf(#[source] prost::DecodeError),
    #[error("the body is not the JSON that it should be")]
    Json(#[source] serde_json::Error),
    #[error("cannot take a series: {problem}")]
    Series { problem: String },
}

// === impl Sample ===

impl Sample {
    /// Whether the series ends here.
    pub(crate) fn is_stale(&self) -> bool {
        match &self.value {
            Value::Float(value) => is_stale(*value),
            Value::Histogram(histogram) => is_stale(histogram.sum),
        }
    }
}

impl Item for Sample {
    fn time(&self) -> i64 {
        self.time
    }

    fn bytes(&self) -> usize {
        let own = size_of::<Self>();
        match &self.value {
            Value::Float(_) => own,
            Value::Histogram(histogram) => own + histogram.bytes(),
        }
    }

    /// One value per time: the last one wins.
    fn meets(&self, newcomer: &Self) -> Meeting {
        match (&self.value, &newcomer.value) {
            (Value::Float(a), Value::Float(b)) if a.to_bits() == b.to_bits() => Meeting::Same,
            _ => Meeting::Replace,
        }
    }
}

impl Item for Line {
    fn time(&self) -> i64 {
        self.time
    }

    fn bytes(&self) -> usize {
        let metadata = self.metadata.iter();
        let metadata: usize = metadata
            .map(|(name, value)| name.len() + value.len() + 48)
            .sum();
        size_of::<Self>() + self.text.len() + metadata
    }

    /// As in Loki: the very same entry is kept once.
    fn meets(&self, newcomer: &Self) -> Meeting {
        if self == newcomer {
            Meeting::Same
        } else {
            Meeting::Both
        }
    }
}

/// A snappy block, decoded.
fn unsnap(body: &[u8]) -> Result<Vec<u8>, IntakeError> {
    let bytes = snap::raw::decompress_len(body).map_err(IntakeError::Snappy)?;
    if bytes > MAX_DECODED_BYTES {
        return Err(IntakeError::TooLarge { bytes });
    }
    snap::raw::Decoder::new()
        .decompress_vec(body)
        .map_err(IntakeError::Snappy)
}
