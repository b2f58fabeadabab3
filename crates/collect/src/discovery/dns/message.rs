//! DNS messages (RFC 1035, 4; RFC 2782): one question out, records in.
//!
//! Any bytes may come in: lengths are checked, and a name that points in circles ends at a bound.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Longer names do not exist (RFC 1035, 3.1).
const MAX_NAME_BYTES: usize = 255;
const MAX_LABEL_BYTES: usize = 63;

/// Jumps within one name; more only a circle has.
const MAX_JUMPS: usize = 32;

const CLASS_INTERNET: u16 = 1;
const RECURSION_DESIRED: u16 = 0x0100;
const RESPONSE: u16 = 0x8000;
const TRUNCATED: u16 = 0x0200;
const CODE: u16 = 0x000f;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordType {
    /// IPv4 addresses.
    A = 1,
    /// IPv6 addresses.
    Aaaa = 28,
    /// Hosts and ports of a service.
    Srv = 33,
    /// Mail hosts.
    Mx = 15,
    /// Name servers.
    Ns = 2,
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) data: Data,
}

/// What a record holds; names end with a dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    Service {
        host: String,
        port: u16,
    },
    Mail {
        host: String,
    },
    NameServer {
        host: String,
    },
    /// An alias on the way, as a rule.
    Other,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// 0: fine; 3: no such name; anything else: the server cannot or will not.
    pub(super) code: u8,
    /// Whether there is more than one datagram holds.
    pub(super) truncated: bool,
    pub(super) records: Vec<Record>,
}

// === impl RecordType ===

impl RecordType {
    /// The type by its name, in upper case.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "A" => Self::A,
            "AAAA" => Self::Aaaa,
            "SRV" => Self::Srv,
            "MX" => Self::Mx,
            "NS" => Self::Ns,
            _ => return None,
        })
    }
}

/// A question; `None` for what is no name.
pub(super) fn question(id: u16, name: &str, records: RecordType) -> Option<Vec<u8>> {
    let mut message = Vec::with_capacity(32 + name.len());
    for field in [id, RECURSION_DESIRED, 1, 0, 0, 0] {
        message.extend(field.to_be_bytes());
    }
    let begin = message.len();
    for label in name.trim_end_matches('.').split('.') {
        if label.is_empty() || label.len() > MAX_LABEL_BYTES {
            return None;
        }
        message.push(u8::try_from(label.len()).ok()?);
        message.extend(label.bytes());
    }
    message.push(0);
    if message.len() - begin > MAX_NAME_BYTES {
        return None;
    }
    message.extend((records as u16).to_be_bytes());
    message.extend(CLASS_INTERNET.to_be_bytes());
    Some(message)
}

/// The answer to the question `id`; `None` for anything else.
pub(super) fn answer(message: &[u8], id: u16) -> Option<Answer> {
    let mut reader = Reader { message, at: 0 };
    let answered = reader.u16()?;
    let flags = reader.u16()?;
    if answered != id || flags & RESPONSE == 0 {
        return None;
    }
    let (questions, answers) = (reader.u16()?, reader.u16()?);
    reader.skip(4)?;
    for _ in 0..questions {
        reader.name()?;
        reader.skip(4)?;
    }
    let mut records = Vec::new();
    for _ in 0..answers {
        records.push(reader.record()?);
    }
    Some(Answer {
        code: u8::try_from(flags & CODE).ok()?,
        truncated: flags & TRUNCATED != 0,
        records,
    })
}

struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

// === impl Reader ===

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = self.message.get(self.at..self.at.checked_add(N)?)?;
        self.at += N;
        bytes.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.at = self.at.checked_add(bytes)?;
        (self.at <= self.message.len()).then_some(())
    }

    /// A name, which may end with a jump to an earlier place.
    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        let mut at = self.at;
        let mut after = None;
        for _ in 0..=MAX_JUMPS {
            loop {
                let length = usize::from(*self.message.get(at)?);
                if length >= 0xc0 {
                    let low = usize::from(*self.message.get(at + 1)?);
                    after.get_or_insert(at + 2);
                    at = (length & 0x3f) << 8 | low;
                    break;
                }
                at += 1;
                if length == 0 {
                    self.at = after.unwrap_or(at);
                    return Some(if name.is_empty() {
                        ".".to_owned()
                    } else {
                        name
                    });
                }
                let label = self.message.get(at..at.checked_add(length)?)?;
                name.push_str(&String::from_utf8_lossy(label));
                name.push('.');
                if length > MAX_LABEL_BYTES || name.len() > MAX_NAME_BYTES {
                    return None;
                }
                at += length;
            }
        }
        None
    }

    fn record(&mut self) -> Option<Record> {
        self.name()?;
        let kind = self.u16()?;
        // Class and time to live.
        self.skip(6)?;
        let length = usize::from(self.u16()?);
        let end = self.at.checked_add(length)?;
        let data = match kind {
            kind if kind == RecordType::A as u16 => Data::V4(self.take::<4>()?.into()),
            kind if kind == RecordType::Aaaa as u16 => Data::V6(self.take::<16>()?.into()),
            kind if kind == RecordType::Srv as u16 => {
                self.skip(4)?;
                let port = self.u16()?;
                let host = self.name()?;
                Data::Service { host, port }
            }
            kind if kind == RecordType::Mx as u16 => {
                self.skip(2)?;
                Data::Mail { host: self.name()? }
            }
            kind if kind == RecordType::Ns as u16 => Data::NameServer { host: self.name()? },
            _ => Data::Other,
        };
        self.at = end;
        (end <= self.message.len()).then_some(Record { data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer with an alias, a service behind a jump, and an address.
    fn wire() -> Vec<u8> {
        let mut message = question(7, "_web._tcp.example.com", RecordType::Srv).expect("a name");
        message[2] = 0x81;
        message[3] = 0x80;
        message[7] = 3;
        message.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12]);
        message.extend([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0, 11]);
        message.extend([0, 1, 0, 2, 0x1f, 0x90, 2, b'h', b'1', 0xc0, 22]);
        message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 7]);
        message
    }

    #[test]
    fn an_answers_records_are_read_through_their_jumps() {
        let answer = answer(&wire(), 7).expect("an answer");
        assert_eq!((answer.code, answer.truncated), (0, false));
        let data: Vec<Data> = answer
            .records
            .into_iter()
            .map(|record| record.data)
            .collect();
        let host = "h1.example.com.".to_owned();
        assert_eq!(
            data,
            [
                Data::Other,
                Data::Service { host, port: 8080 },
                Data::V4(Ipv4Addr::new(10, 0, 0, 7)),
            ]
        );
    }

    #[test]
    fn cut_strange_and_circular_messages_are_no_answers() {
        let wire = wire();
        for cut in 0..wire.len() {
            assert_eq!(answer(&wire[..cut], 7), None, "cut at {cut}");
        }
        assert_eq!(answer(&wire, 8), None, "another question's");
        let mut circle = wire;
        // The first answer's name jumps to itself.
        let at = circle.len() - 53;
        circle[at..at + 2].copy_from_slice(&[0xc0, u8::try_from(at).expect("short")]);
        assert_eq!(answer(&circle, 7), None);
    }

    #[test]
    fn what_is_no_name_makes_no_question() {
        let long = "x".repeat(64);
        let many = "abc.".repeat(80);
        for bad in ["", ".", "a..b", long.as_str(), many.as_str()] {
            assert_eq!(question(1, bad, RecordType::A), None, "{bad}");
        }
    }
}
