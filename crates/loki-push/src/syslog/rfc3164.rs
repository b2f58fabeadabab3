//! RFC 3164: `<34>Oct 11 22:14:15 host su[77]: text`. Times have no year: they get the one in which they are not ahead.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::SyslogError;
use super::message::{Message, Rest};
use crate::Timestamp;

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// A time may be ahead of the clock by so many seconds.
const AHEAD: i64 = 24 * 3600;

/// The longest tag.
const LONGEST_TAG: usize = 32;

pub(super) fn read(mut rest: Rest<'_>, now: Timestamp) -> Result<Message<'_>, SyslogError> {
    let priority = rest.priority()?;
    let time = time(&mut rest, now)?;
    rest.byte(b' ', "blank")?;
    let mut message = Message {
        priority: Some(priority),
        time: Some(time),
        ..Message::default()
    };
    if tag(&rest).is_none() {
        message.hostname = rest.word(255, "hostname")?;
        rest.byte(b' ', "blank")?;
    }
    message.text = match tag(&rest) {
        Some((name, process, text)) => {
            message.app_name = name;
            message.proc_id = process;
            // A tag without text is the text.
            if text.is_empty() { rest.bytes } else { text }
        }
        None => rest.bytes,
    }
    .to_vec();
    Ok(message)
}

/// `name: ` or `name[process]: ` and what follows.
fn tag<'a>(rest: &Rest<'a>) -> Option<(&'a str, &'a str, &'a [u8])> {
    let mut rest = rest.clone();
    let name = rest.take_while(|b| b.is_ascii_graphic() && !matches!(b, b':' | b'['));
    if name.is_empty() || name.len() > LONGEST_TAG {
        return None;
    }
    let mut process: &[u8] = b"";
    if rest.byte(b'[', "process").is_ok() {
        process = rest.take_while(|b| b.is_ascii_graphic() && b != b']');
        rest.byte(b']', "end of the process").ok()?;
    }
    rest.byte(b':', "end of the tag").ok()?;
    let text = rest.bytes.strip_prefix(b" ").unwrap_or(rest.bytes);
    let name = std::str::from_utf8(name).ok()?;
    Some((name, std::str::from_utf8(process).ok()?, text))
}

/// `Oct 11 22:14:15` or `Oct  1 22:14:15`.
fn time(rest: &mut Rest<'_>, now: Timestamp) -> Result<Timestamp, SyslogError> {
    let failed = rest.no("time");
    let (text, left) = rest.bytes.split_at_checked(15).ok_or(failed)?;
    let marks = [(3, b' '), (6, b' '), (9, b':'), (12, b':')];
    if marks.iter().any(|(at, mark)| text.get(*at) != Some(mark)) {
        return Err(failed);
    }
    let month = MONTHS.iter().position(|month| text.starts_with(month));
    let month = i8::try_from(month.ok_or(failed)? + 1).map_err(|_| failed)?;
    let part = |at: usize, may_be_padded: bool| {
        let digits = text.get(at..at + 2).unwrap_or_default();
        let digits = match digits.strip_prefix(b" ") {
            Some(digit) if may_be_padded => digit,
            _ => digits,
        };
        let digits = digits.iter().all(u8::is_ascii_digit).then_some(digits);
        let number = std::str::from_utf8(digits.unwrap_or_default());
        number.map_err(|_| failed)?.parse().map_err(|_| failed)
    };
    let day = part(4, true)?;
    let (hour, minute, second) = (part(7, false)?, part(10, false)?, part(13, false)?);
    let at = |year: i16| {
        let date = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
        let moment = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
        Some(moment.as_second())
    };
    let today = jiff::Timestamp::from_second(now.seconds).map_err(|_| failed)?;
    let year = today.to_zoned(TimeZone::UTC).year();
    // The last day of February is in some years only.
    let seconds = at(year)
        .filter(|seconds| *seconds <= now.seconds.saturating_add(AHEAD))
        .or_else(|| at(year - 1))
        .or_else(|| at(year))
        .ok_or(failed)?;
    rest.bytes = left;
    Ok(Timestamp { seconds, nanos: 0 })
}
