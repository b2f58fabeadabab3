//! OpenMetrics, line by line: one space where the text format takes any number, and no blank lines.

use outpost_model::MetricType;

use super::labels::Owner;
use super::text::{family_name, is_name_start, name_length, token};
use super::{Entry, ExemplarText, ParseReason, Parser, Series, State, TextFormat, number, utf8};

impl<'p> Parser<'p> {
    /// The next entry; `None` after `# EOF`.
    pub(super) fn open_metrics_entry(&mut self) -> Result<Option<Entry<'p>>, ParseReason> {
        let start = self.at;
        match self.rest().first() {
            None => Err(ParseReason::NoEof),
            Some(b'#') => self.descriptor(),
            Some(b'{') => {
                self.spans.clear();
                self.open_metrics_labels(start).map(Some)
            }
            Some(byte) if is_name_start(*byte) => {
                self.at += name_length(self.rest());
                self.spans.clear();
                self.spans.name = Some((start, self.at));
                if self.rest().first() == Some(&b'{') {
                    return self.open_metrics_labels(start).map(Some);
                }
                self.open_metrics_sample(start).map(Entry::Series).map(Some)
            }
            Some(_) => Err(ParseReason::Syntax(
                "a line begins neither with a name nor with #",
            )),
        }
    }

    /// Reads the labels from their opening brace, and the rest of the line.
    fn open_metrics_labels(&mut self, start: usize) -> Result<Entry<'p>, ParseReason> {
        self.at = self.spans.read(
            self.page,
            self.at + 1,
            TextFormat::OpenMetrics,
            Owner::Series,
        )?;
        if self.spans.name.is_none() {
            return Err(ParseReason::NoMetricName);
        }
        self.open_metrics_sample(start).map(Entry::Series)
    }

    /// Reads what follows the series that began at `start`: value, time, exemplar.
    pub(super) fn open_metrics_sample(&mut self, start: usize) -> Result<Series<'p>, ParseReason> {
        let mut series = Series {
            text: self.slice(start, self.at),
            value: self.spaced_value()?,
            timestamp_ms: None,
            exemplar: None,
        };
        let rest = self.rest();
        if rest.starts_with(b" # ") && !rest.starts_with(b" # {")
            || matches!(rest, [b' ', b' ' | b'\n', ..] | [b' '])
        {
            // Prometheus takes the sample and stumbles when it looks for the next one.
            self.state = State::Broken;
            return Ok(series);
        }
        if !rest.starts_with(b" # {") && rest.first() == Some(&b' ') {
            series.timestamp_ms = Some(self.spaced_time()?);
        }
        if self.rest().starts_with(b" # {") {
            series.exemplar = Some(self.exemplar()?);
        }
        self.line_end()?;
        Ok(series)
    }

    /// Reads an exemplar from the space before its `#`.
    fn exemplar(&mut self) -> Result<ExemplarText<'p>, ParseReason> {
        let start = self.at + " # {".len();
        let mut spans = std::mem::take(&mut self.exemplar_spans);
        spans.clear();
        let end = spans.read(self.page, start, TextFormat::OpenMetrics, Owner::Exemplar);
        self.exemplar_spans = spans;
        self.at = end?;
        let labels = self.slice(start, self.at - 1);
        let value = self.spaced_value()?;
        let timestamp_ms = match self.rest().first() {
            Some(b' ') => Some(self.spaced_time()?),
            _ => None,
        };
        Ok(ExemplarText {
            labels,
            value,
            timestamp_ms,
        })
    }

    /// A space and a value.
    fn spaced_value(&mut self) -> Result<f64, ParseReason> {
        let value = self.spaced_token().and_then(number::value);
        value.ok_or(ParseReason::Syntax("expected one space and a value"))
    }

    /// A space and a time in seconds, cut to milliseconds.
    fn spaced_time(&mut self) -> Result<i64, ParseReason> {
        const NO_TIME: ParseReason = ParseReason::Syntax("expected one space and a timestamp");
        let token = self.spaced_token().ok_or(NO_TIME)?;
        let seconds = number::value(token).ok_or(NO_TIME)?;
        if seconds.is_finite() {
            Ok(milliseconds(seconds))
        } else {
            let text = String::from_utf8_lossy(token).into_owned();
            Err(ParseReason::BadTimestamp(text))
        }
    }

    fn spaced_token(&mut self) -> Option<&'p [u8]> {
        let rest = self.rest().strip_prefix(b" ")?;
        let token = token(rest, |byte| matches!(byte, b' ' | b'\n'));
        self.at += 1 + token.len();
        (!token.is_empty()).then_some(token)
    }

    fn line_end(&mut self) -> Result<(), ParseReason> {
        match self.rest().first() {
            Some(b'\n') => {
                self.at += 1;
                Ok(())
            }
            None => Err(ParseReason::NoEof),
            Some(_) => Err(ParseReason::Syntax("expected the end of the line")),
        }
    }

    /// Reads a line that begins with `#`.
    fn descriptor(&mut self) -> Result<Option<Entry<'p>>, ParseReason> {
        const UNKNOWN: ParseReason =
            ParseReason::Syntax("only HELP, TYPE, UNIT and EOF may follow #");
        let rest = self.rest();
        if let Some(after) = rest.strip_prefix(b"# EOF") {
            let after = after.strip_prefix(b"\n").unwrap_or(after);
            self.state = State::Ended;
            return match after.first() {
                None | Some(0) => Ok(None),
                Some(_) => Err(ParseReason::DataAfterEof),
            };
        }
        let keyword = rest.get(..7).unwrap_or(rest);
        if ![b"# HELP ", b"# TYPE ", b"# UNIT "]
            .iter()
            .any(|known| *known == keyword)
        {
            return Err(UNKNOWN);
        }
        let rest = rest.get(7..).unwrap_or_default();
        let (family, text) =
            family_name(rest).ok_or(ParseReason::Syntax("expected a metric name"))?;
        let length = memchr::memchr(b'\n', text).ok_or(ParseReason::NoEof)?;
        let end = self.page.len() - text.len() + length + 1;
        let text = text
            .get(..length)
            .and_then(|text| text.strip_prefix(b" "))
            .ok_or(ParseReason::Syntax("expected one space and a text"))?;
        let entry = match keyword {
            b"# HELP " => Entry::Help {
                family,
                text: utf8(text)?,
            },
            b"# TYPE " => {
                self.kind = kind(text)?;
                Entry::Type {
                    family,
                    kind: self.kind,
                }
            }
            _ => {
                check_unit(family, text)?;
                Entry::Unit { family, unit: text }
            }
        };
        self.at = end;
        Ok(Some(entry))
    }
}

/// Cut towards zero, as the field's receivers know it; far times end at the limits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "times beyond 64 bits end at its limits"
)]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

fn check_unit(family: &[u8], unit: &[u8]) -> Result<(), ParseReason> {
    let name = family.strip_suffix(unit);
    if unit.is_empty() || name.is_some_and(|name| name.ends_with(b"_")) {
        return Ok(());
    }
    Err(ParseReason::UnitIsNoSuffix {
        unit: String::from_utf8_lossy(unit).into_owned(),
        family: String::from_utf8_lossy(family).into_owned(),
    })
}

fn kind(word: &[u8]) -> Result<MetricType, ParseReason> {
    match word {
        b"counter" => Ok(MetricType::Counter),
        b"gauge" => Ok(MetricType::Gauge),
        b"histogram" => Ok(MetricType::Histogram),
        b"gaugehistogram" => Ok(MetricType::GaugeHistogram),
        b"summary" => Ok(MetricType::Summary),
        b"info" => Ok(MetricType::Info),
        b"stateset" => Ok(MetricType::StateSet),
        b"unknown" => Ok(MetricType::Unknown),
        _ => Err(ParseReason::UnknownType(
            String::from_utf8_lossy(word).into_owned(),
        )),
    }
}
