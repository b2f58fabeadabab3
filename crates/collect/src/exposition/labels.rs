//! The part between the braces: which bytes are names, which are values.

use std::borrow::Cow;
use std::str;

use outpost_model::{LabelsBuilder, METRIC_NAME, MetricType};

use super::{InvalidName, ParseReason, TextFormat, bound, utf8};

/// Where the name and the labels of a series stand on the page.
#[derive(Debug, Default)]
pub(super) struct Spans {
    pub(super) name: Option<Span>,
    labels: Vec<(Span, Span)>,
}

/// Bytes of the page, from the first to after the last.
pub(super) type Span = (usize, usize);

/// Whose labels are read: an exemplar's cannot hold a metric name or a newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Series,
    Exemplar,
}

/// A piece of the text between the braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Name(Span),
    Quoted(Span),
    Equal,
    Comma,
    Close,
}

/// Reads tokens of the text between the braces.
struct Tokens<'p> {
    page: &'p [u8],
    at: usize,
    format: TextFormat,
    owner: Owner,
}

// === impl Spans ===

impl Spans {
    pub(super) fn clear(&mut self) {
        self.name = None;
        self.labels.clear();
    }

    /// Reads labels from byte `at`, which follows the opening brace, to after the closing one.
    pub(super) fn read(
        &mut self,
        page: &[u8],
        at: usize,
        format: TextFormat,
        owner: Owner,
    ) -> Result<usize, ParseReason> {
        const NAME: ParseReason = ParseReason::Syntax("expected a label name");
        let mut tokens = Tokens {
            page,
            at,
            format,
            owner,
        };
        let mut token = tokens.next()?;
        loop {
            let (name, quoted) = match token {
                Token::Close => return Ok(tokens.at),
                Token::Name(span) => (span, false),
                Token::Quoted(span) => (span, true),
                Token::Equal | Token::Comma => return Err(NAME),
            };
            token = tokens.next()?;
            if quoted && matches!(token, Token::Comma | Token::Close) {
                if owner == Owner::Exemplar {
                    return Err(NAME);
                }
                if self.name.replace(name).is_some() {
                    return Err(ParseReason::TwoMetricNames);
                }
                if token == Token::Close {
                    return Ok(tokens.at);
                }
                token = tokens.next()?;
                continue;
            }
            if token != Token::Equal {
                return Err(ParseReason::Syntax("expected = after the label name"));
            }
            let value = tokens.value()?;
            self.labels.push((name, value));
            token = tokens.next()?;
            if token == Token::Comma {
                token = tokens.next()?;
            } else if token != Token::Close && format == TextFormat::OpenMetrics {
                return Err(ParseReason::Syntax("expected , or } after the label value"));
            }
        }
    }

    /// Writes the name and the labels, unescaped.
    pub(super) fn write(
        &self,
        page: &[u8],
        kind: MetricType,
        out: &mut LabelsBuilder,
    ) -> Result<(), InvalidName> {
        let text = |span: Span| text(page, span);
        if let Some(name) = self.name {
            out.push(METRIC_NAME, unescape(text(name)?, true));
        }
        for (name, value) in &self.labels {
            let name = unescape(text(*name)?, true);
            let value = unescape(text(*value)?, true);
            out.push(&name, bound::normal(kind, &name, &value));
        }
        Ok(())
    }

    /// Writes the labels as they stand there.
    pub(super) fn write_raw(
        &self,
        page: &[u8],
        out: &mut LabelsBuilder,
    ) -> Result<(), InvalidName> {
        for (name, value) in &self.labels {
            out.push(text(page, *name)?, text(page, *value)?);
        }
        Ok(())
    }
}

fn text(page: &[u8], (start, end): Span) -> Result<&str, InvalidName> {
    str::from_utf8(page.get(start..end).unwrap_or_default()).map_err(|_| InvalidName)
}

// === impl Tokens ===

impl Tokens<'_> {
    fn next(&mut self) -> Result<Token, ParseReason> {
        self.skip_blanks();
        let start = self.at;
        let byte = self.page.get(start).copied();
        self.at += 1;
        match byte {
            Some(b'}') => Ok(Token::Close),
            Some(b'=') => Ok(Token::Equal),
            Some(b',') => Ok(Token::Comma),
            Some(b'"') => self
                .quoted(self.owner == Owner::Series, false)
                .map(Token::Quoted),
            Some(byte) if byte == b'_' || byte.is_ascii_alphabetic() => {
                let name = self.page.get(start..).unwrap_or_default();
                let is_name = |byte: &u8| *byte == b'_' || byte.is_ascii_alphanumeric();
                self.at = start + name.iter().take_while(|byte| is_name(byte)).count();
                Ok(Token::Name((start, self.at)))
            }
            _ => Err(ParseReason::Syntax("unexpected text between the braces")),
        }
    }

    /// A value in quotes.
    fn value(&mut self) -> Result<Span, ParseReason> {
        self.skip_blanks();
        if self.page.get(self.at) != Some(&b'"') {
            return Err(ParseReason::Syntax("expected a label value in quotes"));
        }
        self.at += 1;
        let span = self.quoted(self.format == TextFormat::Prometheus, true)?;
        utf8(self.page.get(span.0..span.1).unwrap_or_default())?;
        Ok(span)
    }

    /// The rest of a quoted text, from after the opening quote.
    fn quoted(&mut self, newlines: bool, nulls: bool) -> Result<Span, ParseReason> {
        const OPEN: ParseReason = ParseReason::Syntax("a quoted text is not closed");
        let start = self.at;
        loop {
            let rest = self.page.get(self.at..).unwrap_or_default();
            let end = memchr::memchr2(b'"', b'\\', rest).ok_or(OPEN)?;
            let plain = rest.get(..end).unwrap_or_default();
            if (!newlines && memchr::memchr(b'\n', plain).is_some())
                || (!nulls && memchr::memchr(0, plain).is_some())
            {
                return Err(OPEN);
            }
            self.at += end + 1;
            if rest.get(end) == Some(&b'"') {
                return Ok((start, self.at - 1));
            }
            // The escaped byte can be anything but a newline.
            match rest.get(end + 1) {
                None | Some(b'\n') => return Err(OPEN),
                Some(0) if !nulls => return Err(OPEN),
                Some(_) => self.at += 1,
            }
        }
    }

    fn skip_blanks(&mut self) {
        if self.format == TextFormat::Prometheus {
            let rest = self.page.get(self.at..).unwrap_or_default();
            self.at += blanks(rest);
        }
    }
}

/// How many blanks `text` begins with.
pub(super) fn blanks(text: &[u8]) -> usize {
    text.iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

/// Undoes `\\`, `\n` and, if `quotes`, `\"`; any other escape stays as it is.
pub(super) fn unescape(text: &str, quotes: bool) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (meant, length) = match after.bytes().next() {
            Some(b'\\') => ('\\', 1),
            Some(b'n') => ('\n', 1),
            Some(b'"') if quotes => ('"', 1),
            _ => ('\\', 0),
        };
        plain.push(meant);
        rest = after.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}
