//! Prometheus' text format, line by line.

use std::str;

use outpost_model::MetricType;

use super::labels::{Owner, blanks};
use super::{Entry, ParseReason, Parser, Series, State, TextFormat, number, utf8};

impl<'p> Parser<'p> {
    /// The next entry; `None` at the end of the page.
    pub(super) fn text_entry(&mut self) -> Result<Option<Entry<'p>>, ParseReason> {
        loop {
            let start = self.at;
            self.at += blanks(self.rest());
            match self.rest().first() {
                // A NUL where a line begins ends the page.
                None | Some(0) => {
                    self.state = State::Ended;
                    return Ok(None);
                }
                Some(b'\n') => self.at += 1,
                Some(b'#') => return self.comment(),
                Some(b'{') => {
                    self.spans.clear();
                    return self.text_labels(start).map(Some);
                }
                Some(byte) if is_name_start(*byte) => {
                    self.at += name_length(self.rest());
                    self.spans.clear();
                    // Blanks before the name become part of it, which then is no valid name: so Prometheus has it.
                    self.spans.name = Some((start, self.at));
                    let gap = blanks(self.rest());
                    if self.rest().get(gap) == Some(&b'{') {
                        self.at += gap;
                        return self.text_labels(start).map(Some);
                    }
                    return self.text_sample(start).map(Entry::Series).map(Some);
                }
                Some(_) => {
                    return Err(ParseReason::Syntax(
                        "a line begins neither with a name nor with #",
                    ));
                }
            }
        }
    }

    /// Reads the labels from their opening brace, and the rest of the line.
    fn text_labels(&mut self, start: usize) -> Result<Entry<'p>, ParseReason> {
        self.at = self.spans.read(
            self.page,
            self.at + 1,
            TextFormat::Prometheus,
            Owner::Series,
        )?;
        if self.spans.name.is_none() {
            return Err(ParseReason::NoMetricName);
        }
        self.text_sample(start).map(Entry::Series)
    }

    /// Reads what follows the series that began at `start`: the value, and the time if there is one.
    pub(super) fn text_sample(&mut self, start: usize) -> Result<Series<'p>, ParseReason> {
        let text = self.slice(start, self.at);
        self.at += blanks(self.rest());
        let token = token(self.rest(), |byte| {
            matches!(byte, b'{' | b' ' | b'\t' | b'\n')
        });
        let value = number::value(token).ok_or(ParseReason::Syntax("expected a value"))?;
        self.at += token.len();
        let gap = blanks(self.rest());
        self.at += gap;
        let digits = self::token(self.rest(), |byte| !byte.is_ascii_digit());
        let timestamp_ms = if digits.is_empty() {
            None
        } else {
            let time = str::from_utf8(digits)
                .ok()
                .and_then(|digits| digits.parse().ok());
            self.at += digits.len();
            self.at += blanks(self.rest());
            Some(time.ok_or(ParseReason::Syntax("a timestamp does not fit 64 bits"))?)
        };
        match self.rest().first() {
            None => {}
            Some(b'\n') => self.at += 1,
            Some(_) => {
                return Err(ParseReason::Syntax(
                    "expected a timestamp or the end of the line",
                ));
            }
        }
        Ok(Series {
            text,
            value,
            timestamp_ms,
            exemplar: None,
        })
    }

    /// Reads a line that begins with `#`.
    fn comment(&mut self) -> Result<Option<Entry<'p>>, ParseReason> {
        let line = token(self.rest(), |byte| byte == b'\n');
        let after = line.get(1..).unwrap_or_default();
        let gap = blanks(after);
        let words = after.get(gap..).unwrap_or_default();
        let end = self.at + line.len();
        // Where Prometheus' lexer meets a NUL in a comment, it takes it for the end of the page.
        let ends_page = if gap == 0 {
            memchr::memchr(0, words).is_some()
        } else {
            words.first() == Some(&0)
        };
        if ends_page {
            self.state = State::Ended;
            return Ok(None);
        }
        let keyword = |word: &[u8]| {
            let rest = words.strip_prefix(word)?;
            (gap > 0 && blanks(rest) > 0).then(|| rest.get(blanks(rest)..).unwrap_or_default())
        };
        let entry = if let Some(rest) = keyword(b"HELP") {
            let (family, text) = family(rest)?;
            Entry::Help {
                family,
                text: utf8(text)?,
            }
        } else if let Some(rest) = keyword(b"TYPE") {
            let (family, text) = family(rest)?;
            self.kind = kind(text)?;
            Entry::Type {
                family,
                kind: self.kind,
            }
        } else {
            Entry::Comment
        };
        self.at = (end + 1).min(self.page.len());
        Ok(Some(entry))
    }
}

/// The family's name, and the text after one more byte.
fn family(text: &[u8]) -> Result<(&[u8], &[u8]), ParseReason> {
    let (name, rest) = family_name(text).ok_or(ParseReason::Syntax("expected a metric name"))?;
    if blanks(rest) == rest.len() {
        return Ok((name, b""));
    }
    Ok((name, rest.get(1..).unwrap_or_default()))
}

/// The family's name, quoted or not, and what follows it.
pub(super) fn family_name(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.first() == Some(&b'"') {
        let mut end = 1;
        loop {
            match text.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                0 => return None,
                _ => end += 1,
            }
        }
        return Some((text.get(1..end)?, text.get(end + 1..)?));
    }
    let length = name_length(text);
    if length == 0 {
        return None;
    }
    text.split_at_checked(length)
}

fn kind(word: &[u8]) -> Result<MetricType, ParseReason> {
    match word {
        b"counter" => Ok(MetricType::Counter),
        b"gauge" => Ok(MetricType::Gauge),
        b"histogram" => Ok(MetricType::Histogram),
        b"summary" => Ok(MetricType::Summary),
        b"untyped" => Ok(MetricType::Unknown),
        _ => Err(ParseReason::UnknownType(
            String::from_utf8_lossy(word).into_owned(),
        )),
    }
}

pub(super) fn is_name_start(byte: u8) -> bool {
    matches!(byte, b'_' | b':') || byte.is_ascii_alphabetic()
}

/// How many bytes of a metric name `text` begins with.
pub(super) fn name_length(text: &[u8]) -> usize {
    if text.first().is_some_and(|byte| is_name_start(*byte)) {
        text.iter()
            .take_while(|byte| is_name_start(**byte) || byte.is_ascii_digit())
            .count()
    } else {
        0
    }
}

/// The bytes before the first that `ends` the token.
pub(super) fn token(text: &[u8], ends: impl Fn(u8) -> bool) -> &[u8] {
    let length = text.iter().take_while(|byte| !ends(**byte)).count();
    text.get(..length).unwrap_or_default()
}
