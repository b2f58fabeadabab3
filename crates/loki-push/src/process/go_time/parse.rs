//! Reads a time by a layout.

use super::chunk::{Chunk, next_chunk};
use super::{Fields, Zone};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// A layout, ready to read times.
#[derive(Clone, Debug)]
pub(in crate::process) struct Layout {
    /// Text, then the piece that follows it.
    pieces: Vec<(String, Chunk)>,
    end: String,
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    fields: Fields,
    year_day: Option<i64>,
    /// Afternoon, or morning.
    half: Option<bool>,
}

// === impl Layout ===

impl Layout {
    /// Any text is a layout.
    pub(in crate::process) fn new(layout: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = layout;
        while let Some((before, chunk, after)) = next_chunk(rest) {
            pieces.push((before.to_owned(), chunk));
            rest = after;
        }
        Self {
            pieces,
            end: rest.to_owned(),
        }
    }

    /// Reads a whole text. A year that the layout does not have is 0.
    pub(in crate::process) fn read(&self, text: &str) -> Option<Fields> {
        let mut reading = Reading {
            fields: Fields {
                month: -1,
                day: -1,
                ..Fields::default()
            },
            ..Reading::default()
        };
        let mut rest = text;
        for (index, (before, chunk)) in self.pieces.iter().enumerate() {
            rest = skip(rest, before)?;
            let next = self.pieces.get(index + 1);
            let fraction_follows = next.is_some_and(|(text, chunk)| {
                text.is_empty() && matches!(chunk, Chunk::Fraction(_) | Chunk::AnyFraction)
            });
            rest = reading.read(*chunk, rest, fraction_follows)?;
        }
        rest = skip(rest, &self.end)?;
        if !rest.is_empty() {
            return None;
        }
        reading.finish()
    }
}

// === impl Reading ===

impl Reading {
    fn read<'t>(&mut self, chunk: Chunk, text: &'t str, fraction_follows: bool) -> Option<&'t str> {
        let fields = &mut self.fields;
        match chunk {
            Chunk::Year => {
                let (year, rest) = digits(text, 2)?;
                fields.year = if year >= 69 { 1900 + year } else { 2000 + year };
                Some(rest)
            }
            Chunk::LongYear => store(digits(text, 4)?, &mut fields.year, 0..=9999),
            Chunk::Month => store(name(text, &MONTHS, 3)?, &mut fields.month, 1..=12),
            Chunk::LongMonth => store(name(text, &MONTHS, 9)?, &mut fields.month, 1..=12),
            Chunk::Weekday => Some(name(text, &WEEKDAYS, 3)?.1),
            Chunk::LongWeekday => Some(name(text, &WEEKDAYS, 9)?.1),
            Chunk::NumMonth => store(one_or_two(text)?, &mut fields.month, 1..=12),
            Chunk::ZeroMonth => store(digits(text, 2)?, &mut fields.month, 1..=12),
            Chunk::Day => store(one_or_two(text)?, &mut fields.day, 0..=99),
            Chunk::UnderDay => {
                let text = text.strip_prefix(' ').unwrap_or(text);
                store(one_or_two(text)?, &mut fields.day, 0..=99)
            }
            Chunk::ZeroDay => store(digits(text, 2)?, &mut fields.day, 0..=99),
            Chunk::UnderYearDay | Chunk::ZeroYearDay => {
                let blanks = text.len() - text.trim_start_matches(' ').len();
                let blanks = if chunk == Chunk::UnderYearDay {
                    blanks.min(2)
                } else {
                    0
                };
                let (day, rest) = digits(text.get(blanks..)?, 3 - blanks)?;
                self.year_day = Some(day);
                Some(rest)
            }
            Chunk::Hour => store(one_or_two(text)?, &mut fields.hour, 0..=23),
            Chunk::Hour12 => store(one_or_two(text)?, &mut fields.hour, 0..=12),
            Chunk::ZeroHour12 => store(digits(text, 2)?, &mut fields.hour, 0..=12),
            Chunk::Minute => store(one_or_two(text)?, &mut fields.minute, 0..=59),
            Chunk::ZeroMinute => store(digits(text, 2)?, &mut fields.minute, 0..=59),
            Chunk::Second | Chunk::ZeroSecond => {
                let read = if chunk == Chunk::Second {
                    one_or_two(text)?
                } else {
                    digits(text, 2)?
                };
                let rest = store(read, &mut fields.second, 0..=59)?;
                if fraction_follows {
                    return Some(rest);
                }
                // A fraction is read even where the layout has none.
                Some(self.fraction(rest).unwrap_or(rest))
            }
            Chunk::Fraction(length) => {
                let (fraction, rest) = text.split_at_checked(length + 1)?;
                fields.nanos = nanos(fraction)?;
                Some(rest)
            }
            Chunk::AnyFraction => Some(self.fraction(text).unwrap_or(text)),
            Chunk::UpperPm => self.half(text, ["AM", "PM"]),
            Chunk::LowerPm => self.half(text, ["am", "pm"]),
            Chunk::ZoneName => {
                let length = if text.starts_with("UTC") {
                    3
                } else {
                    zone_name(text)?
                };
                let (zone, rest) = text.split_at_checked(length)?;
                fields.zone = if zone == "UTC" {
                    Zone::Offset(0)
                } else {
                    Zone::Name(zone.to_owned())
                };
                Some(rest)
            }
            Chunk::Offset { z, parts, colons } => {
                if z && let Some(rest) = text.strip_prefix('Z') {
                    fields.zone = Zone::Offset(0);
                    return Some(rest);
                }
                let (offset, rest) = offset(text, parts, colons)?;
                fields.zone = Zone::Offset(offset);
                Some(rest)
            }
        }
    }

    fn fraction<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let digits = text.strip_prefix(['.', ','])?;
        let length = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        let (fraction, rest) = text.split_at_checked(length + 1).filter(|_| length > 0)?;
        self.fields.nanos = nanos(fraction)?;
        Some(rest)
    }

    fn half<'t>(&mut self, text: &'t str, [morning, afternoon]: [&str; 2]) -> Option<&'t str> {
        let (rest, is_afternoon) = match text.strip_prefix(afternoon) {
            Some(rest) => (rest, true),
            None => (text.strip_prefix(morning)?, false),
        };
        self.half = Some(is_afternoon);
        Some(rest)
    }

    fn finish(self) -> Option<Fields> {
        let mut fields = self.fields;
        match self.half {
            Some(true) if fields.hour < 12 => fields.hour += 12,
            Some(false) if fields.hour == 12 => fields.hour = 0,
            _ => {}
        }
        if let Some(mut day) = self.year_day {
            let months = 1..=12;
            let mut found = None;
            for month in months {
                let length = month_length(fields.year, month);
                if day <= length {
                    found = Some(month);
                    break;
                }
                day -= length;
            }
            let month = found.filter(|_| day >= 1)?;
            let differs = (fields.month > 0 && fields.month != month)
                || (fields.day > 0 && fields.day != day);
            if differs {
                return None;
            }
            (fields.month, fields.day) = (month, day);
        }
        if fields.month < 0 {
            fields.month = 1;
        }
        if fields.day < 0 {
            fields.day = 1;
        }
        (1..=month_length(fields.year, fields.month))
            .contains(&fields.day)
            .then_some(fields)
    }
}

fn month_length(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn store<'t>(
    (value, rest): (i64, &'t str),
    into: &mut i64,
    allowed: std::ops::RangeInclusive<i64>,
) -> Option<&'t str> {
    *into = value;
    allowed.contains(&value).then_some(rest)
}

/// Text that the layout has too; runs of blanks match runs of blanks.
fn skip<'t>(text: &'t str, before: &str) -> Option<&'t str> {
    let (mut text, mut before) = (text, before);
    while let Some(wanted) = before.chars().next() {
        if wanted == ' ' {
            if !text.is_empty() && !text.starts_with(' ') {
                return None;
            }
            before = before.trim_start_matches(' ');
            text = text.trim_start_matches(' ');
            continue;
        }
        text = text.strip_prefix(wanted)?;
        before = before.strip_prefix(wanted)?;
    }
    Some(text)
}

/// Exactly so many digits.
fn digits(text: &str, count: usize) -> Option<(i64, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    let all = number.bytes().all(|b| b.is_ascii_digit());
    Some((number.parse().ok().filter(|_| all)?, rest))
}

fn one_or_two(text: &str) -> Option<(i64, &str)> {
    digits(text, 2).or_else(|| digits(text, 1))
}

/// The number, from 1, of the name that the text begins with, in any case; names are cut to `length`.
fn name<'t>(text: &'t str, names: &[&str], length: usize) -> Option<(i64, &'t str)> {
    names.iter().zip(1..).find_map(|(name, number)| {
        let name = name.get(..length.min(name.len()))?;
        let (begin, rest) = text.split_at_checked(name.len())?;
        begin.eq_ignore_ascii_case(name).then_some((number, rest))
    })
}

/// Nanoseconds of `.5` or `,123`; digits beyond the ninth are dropped.
fn nanos(fraction: &str) -> Option<u32> {
    let digits = fraction.strip_prefix(['.', ','])?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").get(..9)?.parse().ok()
}

fn offset(text: &str, parts: u8, colons: bool) -> Option<(i64, &str)> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let mut rest = text.get(1..)?;
    let mut seconds = 0;
    for (part, unit) in (0..parts).zip([3600, 60, 1]) {
        if part > 0 && colons {
            rest = rest.strip_prefix(':')?;
        }
        let (value, after) = digits(rest, 2)?;
        if value > if part == 0 { 24 } else { 60 } {
            return None;
        }
        seconds += value * unit;
        rest = after;
    }
    Some((sign * seconds, rest))
}

/// How long the zone's abbreviation is that the text begins with.
fn zone_name(text: &str) -> Option<usize> {
    if text.starts_with("ChST") || text.starts_with("MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix("GMT") {
        return Some(3 + signed_hours(after).unwrap_or_default());
    }
    if let Some(length) = signed_hours(text) {
        return Some(length);
    }
    let upper = text
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_uppercase)
        .count();
    match upper {
        3 => Some(3),
        4 if text.as_bytes().get(3) == Some(&b'T') || text.starts_with("WITA") => Some(4),
        5 if text.as_bytes().get(4) == Some(&b'T') => Some(5),
        _ => None,
    }
}

fn signed_hours(text: &str) -> Option<usize> {
    let digits = text.strip_prefix(['+', '-'])?;
    let length = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let hours: u32 = digits.get(..length)?.parse().ok()?;
    (hours < 24).then_some(length + 1)
}
