//! Lines as text, whatever bytes they hold.
//!
//! Stages work on text, log lines are bytes. A byte that is no UTF-8 becomes one private-use character and becomes the
//! byte again in the end; expressions see one character for it, as Go's do. Labels and metadata must be UTF-8, so a value
//! with such a character in it is not set.

use std::borrow::Cow;

use bytes::Bytes;

/// The first of 256 characters that stand for bytes: the end of the last private plane.
const FIRST: u32 = 0x0010_fe00;

/// The text of a line.
pub(super) fn to_text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let strays = chunk.invalid().iter();
        text.extend(strays.filter_map(|byte| char::from_u32(FIRST + u32::from(*byte))));
    }
    Cow::Owned(text)
}

/// The bytes of a text.
pub(super) fn to_bytes(text: String) -> Bytes {
    if is_clean(&text) {
        return Bytes::from(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for c in text.chars() {
        match stray(c) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
        }
    }
    Bytes::from(bytes)
}

/// Whether no byte of it was invalid.
pub(super) fn is_clean(text: &str) -> bool {
    // The lead byte of the plane; rare enough that the check is one search.
    memchr::memchr(0xf4, text.as_bytes()).is_none() || !text.chars().any(|c| stray(c).is_some())
}

/// The text with U+FFFD for invalid bytes.
pub(super) fn lossy(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let replaced = |c| if stray(c).is_some() { '\u{fffd}' } else { c };
    Cow::Owned(text.chars().map(replaced).collect())
}

/// Whether the character stands for a byte.
pub(super) fn is_stray(c: char) -> bool {
    stray(c).is_some()
}

fn stray(c: char) -> Option<u8> {
    u8::try_from(u32::from(c).checked_sub(FIRST)?).ok()
}
