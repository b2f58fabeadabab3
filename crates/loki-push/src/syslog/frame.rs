//! Cuts a stream into messages: octet counts or newlines, as the first byte of the stream says.
//!
//! With newlines a message of a syslog format ends where the next one's `<` follows, or when the stream has been quiet:
//! newlines inside it stay. Without a format each line is a message.

use memchr::memchr;
use memchr::memmem::find;

use super::{SyslogError, SyslogFormat};

/// The longest message without an octet count.
const LONGEST: usize = 1 << 20;

/// Digits of an octet count.
const COUNT_DIGITS: usize = 9;

/// Cuts a stream into messages.
#[derive(Debug)]
pub(super) struct Framer {
    format: SyslogFormat,
    limit: usize,
    bytes: Vec<u8>,
    framing: Option<Framing>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Count,
    /// A message ends before this.
    Next(&'static [u8]),
    /// A message ends with this byte; whether it stays.
    Byte(u8, bool),
}

// === impl Framer ===

impl Framer {
    pub(super) fn new(format: SyslogFormat, limit: usize) -> Self {
        Self {
            format,
            limit,
            bytes: Vec::new(),
            framing: None,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether a message may be complete and only waits for what follows it.
    pub(super) fn may_flush(&self) -> bool {
        matches!(self.framing, Some(Framing::Next(_))) && self.bytes.ends_with(b"\n")
    }

    /// The next whole message; an error ends the stream.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, SyslogError> {
        let Some(framing) = self.framing()? else {
            return Ok(None);
        };
        let (start, end, next) = match framing {
            Framing::Count => return self.counted(),
            Framing::Next(mark) => match find(&self.bytes, mark) {
                Some(at) => (0, at, at + 1),
                None => return self.unfinished(),
            },
            Framing::Byte(mark, stays) => match memchr(mark, &self.bytes) {
                Some(at) => (0, at + usize::from(stays), at + 1),
                None => return self.unfinished(),
            },
        };
        Ok(Some(self.cut(start, end, next)))
    }

    /// What is left when nothing follows for now, or ever.
    pub(super) fn flush(&mut self) -> Result<Option<Vec<u8>>, SyslogError> {
        if let Some(message) = self.next()? {
            return Ok(Some(message));
        }
        if self.bytes.is_empty() {
            return Ok(None);
        }
        if self.framing == Some(Framing::Count) {
            self.bytes.clear();
            return Err(SyslogError::Count);
        }
        let end = self.bytes.len() - usize::from(self.may_flush());
        Ok(Some(self.cut(0, end, self.bytes.len())))
    }

    fn framing(&mut self) -> Result<Option<Framing>, SyslogError> {
        if self.framing.is_none()
            && let Some(first) = self.bytes.first()
        {
            self.framing = Some(match (first, self.format) {
                (b'0'..=b'9', _) => Framing::Count,
                (_, SyslogFormat::Raw { nul_terminated }) => {
                    if nul_terminated {
                        Framing::Byte(0, true)
                    } else {
                        Framing::Byte(b'\n', false)
                    }
                }
                (b'<', _) => Framing::Next(b"\n<"),
                _ => return Err(SyslogError::NoSyslog),
            });
        }
        Ok(self.framing)
    }

    fn counted(&mut self) -> Result<Option<Vec<u8>>, SyslogError> {
        let digits = self.bytes.iter().take_while(|b| b.is_ascii_digit()).count();
        let Some(after) = self.bytes.get(digits) else {
            return if digits > COUNT_DIGITS {
                Err(SyslogError::Count)
            } else {
                Ok(None)
            };
        };
        let count = self.bytes.get(..digits).unwrap_or_default();
        let count = std::str::from_utf8(count).unwrap_or_default();
        if *after != b' ' || digits > COUNT_DIGITS || count.is_empty() || count.starts_with('0') {
            return Err(SyslogError::Count);
        }
        let count: usize = count.parse().map_err(|_| SyslogError::Count)?;
        if count > self.limit {
            return Err(SyslogError::Length { limit: self.limit });
        }
        let start = digits + 1;
        let is_raw = matches!(self.format, SyslogFormat::Raw { .. });
        if !is_raw && self.bytes.get(start).is_some_and(|byte| *byte != b'<') {
            return Err(SyslogError::Count);
        }
        let end = start + count;
        if self.bytes.len() < end {
            return Ok(None);
        }
        Ok(Some(self.cut(start, end, end)))
    }

    fn unfinished(&mut self) -> Result<Option<Vec<u8>>, SyslogError> {
        if self.bytes.len() > LONGEST {
            self.bytes.clear();
            return Err(SyslogError::Length { limit: LONGEST });
        }
        Ok(None)
    }

    fn cut(&mut self, start: usize, end: usize, next: usize) -> Vec<u8> {
        let message = self.bytes.get(start..end).unwrap_or_default().to_vec();
        self.bytes.drain(..next.min(self.bytes.len()));
        message
    }
}
