//! Protobuf fields, written so that the length comes out right without going back.

use crate::varint::{len_u64, put_len, put_u64};

/// Tag of field `number` with a varint.
pub(super) const fn varint_tag(number: u8) -> u8 {
    number << 3
}

/// Tag of field `number` with eight bytes.
pub(super) const fn fixed_tag(number: u8) -> u8 {
    number << 3 | 1
}

/// Tag of field `number` with a length and bytes.
pub(super) const fn bytes_tag(number: u8) -> u8 {
    number << 3 | 2
}

/// Length of a message field of `body` bytes, its one-byte tag included.
#[inline]
pub(super) fn field_len(body: usize) -> usize {
    1 + len_u64(body as u64) + body
}

/// Starts a message or text field.
#[inline]
pub(super) fn put_head(out: &mut Vec<u8>, tag: u8, body: usize) {
    out.push(tag);
    put_len(out, body);
}

/// A text field, left out where it is empty.
pub(super) fn put_text(out: &mut Vec<u8>, tag: u8, text: &[u8]) {
    if !text.is_empty() {
        put_head(out, tag, text.len());
        out.extend_from_slice(text);
    }
}

/// A double, left out where it is zero.
#[inline]
pub(super) fn put_double(out: &mut Vec<u8>, tag: u8, value: f64) {
    if value != 0.0 {
        out.push(tag);
        out.extend_from_slice(&value.to_le_bytes());
    }
}

/// A varint, left out where it is zero.
#[inline]
pub(super) fn put_varint(out: &mut Vec<u8>, tag: u8, value: u64) {
    if value != 0 {
        out.push(tag);
        put_u64(out, value);
    }
}

/// A `Sample`: value, time, and where known the time since when it counts (2.0 only).
#[inline]
pub(super) fn put_sample(out: &mut Vec<u8>, tag: u8, value: f64, timestamp_ms: i64, start_ms: i64) {
    // Put together beside the buffer, whose room is then looked at once and not for every byte.
    let mut field = Field {
        bytes: [0; Field::SIZE],
        length: 0,
    };
    field.push(tag);
    field.varint(sample_len(value, timestamp_ms, start_ms) as u64);
    if value != 0.0 {
        field.push(fixed_tag(1));
        value
            .to_le_bytes()
            .into_iter()
            .for_each(|byte| field.push(byte));
    }
    for (number, tag) in [(timestamp_ms, varint_tag(2)), (start_ms, varint_tag(3))] {
        if number != 0 {
            field.push(tag);
            field.varint(number.cast_unsigned());
        }
    }
    out.extend_from_slice(field.bytes.get(..field.length).unwrap_or_default());
}

/// A small field on the stack.
struct Field {
    bytes: [u8; Field::SIZE],
    length: usize,
}

impl Field {
    /// Tag and length, nine bytes of value, two times of eleven bytes at most.
    const SIZE: usize = 2 + 9 + 2 * 11;

    #[inline]
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    #[inline]
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.push(number.to_le_bytes()[0]);
    }
}

/// Length of a `Sample`'s body.
#[inline]
pub(super) fn sample_len(value: f64, timestamp_ms: i64, start_ms: i64) -> usize {
    let varint = |number: i64| match number {
        0 => 0,
        number => 1 + len_u64(number.cast_unsigned()),
    };
    usize::from(value != 0.0) * 9 + varint(timestamp_ms) + varint(start_ms)
}

/// Writes a message field whose body `write` writes, by way of a buffer.
pub(super) fn put_message(
    out: &mut Vec<u8>,
    tag: u8,
    scratch: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>),
) {
    scratch.clear();
    write(scratch);
    put_head(out, tag, scratch.len());
    out.extend_from_slice(scratch);
}
