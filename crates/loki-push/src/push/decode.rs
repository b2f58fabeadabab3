//! Reads a push request: for the receiving end, for tests, and to cut a request in two.

use super::wire::take_varint;
use crate::{Metadata, Timestamp};

/// A stream as it was pushed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushedStream {
    /// The label string, not yet parsed.
    pub labels: String,
    /// Its entries in order.
    pub entries: Vec<PushedEntry>,
}

/// An entry as it was pushed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushedEntry {
    /// Its time.
    pub timestamp: Timestamp,
    /// Its line.
    pub line: Vec<u8>,
    /// Its structured metadata.
    pub metadata: Metadata,
}

/// Why bytes are no push request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A length or a number goes past the end.
    #[error("the push request ends in the middle of field {field}")]
    Truncated {
        /// The field's number.
        field: u64,
    },
    /// A wire type that no version of the message uses.
    #[error("field {field} has wire type {wire_type}, which a push request has not")]
    WireType {
        /// The field's number.
        field: u64,
        /// What stands there.
        wire_type: u8,
    },
    /// A text field that is no UTF-8.
    #[error("field {field} is not valid UTF-8")]
    Utf8 {
        /// The field's number.
        field: u64,
    },
}

/// Reads the protobuf bytes of a push request. Unknown fields are passed over.
pub fn decode_push(bytes: &[u8]) -> Result<Vec<PushedStream>, DecodeError> {
    let mut streams = Vec::new();
    for field in Fields(bytes) {
        if let (1, Value::Bytes(bytes)) = field? {
            streams.push(stream(bytes)?);
        }
    }
    Ok(streams)
}

fn stream(bytes: &[u8]) -> Result<PushedStream, DecodeError> {
    let mut stream = PushedStream::default();
    for field in Fields(bytes) {
        match field? {
            (1, Value::Bytes(labels)) => stream.labels = text(1, labels)?,
            (2, Value::Bytes(bytes)) => stream.entries.push(entry(bytes)?),
            _ => {}
        }
    }
    Ok(stream)
}

fn entry(bytes: &[u8]) -> Result<PushedEntry, DecodeError> {
    let mut entry = PushedEntry::default();
    for field in Fields(bytes) {
        match field? {
            (1, Value::Bytes(bytes)) => entry.timestamp = timestamp(bytes)?,
            (2, Value::Bytes(line)) => entry.line = line.to_vec(),
            (3, Value::Bytes(bytes)) => {
                let mut pair = (String::new(), String::new());
                for field in Fields(bytes) {
                    match field? {
                        (1, Value::Bytes(name)) => pair.0 = text(1, name)?,
                        (2, Value::Bytes(value)) => pair.1 = text(2, value)?,
                        _ => {}
                    }
                }
                entry.metadata.push((pair.0.into(), pair.1.into()));
            }
            _ => {}
        }
    }
    Ok(entry)
}

fn timestamp(bytes: &[u8]) -> Result<Timestamp, DecodeError> {
    let mut timestamp = Timestamp::default();
    for field in Fields(bytes) {
        match field? {
            (1, Value::Number(seconds)) => timestamp.seconds = seconds.cast_signed(),
            (2, Value::Number(nanos)) => {
                timestamp.nanos = u32::try_from(nanos).unwrap_or_default().min(999_999_999);
            }
            _ => {}
        }
    }
    Ok(timestamp)
}

fn text(field: u64, bytes: &[u8]) -> Result<String, DecodeError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError::Utf8 { field })
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Fixed,
}

/// The fields of a message.
struct Fields<'a>(&'a [u8]);

// === impl Fields ===

impl<'a> Fields<'a> {
    fn value(&mut self, field: u64, wire_type: u8) -> Result<Value<'a>, DecodeError> {
        let truncated = DecodeError::Truncated { field };
        let length = match wire_type {
            0 => return take_varint(&mut self.0).map(Value::Number).ok_or(truncated),
            1 => 8,
            2 => take_varint(&mut self.0).ok_or(truncated)?,
            5 => 4,
            wire_type => return Err(DecodeError::WireType { field, wire_type }),
        };
        let (value, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| self.0.split_at_checked(length))
            .ok_or(truncated)?;
        self.0 = rest;
        Ok(if wire_type == 2 {
            Value::Bytes(value)
        } else {
            Value::Fixed
        })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let Some(key) = take_varint(&mut self.0) else {
            self.0 = &[];
            return Some(Err(DecodeError::Truncated { field: 0 }));
        };
        let (field, wire_type) = (key >> 3, (key & 7) as u8);
        let value = self.value(field, wire_type);
        if value.is_err() {
            self.0 = &[];
        }
        Some(value.map(|value| (field, value)))
    }
}
