//! One stream's entries, encoded as they come.
//!
//! Entries are appended in their final form: every length is known before it is written, so nothing is written twice.
//! Only the two messages around them wait for the end, in room that is kept free in front.

use std::sync::Arc;

use super::wire::{MAX_VARINT, put_varint, varint_len};
use crate::{Metadata, Timestamp};

const PUSH_STREAMS: u8 = 0x0a;
const STREAM_LABELS: u8 = 0x0a;
const STREAM_ENTRIES: u8 = 0x12;
const ENTRY_TIMESTAMP: u8 = 0x0a;
const ENTRY_LINE: u8 = 0x12;
const ENTRY_METADATA: u8 = 0x1a;
const TIMESTAMP_SECONDS: u8 = 0x08;
const TIMESTAMP_NANOS: u8 = 0x10;
const PAIR_NAME: u8 = 0x0a;
const PAIR_VALUE: u8 = 0x12;

/// Room for the tag and the length of the stream message.
const FRONT: usize = 1 + MAX_VARINT;

/// A push request of one stream that grows entry by entry.
#[derive(Clone, Debug)]
pub struct StreamBody {
    bytes: Vec<u8>,
    labels: Arc<str>,
    entries: usize,
    size: usize,
}

// === impl StreamBody ===

impl StreamBody {
    /// An empty request for the stream `labels`, as [`super::label_string`] writes them.
    pub fn new(labels: Arc<str>) -> Self {
        let mut bytes = Vec::with_capacity(FRONT + labels.len() + 512);
        bytes.resize(FRONT, 0);
        bytes.push(STREAM_LABELS);
        put_varint(&mut bytes, labels.len() as u64);
        bytes.extend_from_slice(labels.as_bytes());
        Self {
            bytes,
            labels,
            entries: 0,
            size: 0,
        }
    }

    /// Appends an entry.
    pub fn push(&mut self, timestamp: Timestamp, line: &[u8], metadata: &Metadata) {
        // Protobuf writes negative numbers as their two's complement.
        let seconds = timestamp.seconds.cast_unsigned();
        let nanos = u64::from(timestamp.nanos);
        let time_len = field_len(seconds) + field_len(nanos);
        let line_len = if line.is_empty() {
            0
        } else {
            1 + varint_len(line.len() as u64) + line.len()
        };
        let metadata_len: usize = metadata
            .iter()
            .map(|(name, value)| with_head(pair_len(name, value)))
            .sum();
        let entry_len = with_head(time_len) + line_len + metadata_len;

        self.bytes.reserve(entry_len + 2 * MAX_VARINT);
        let out = &mut self.bytes;
        out.push(STREAM_ENTRIES);
        put_varint(out, entry_len as u64);
        out.push(ENTRY_TIMESTAMP);
        put_varint(out, time_len as u64);
        put_field(out, TIMESTAMP_SECONDS, seconds);
        put_field(out, TIMESTAMP_NANOS, nanos);
        if !line.is_empty() {
            put_bytes(out, ENTRY_LINE, line);
        }
        for (name, value) in metadata {
            out.push(ENTRY_METADATA);
            put_varint(out, pair_len(name, value) as u64);
            put_string(out, PAIR_NAME, name);
            put_string(out, PAIR_VALUE, value);
        }
        self.entries += 1;
        self.size += entry_size(line, metadata);
    }

    /// How many entries it holds.
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// Bytes of lines and metadata, which is what a batch size limits.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The stream's labels.
    pub fn labels(&self) -> &Arc<str> {
        &self.labels
    }

    /// The request's protobuf bytes.
    pub fn finish(&mut self) -> &[u8] {
        let length = self.bytes.len() - FRONT;
        let start = FRONT - 1 - varint_len(length as u64);
        let mut head = Vec::with_capacity(FRONT);
        head.push(PUSH_STREAMS);
        put_varint(&mut head, length as u64);
        if let Some(place) = self.bytes.get_mut(start..FRONT) {
            place.copy_from_slice(&head);
        }
        self.bytes.get(start..).unwrap_or_default()
    }

    /// The request as a raw snappy block, in `out`.
    pub fn compress(&mut self, out: &mut Vec<u8>) -> Result<(), snap::Error> {
        let body = self.finish();
        out.resize(snap::raw::max_compress_len(body.len()), 0);
        let length = snap::raw::Encoder::new().compress(body, out)?;
        out.truncate(length);
        Ok(())
    }

    /// Cuts it in two halves by entries, for a receiver that finds it too large. None if it holds but one entry.
    pub fn split(&self) -> Option<(Self, Self)> {
        if self.entries < 2 {
            return None;
        }
        let mut whole = self.clone();
        let streams = super::decode_push(whole.finish()).ok()?;
        let mut halves = (
            Self::new(self.labels.clone()),
            Self::new(self.labels.clone()),
        );
        for (index, entry) in streams.into_iter().flat_map(|s| s.entries).enumerate() {
            let half = if index < self.entries / 2 {
                &mut halves.0
            } else {
                &mut halves.1
            };
            half.push(entry.timestamp, &entry.line, &entry.metadata);
        }
        Some(halves)
    }
}

/// What an entry counts towards a batch size: its line and its metadata as protobuf has them.
pub(crate) fn entry_size(line: &[u8], metadata: &Metadata) -> usize {
    let metadata: usize = metadata.iter().map(|(n, v)| pair_len(n, v)).sum();
    line.len() + metadata
}

fn pair_len(name: &str, value: &str) -> usize {
    string_len(name) + string_len(value)
}

fn string_len(text: &str) -> usize {
    if text.is_empty() {
        0
    } else {
        with_head(text.len())
    }
}

fn with_head(length: usize) -> usize {
    1 + varint_len(length as u64) + length
}

fn field_len(value: u64) -> usize {
    if value == 0 { 0 } else { 1 + varint_len(value) }
}

fn put_field(out: &mut Vec<u8>, tag: u8, value: u64) {
    if value != 0 {
        out.push(tag);
        put_varint(out, value);
    }
}

fn put_string(out: &mut Vec<u8>, tag: u8, text: &str) {
    if !text.is_empty() {
        put_bytes(out, tag, text.as_bytes());
    }
}

fn put_bytes(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}
