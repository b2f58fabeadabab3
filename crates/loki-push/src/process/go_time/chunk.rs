//! The pieces of a layout.

/// A piece that stands for a part of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    /// An offset: whether `Z` may stand for UTC, and what of hours, minutes, seconds and colons it has.
    Offset {
        z: bool,
        parts: u8,
        colons: bool,
    },
    /// Exactly so many digits.
    Fraction(usize),
    /// Any number of digits, or nothing.
    AnyFraction,
}

/// Offsets as layouts write them after `-` or `Z`, longer ones first.
const OFFSETS: [(&str, u8, bool); 5] = [
    ("070000", 3, false),
    ("07:00:00", 3, true),
    ("0700", 2, false),
    ("07:00", 2, true),
    ("07", 1, false),
];

/// Pieces by their text, longer ones first.
const PLAIN: [(&str, Chunk); 24] = [
    ("January", Chunk::LongMonth),
    ("Monday", Chunk::LongWeekday),
    ("2006", Chunk::LongYear),
    ("MST", Chunk::ZoneName),
    ("002", Chunk::ZeroYearDay),
    ("__2", Chunk::UnderYearDay),
    ("01", Chunk::ZeroMonth),
    ("02", Chunk::ZeroDay),
    ("03", Chunk::ZeroHour12),
    ("04", Chunk::ZeroMinute),
    ("05", Chunk::ZeroSecond),
    ("06", Chunk::Year),
    ("15", Chunk::Hour),
    ("_2", Chunk::UnderDay),
    ("PM", Chunk::UpperPm),
    ("pm", Chunk::LowerPm),
    ("1", Chunk::NumMonth),
    ("2", Chunk::Day),
    ("3", Chunk::Hour12),
    ("4", Chunk::Minute),
    ("5", Chunk::Second),
    ("Jan", Chunk::Month),
    ("Mon", Chunk::Weekday),
    ("_2006", Chunk::LongYear),
];

/// The text before the next piece, the piece, and the layout after it.
pub(super) fn next_chunk(layout: &str) -> Option<(&str, Chunk, &str)> {
    layout.char_indices().find_map(|(at, _)| {
        let (before, rest) = layout.split_at(at);
        // `_2006` is an underscore and a year.
        if rest.starts_with("_2006") {
            return None;
        }
        let (chunk, length) = chunk_at(rest)?;
        Some((before, chunk, rest.get(length..)?))
    })
}

fn chunk_at(rest: &str) -> Option<(Chunk, usize)> {
    if let Some(sign) = rest.strip_prefix(['-', 'Z']) {
        let z = rest.starts_with('Z');
        return OFFSETS.iter().find_map(|(text, parts, colons)| {
            let chunk = Chunk::Offset {
                z,
                parts: *parts,
                colons: *colons,
            };
            sign.starts_with(text).then_some((chunk, text.len() + 1))
        });
    }
    if let Some(digits) = rest.strip_prefix(['.', ',']) {
        let digit = digits.chars().next().filter(|c| matches!(c, '0' | '9'))?;
        let length = digits.find(|c| c != digit).unwrap_or(digits.len());
        if digits
            .get(length..)?
            .starts_with(|c: char| c.is_ascii_digit())
        {
            return None;
        }
        let chunk = if digit == '0' {
            Chunk::Fraction(length)
        } else {
            Chunk::AnyFraction
        };
        return Some((chunk, length + 1));
    }
    let (text, chunk) = PLAIN.iter().find(|(text, _)| rest.starts_with(text))?;
    let after = rest.get(text.len()..)?;
    // A longer word that only begins like a name is none.
    if matches!(chunk, Chunk::Month | Chunk::Weekday)
        && after.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return None;
    }
    Some((*chunk, text.len()))
}
