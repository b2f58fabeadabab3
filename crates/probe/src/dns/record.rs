//! One record as text, in the form that the real exporter holds expressions against: tabs between the columns.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::message::Cursor;
use super::numbers::{class_name, type_name};

/// A record.
#[derive(Debug)]
pub(super) struct Record {
    /// `name TTL class type data`, tabs between them.
    pub(super) text: String,
    /// The serial number, where it is a SOA record.
    pub(super) serial: Option<u32>,
}

/// Reads the next record.
pub(super) fn record(cursor: &mut Cursor<'_>) -> Option<Record> {
    let name = cursor.name()?;
    let kind = cursor.u16()?;
    let class = cursor.u16()?;
    let ttl = cursor.u32()?;
    let length = usize::from(cursor.u16()?);
    let start = cursor.at;
    let raw = cursor.take(length)?;
    // Names in the data may point anywhere before: the cursor keeps the whole message and stops at the data's end.
    let mut data = Cursor {
        bytes: cursor.bytes.get(..start + length)?,
        at: start,
    };
    let mut serial = None;
    let text = data_text(kind, raw, &mut data, &mut serial).unwrap_or_else(|| unknown(raw));
    Some(Record {
        text: format!(
            "{name}\t{ttl}\t{}\t{}\t{text}",
            class_name(class),
            type_name(kind)
        ),
        serial,
    })
}

fn data_text(
    kind: u16,
    raw: &[u8],
    data: &mut Cursor<'_>,
    serial: &mut Option<u32>,
) -> Option<String> {
    Some(match kind {
        1 => Ipv4Addr::from(<[u8; 4]>::try_from(raw).ok()?).to_string(),
        28 => Ipv6Addr::from(<[u8; 16]>::try_from(raw).ok()?).to_string(),
        2 | 5 | 7 | 8 | 9 | 12 | 39 => data.name()?,
        6 => {
            let (primary, mailbox) = (data.name()?, data.name()?);
            let number = data.u32()?;
            *serial = Some(number);
            let (refresh, retry, expire, minimum) =
                (data.u32()?, data.u32()?, data.u32()?, data.u32()?);
            format!("{primary} {mailbox} {number} {refresh} {retry} {expire} {minimum}")
        }
        15 => format!("{} {}", data.u16()?, data.name()?),
        16 => strings(raw)?,
        33 => format!(
            "{} {} {} {}",
            data.u16()?,
            data.u16()?,
            data.u16()?,
            data.name()?
        ),
        257 => {
            let (flags, length) = (data.u8()?, data.u8()?);
            let tag = String::from_utf8_lossy(data.take(usize::from(length))?).into_owned();
            let value = raw.get(2 + usize::from(length)..)?;
            format!("{flags} {tag} {}", quoted(value))
        }
        _ => return None,
    })
}

/// The strings of a TXT record.
fn strings(mut raw: &[u8]) -> Option<String> {
    let mut texts = Vec::new();
    while let Some((length, rest)) = raw.split_first() {
        let (text, rest) = rest.split_at_checked(usize::from(*length))?;
        texts.push(quoted(text));
        raw = rest;
    }
    Some(texts.join(" "))
}

fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for byte in bytes {
        match byte {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(*byte));
            }
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => {
                let _ = write!(text, "\\{byte:03}");
            }
        }
    }
    text.push('"');
    text
}

/// Data of a type that is not known here (RFC 3597 5).
fn unknown(raw: &[u8]) -> String {
    let mut text = format!("\\# {} ", raw.len());
    for byte in raw {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
