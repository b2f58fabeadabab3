//! DNS messages on the wire (RFC 1035 4): a question out, three sections of records in.
//!
//! Invariant: whatever the bytes, reading ends and never allocates more than they can hold.

use std::fmt::Write as _;

use super::record::{Record, record};
use crate::DnsModule;

/// The longest name, and the longest part of one.
const MAX_NAME: usize = 255;
const MAX_LABEL: usize = 63;
/// A name may jump this often before it is taken for a loop.
const MAX_JUMPS: usize = 64;

/// An answer.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: u16,
    pub(super) rcode: u16,
    pub(super) answers: Vec<Record>,
    pub(super) authority: Vec<Record>,
    pub(super) additional: Vec<Record>,
}

/// Where reading stands in a message.
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

/// The module's question; `None` where its name cannot be asked for.
pub(super) fn query(module: &DnsModule, id: u16) -> Option<Vec<u8>> {
    let flags = u16::from(module.recursion_desired) << 8;
    let mut message = Vec::with_capacity(64);
    for word in [id, flags, 1, 0, 0, 0] {
        message.extend(word.to_be_bytes());
    }
    message.extend(encode_name(&module.query_name)?);
    message.extend(module.query_type.to_be_bytes());
    message.extend(module.query_class.to_be_bytes());
    Some(message)
}

/// A name as labels with their lengths.
pub(crate) fn encode_name(name: &str) -> Option<Vec<u8>> {
    let mut wire = Vec::with_capacity(name.len() + 2);
    let bare = name.strip_suffix('.').unwrap_or(name);
    if !bare.is_empty() {
        for label in bare.split('.') {
            let length = u8::try_from(label.len()).ok()?;
            if label.is_empty() || label.len() > MAX_LABEL {
                return None;
            }
            wire.push(length);
            wire.extend(label.as_bytes());
        }
    }
    wire.push(0);
    (wire.len() <= MAX_NAME).then_some(wire)
}

// === impl Message ===

impl Message {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor { bytes, at: 0 };
        let id = cursor.u16()?;
        let flags = cursor.u16()?;
        if flags & 0x8000 == 0 {
            return None;
        }
        let counts = [cursor.u16()?, cursor.u16()?, cursor.u16()?, cursor.u16()?];
        let [questions, answers, authority, additional] = counts;
        for _ in 0..questions {
            cursor.name()?;
            cursor.skip(4)?;
        }
        Some(Self {
            id,
            rcode: flags & 0xF,
            answers: cursor.records(answers)?,
            authority: cursor.records(authority)?,
            additional: cursor.records(additional)?,
        })
    }
}

// === impl Cursor ===

impl<'a> Cursor<'a> {
    fn records(&mut self, count: u16) -> Option<Vec<Record>> {
        (0..count).map(|_| record(self)).collect()
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let bytes = self.bytes.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(bytes)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(drop)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A name in text, ending with a dot.
    pub(super) fn name(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut at = self.at;
        let mut after = None;
        let mut jumps = 0;
        loop {
            let length = *self.bytes.get(at)?;
            at += 1;
            match length {
                0 => break,
                1..=63 => {
                    let label = self.bytes.get(at..at + usize::from(length))?;
                    at += usize::from(length);
                    for byte in label {
                        escape(&mut text, *byte);
                    }
                    text.push('.');
                    if text.len() > MAX_NAME * 4 {
                        return None;
                    }
                }
                0xC0.. => {
                    let low = *self.bytes.get(at)?;
                    after.get_or_insert(at + 1);
                    at = usize::from(u16::from_be_bytes([length & 0x3F, low]));
                    jumps += 1;
                    if jumps > MAX_JUMPS {
                        return None;
                    }
                }
                _ => return None,
            }
        }
        self.at = after.unwrap_or(at);
        if text.is_empty() {
            text.push('.');
        }
        Some(text)
    }
}

/// One byte of a name in the form of zone files (RFC 1035 5.1).
fn escape(text: &mut String, byte: u8) {
    match byte {
        b'.' | b'\\' | b'(' | b')' | b';' | b'@' | b'"' | b' ' | b'\'' => {
            text.push('\\');
            text.push(char::from(byte));
        }
        0x21..=0x7E => text.push(char::from(byte)),
        _ => {
            let _ = write!(text, "\\{byte:03}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_are_read_to_an_end() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let mut bytes: Vec<u8> = (0..random.usize(0..80)).map(|_| random.u8(..)).collect();
            if let Some(flags) = bytes.get_mut(2) {
                *flags |= 0x80;
            }
            if let Some(question) = bytes.get_mut(4..6) {
                question.fill(0);
            }
            let _ = Message::parse(&bytes);
        }
        // A name that points at itself.
        let mut looped = vec![0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12];
        looped.extend([0, 1, 0, 1]);
        assert!(Message::parse(&looped).is_none());
    }

    #[test]
    fn a_name_has_parts_of_63_bytes_at_the_most() {
        assert_eq!(encode_name("a.bc.").unwrap(), b"\x01a\x02bc\x00");
        assert_eq!(encode_name(".").unwrap(), b"\x00");
        assert_eq!(encode_name("a..b"), None);
        assert_eq!(encode_name(&"x".repeat(64)), None);
    }
}
