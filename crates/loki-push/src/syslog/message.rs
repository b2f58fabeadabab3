//! A message, whatever its format, and the bytes that are read from front to back to get one.

use super::{SyslogError, SyslogFormat, SyslogSettings, rfc3164, rfc5424};
use crate::Timestamp;

/// The highest priority: facility 23, severity 7.
const HIGHEST_PRIORITY: u32 = 191;

/// A message. Empty texts are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) priority: Option<u8>,
    pub(super) time: Option<Timestamp>,
    pub(super) hostname: &'a str,
    pub(super) app_name: &'a str,
    pub(super) proc_id: &'a str,
    pub(super) msg_id: &'a str,
    /// Elements of structured data with their parameters.
    pub(super) data: Vec<(&'a str, Vec<(&'a str, String)>)>,
    pub(super) text: Vec<u8>,
    /// The header of RFC 5424 up to the structured data.
    pub(super) header: &'a [u8],
}

/// What is left of a message.
#[derive(Clone, Debug)]
pub(super) struct Rest<'a> {
    pub(super) bytes: &'a [u8],
    whole: usize,
}

/// Reads one message.
pub(super) fn read<'a>(
    bytes: &'a [u8],
    settings: &SyslogSettings,
) -> Result<Message<'a>, SyslogError> {
    let mut rest = Rest::of(bytes);
    match settings.format {
        SyslogFormat::Rfc5424 => rfc5424::read(rest, bytes),
        SyslogFormat::Rfc3164 => rfc3164::read(rest, (settings.now)()),
        SyslogFormat::Raw { .. } => {
            let priority = rest.clone().priority().ok();
            if priority.is_some() {
                // It was there a moment ago.
                let _ = rest.priority();
            }
            Ok(Message {
                priority,
                text: rest.bytes.trim_ascii().to_vec(),
                ..Message::default()
            })
        }
    }
}

// === impl Rest ===

impl<'a> Rest<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            whole: bytes.len(),
        }
    }

    pub(super) fn no(&self, part: &'static str) -> SyslogError {
        SyslogError::Part {
            part,
            at: self.whole - self.bytes.len(),
        }
    }

    pub(super) fn byte(&mut self, byte: u8, part: &'static str) -> Result<(), SyslogError> {
        match self.bytes.split_first() {
            Some((first, rest)) if *first == byte => {
                self.bytes = rest;
                Ok(())
            }
            _ => Err(self.no(part)),
        }
    }

    /// The bytes while `part_of` holds.
    pub(super) fn take_while(&mut self, part_of: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.bytes.iter().position(|byte| !part_of(*byte));
        let (taken, rest) = self
            .bytes
            .split_at_checked(end.unwrap_or(self.bytes.len()))
            .unwrap_or_default();
        self.bytes = rest;
        taken
    }

    /// 1 to `longest` printable characters.
    pub(super) fn word(
        &mut self,
        longest: usize,
        part: &'static str,
    ) -> Result<&'a str, SyslogError> {
        let failed = self.no(part);
        let word = self.take_while(|byte| byte.is_ascii_graphic());
        if word.is_empty() || word.len() > longest {
            return Err(failed);
        }
        std::str::from_utf8(word).map_err(|_| failed)
    }

    /// `<0>` to `<191>`.
    pub(super) fn priority(&mut self) -> Result<u8, SyslogError> {
        self.byte(b'<', "priority")?;
        let failed = self.no("priority");
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        let sound = matches!(digits, [_] | [b'1'..=b'9', _] | [b'1', _, _]);
        let number = std::str::from_utf8(digits).unwrap_or_default();
        let number = number.parse::<u32>().unwrap_or(u32::MAX);
        if !sound || number > HIGHEST_PRIORITY {
            return Err(failed);
        }
        self.byte(b'>', "end of the priority")?;
        u8::try_from(number).map_err(|_| failed)
    }
}
