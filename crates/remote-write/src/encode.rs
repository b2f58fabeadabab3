//! Requests in remote write 1.0 and 2.0, straight from interned labels into one reused buffer, then one snappy block
//! into a second.
//!
//! Field numbers are those of `prompb/types.proto`, `prompb/remote.proto` and `prompb/io/prometheus/write/v2/types.proto`
//! of Prometheus. Numbers that are zero are left out, as in proto3; so -0 arrives as 0, as from Prometheus itself.

mod histogram;
mod pieces;
mod proto;
mod symbols;
mod v1;
mod v2;

use outpost_model::Metadata;
use std::sync::Arc;

use crate::points::{Counts, Points};
use crate::table::Tables;

/// A version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `prometheus.WriteRequest`, version 0.1.0 on the wire.
    #[default]
    V1,
    /// `io.prometheus.write.v2.Request`, version 2.0.0 on the wire.
    V2,
}

/// What a request holds, and what was left out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Encoded {
    /// Points from the first on that the request covers; the others did not fit.
    pub(crate) covered: usize,
    pub(crate) counts: Counts,
    /// Histograms with custom buckets, which 1.0 cannot carry.
    pub(crate) custom_buckets: u64,
    /// Metadata entries.
    pub(crate) metadata: u64,
}

/// Encodes requests; keeps its buffers.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    v1: v1::Scratch,
    v2: v2::Scratch,
    raw: Vec<u8>,
    compressed: Vec<u8>,
    snappy: Snappy,
}

/// `snap`'s encoder, with the `Debug` that it lacks.
struct Snappy(snap::raw::Encoder);

// === impl Protocol ===

impl Protocol {
    /// The value of `X-Prometheus-Remote-Write-Version`.
    pub fn version(self) -> &'static str {
        match self {
            Self::V1 => "0.1.0",
            Self::V2 => "2.0.0",
        }
    }

    /// The value of `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::V1 => "application/x-protobuf",
            Self::V2 => "application/x-protobuf;proto=io.prometheus.write.v2.Request",
        }
    }

    /// The name of the message, as `protobuf_message` takes it.
    pub fn message(self) -> &'static str {
        match self {
            Self::V1 => "prometheus.WriteRequest",
            Self::V2 => "io.prometheus.write.v2.Request",
        }
    }

    /// The protocol whose message has this name.
    pub fn from_message(name: &str) -> Option<Self> {
        [Self::V1, Self::V2]
            .into_iter()
            .find(|protocol| protocol.message() == name)
    }
}

// === impl Encoder ===

impl Encoder {
    /// Encodes the first of `points`, at most `max_points` and `max_bytes` of them (but always one).
    pub(crate) fn encode(
        &mut self,
        protocol: Protocol,
        tables: &Tables,
        points: &Points,
        max_points: usize,
        max_bytes: usize,
    ) -> Encoded {
        self.raw.clear();
        let limits = Limits {
            points: max_points.max(1),
            bytes: max_bytes,
        };
        match protocol {
            Protocol::V1 => self.v1.encode(tables, points, limits, &mut self.raw),
            Protocol::V2 => self.v2.encode(tables, points, limits, &mut self.raw),
        }
    }

    /// Encodes a 1.0 request that carries only metadata; how many entries it took.
    pub(crate) fn encode_metadata(
        &mut self,
        metadata: &[Arc<Metadata>],
        max_bytes: usize,
    ) -> usize {
        self.raw.clear();
        v1::encode_metadata(metadata, max_bytes, &mut self.raw)
    }

    /// The request, as protobuf.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Compresses the request just encoded.
    pub(crate) fn compress(&mut self) -> &[u8] {
        let room = snap::raw::max_compress_len(self.raw.len());
        if self.compressed.len() < room {
            self.compressed.resize(room, 0);
        }
        // Fails only for an output too small or an input over 4 GiB; neither can be here.
        let length = self
            .snappy
            .0
            .compress(&self.raw, &mut self.compressed)
            .unwrap_or(0);
        self.compressed.get(..length).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    points: usize,
    bytes: usize,
}

// === impl Encoded ===

impl Encoded {
    /// Whether the request takes no further point (it takes one always).
    #[inline]
    fn is_full(&self, limits: Limits, bytes: usize) -> bool {
        self.covered >= limits.points || (bytes >= limits.bytes && self.covered > 0)
    }
}

impl Default for Snappy {
    fn default() -> Self {
        Self(snap::raw::Encoder::new())
    }
}

impl std::fmt::Debug for Snappy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Snappy")
    }
}

#[cfg(test)]
mod tests;
