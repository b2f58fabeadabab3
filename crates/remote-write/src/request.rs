//! The pure core for those who send themselves: series and samples in, the bytes of a request out.

use std::sync::Arc;

use outpost_model::{Labels, Metadata, SeriesId};

use crate::Protocol;
use crate::encode::Encoder;
use crate::points::{Point, Points};
use crate::table::Table;

/// Encodes requests in either protocol. No file, no network, no limit on size: what is too large is the caller's to
/// split, and so are headers, retries and what the receiver makes of it.
///
/// ```
/// use outpost_model::Labels;
/// use outpost_remote_write::{Protocol, RequestEncoder};
///
/// let mut encoder = RequestEncoder::new();
/// let up = encoder.series(&Labels::from_pairs([("__name__", "up")]), None).unwrap();
/// encoder.sample(up, 1_700_000_000_000, 1.0);
/// encoder.encode(Protocol::V1);
/// let body = encoder.compressed();
/// assert!(!body.is_empty());
/// ```
#[derive(Debug)]
pub struct RequestEncoder {
    table: Table,
    points: Points,
    encoder: Encoder,
}

// === impl RequestEncoder ===

impl RequestEncoder {
    /// An encoder that knows no series.
    pub fn new() -> Self {
        Self {
            table: Table::new(fastrand::u64(..)),
            points: Points::default(),
            encoder: Encoder::default(),
        }
    }

    /// The id of a series, which stays as long as the encoder; `None` for more labels than any series has.
    pub fn series(
        &mut self,
        labels: &Labels,
        metadata: Option<&Arc<Metadata>>,
    ) -> Option<SeriesId> {
        let id = self
            .table
            .write()
            .resolve(labels, &Labels::default(), metadata);
        id.map(SeriesId)
    }

    /// Adds a sample (Unix milliseconds) to the next request.
    pub fn sample(&mut self, series: SeriesId, timestamp_ms: i64, value: f64) {
        self.points.samples.push(Point {
            series: series.0,
            start: 0,
            timestamp_ms,
            value,
        });
    }

    /// Encodes all samples added, and forgets them; the request before compression.
    pub fn encode(&mut self, protocol: Protocol) -> &[u8] {
        let tables = self.table.read();
        self.encoder
            .encode(protocol, &tables, &self.points, usize::MAX, usize::MAX);
        self.points.clear();
        self.encoder.raw()
    }

    /// The request encoded last, as one snappy block.
    pub fn compressed(&mut self) -> &[u8] {
        self.encoder.compress()
    }
}

impl Default for RequestEncoder {
    fn default() -> Self {
        Self::new()
    }
}
