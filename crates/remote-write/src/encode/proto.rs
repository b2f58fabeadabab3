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
    put_head(out, tag, sample_len(value, timestamp_ms, start_ms));
    put_double(out, fixed_tag(1), value);
    put_varint(out, varint_tag(2), timestamp_ms.cast_unsigned());
    put_varint(out, varint_tag(3), start_ms.cast_unsigned());
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
