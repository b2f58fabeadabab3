//! Exposition pages: the formats that a target may answer in, read line by line without a copy.
//!
//! The parser accepts what Prometheus' parser accepts and refuses what it refuses, also where the format's text says
//! otherwise: a target that works today must work tomorrow. A line is read in one pass; labels stay spans of the page
//! until [`Parser::labels`] writes them out, which a scrape does only for a series that it has not seen before.
//!
//! Sources: Prometheus' `model/textparse` and the recorded pages; text formats 0.0.4 and 1.0.0 are one grammar, and so
//! are OpenMetrics 0.0.1 and 1.0.0.

mod bound;
mod error;
mod labels;
mod number;
mod open_metrics;
mod text;

use std::str;

use outpost_model::{LabelsBuilder, MetricType};

pub use error::{ParseError, ParseReason};

use labels::Spans;

/// A line-based format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextFormat {
    /// Prometheus' text format, 0.0.4 and 1.0.0.
    Prometheus,
    /// OpenMetrics, 0.0.1 and 1.0.0.
    OpenMetrics,
}

/// What one line of a page says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry<'p> {
    /// A sample.
    Series(Series<'p>),
    /// A family's type.
    Type {
        /// The family's name, without quotes.
        family: &'p [u8],
        /// The type.
        kind: MetricType,
    },
    /// A family's help.
    Help {
        /// The family's name, without quotes.
        family: &'p [u8],
        /// The text as it stands on the page; see [`Parser::help`].
        text: &'p str,
    },
    /// A family's unit.
    Unit {
        /// The family's name, without quotes.
        family: &'p [u8],
        /// The unit.
        unit: &'p [u8],
    },
    /// A comment.
    Comment,
}

/// A sample as it stands on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Series<'p> {
    /// The name and the labels, byte for byte: equal bytes mean one series.
    pub text: &'p [u8],
    /// The value; any NaN is the canonical one, so a page cannot forge a stale marker.
    pub value: f64,
    /// The sample's own time, Unix time in milliseconds.
    pub timestamp_ms: Option<i64>,
    /// The exemplar.
    pub exemplar: Option<ExemplarText<'p>>,
}

/// An exemplar as it stands on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExemplarText<'p> {
    /// The labels between the braces, byte for byte. See [`Parser::exemplar_labels`].
    pub labels: &'p [u8],
    /// The value.
    pub value: f64,
    /// The exemplar's own time, Unix time in milliseconds.
    pub timestamp_ms: Option<i64>,
}

/// Reads a page line by line.
#[derive(Debug)]
pub struct Parser<'p> {
    page: &'p [u8],
    at: usize,
    format: TextFormat,
    /// The labels of the last series.
    spans: Spans,
    /// The labels of the last exemplar.
    exemplar_spans: Spans,
    /// The type of the last `# TYPE` line, which decides about `le` and `quantile`.
    kind: MetricType,
    state: State,
}

/// A place on the page, from [`Parser::position`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    at: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    /// The last line was taken, but what follows it is no line.
    Broken,
    /// The page has ended, well or not.
    Ended,
}

// === impl Parser ===

impl<'p> Parser<'p> {
    /// Reads `page` from its start.
    pub fn new(page: &'p [u8], format: TextFormat) -> Self {
        Self {
            page,
            at: 0,
            format,
            spans: Spans::default(),
            exemplar_spans: Spans::default(),
            kind: MetricType::Unknown,
            state: State::Reading,
        }
    }

    /// The next entry; `None` after the last one. After an error there is nothing more.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator could not lend the labels of its last entry"
    )]
    pub fn next(&mut self) -> Option<Result<Entry<'p>, ParseError>> {
        let entry = match self.state {
            State::Ended => return None,
            State::Broken => Err(ParseReason::Syntax("unexpected text after the sample")),
            State::Reading => match self.format {
                TextFormat::Prometheus => self.text_entry().transpose()?,
                TextFormat::OpenMetrics => self.open_metrics_entry().transpose()?,
            },
        };
        Some(entry.map_err(|reason| {
            self.state = State::Ended;
            ParseError::new(self.page, self.at, reason)
        }))
    }

    /// Where the next line begins, for [`Parser::reset`].
    #[inline]
    pub fn position(&self) -> Position {
        Position {
            at: self.at,
            state: self.state,
        }
    }

    /// Goes back to where the parser once was.
    pub fn reset(&mut self, position: Position) {
        self.at = position.at;
        self.state = position.state;
    }

    /// Skips lines without any text, where the format has them.
    #[inline]
    pub fn skip_blank_lines(&mut self) {
        while self.format == TextFormat::Prometheus && self.page.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
    }

    /// The text from `start` to the end of the last line, without its newline.
    pub fn since(&self, start: Position) -> &'p [u8] {
        let text = self.slice(start.at, self.at);
        text.strip_suffix(b"\n").unwrap_or(text)
    }

    /// The text of the series if the next line begins with one of `length` bytes, whatever these bytes are.
    ///
    /// A caller that knows the bytes (by their hash) goes on with [`Parser::sample_after`]; otherwise nothing has
    /// happened.
    #[inline]
    pub fn peek(&self, length: usize) -> Option<&'p [u8]> {
        let end = self.at.checked_add(length)?;
        if self.state == State::Reading {
            self.page.get(self.at..end)
        } else {
            None
        }
    }

    /// Takes a whole line of `length` bytes and its newline, if a newline stands there.
    #[inline]
    pub fn take_line(&mut self, length: usize) -> bool {
        let end = self.at + length;
        let ends = self.page.get(end) == Some(&b'\n');
        if ends {
            self.at = end + 1;
        }
        ends
    }

    /// Takes the rest of a line that begins with a series of `length` bytes which the caller knows to be one.
    ///
    /// `None` when something else stands there after all; nothing has happened then.
    #[inline]
    pub fn sample_after(&mut self, length: usize) -> Option<Series<'p>> {
        let text = self.peek(length)?;
        let after = self.page.get(self.at + length..)?;
        let closed = text.last() == Some(&b'}');
        let value = match (after.first(), self.format) {
            (Some(b' '), _) | (Some(b'\t'), TextFormat::Prometheus) => after.get(1..)?,
            (_, TextFormat::Prometheus) if closed => after,
            _ => return None,
        };
        if let Some((number, length)) = number::simple(value)
            && value.get(length) == Some(&b'\n')
        {
            self.at = self.page.len() - value.len() + length + 1;
            return Some(Series {
                text,
                value: number,
                timestamp_ms: None,
                exemplar: None,
            });
        }
        self.rest_of_sample(length)
    }

    /// As [`Parser::sample_after`], for what is not a plain number at the end of the line.
    #[cold]
    fn rest_of_sample(&mut self, length: usize) -> Option<Series<'p>> {
        let start = self.at;
        self.at += length;
        let sample = match self.format {
            TextFormat::Prometheus => self.text_sample(start),
            TextFormat::OpenMetrics => self.open_metrics_sample(start),
        };
        if sample.is_err() {
            self.at = start;
        }
        sample.ok()
    }

    /// Writes the labels of the last series to the end of `out`, unescaped and in the order of the page, with `le` and
    /// `quantile` as Prometheus writes them. A name may come twice, a value may be empty.
    pub fn labels(&self, out: &mut LabelsBuilder) -> Result<(), InvalidName> {
        self.spans.write(self.page, self.kind, out)
    }

    /// Writes the labels of the last exemplar to the end of `out`, as they stand on the page.
    pub fn exemplar_labels(&self, out: &mut LabelsBuilder) -> Result<(), InvalidName> {
        self.exemplar_spans.write_raw(self.page, out)
    }

    /// The help text with its escapes undone.
    pub fn help(&self, text: &str) -> String {
        match self.format {
            TextFormat::Prometheus => labels::unescape(text, false).into_owned(),
            TextFormat::OpenMetrics => labels::unescape(text, true).into_owned(),
        }
    }

    /// Makes `kind` the type that decides about `le` and `quantile`, as if its line had been read.
    pub fn set_kind(&mut self, kind: MetricType) {
        self.kind = kind;
    }

    fn rest(&self) -> &'p [u8] {
        self.page.get(self.at..).unwrap_or_default()
    }

    fn slice(&self, start: usize, end: usize) -> &'p [u8] {
        self.page.get(start..end).unwrap_or_default()
    }
}

/// A metric's or label's name that is not UTF-8; quotes let it come that far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a metric's or label's name is not valid UTF-8")]
pub struct InvalidName;

fn utf8(bytes: &[u8]) -> Result<&str, ParseReason> {
    str::from_utf8(bytes).map_err(|_| ParseReason::InvalidUtf8)
}

#[cfg(test)]
mod tests;
