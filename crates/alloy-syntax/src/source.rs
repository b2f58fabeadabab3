//! A source: the text of one configuration file under the name that messages call it by.
//!
//! Invariants: the text is UTF-8 and never changes; a line ends with `\n`, and a `\r` before it is not shown. A byte
//! order mark stays in the text, so that columns agree with other tools'. It is not: a parsed file.

use std::fmt;
use std::sync::Arc;

use crate::{Position, Span};

/// The most bytes that a source may hold. The largest real configurations have some hundred kilobytes.
pub const MAX_SOURCE_BYTES: usize = 16 << 20;

/// The text of a configuration file, its name, and where its lines start.
#[derive(PartialEq, Eq)]
pub struct Source {
    name: Box<str>,
    text: Box<str>,
    line_starts: Box<[u32]>,
}

/// Why bytes are no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The bytes are not UTF-8.
    #[error(
        "{name}:{position}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8 without other encodings"
    )]
    NotUtf8 {
        /// The source's name.
        name: String,
        /// Where the first offending byte stands.
        position: Position,
        /// The offending byte.
        byte: u8,
    },
    /// The bytes are more than [`MAX_SOURCE_BYTES`], alone or with the files read before.
    #[error(
        "{name}: a configuration may have {MAX_SOURCE_BYTES} bytes in all; this file has {bytes} or more"
    )]
    TooLarge {
        /// The source's name.
        name: String,
        /// How many bytes there are, or were read before giving up.
        bytes: usize,
    },
}

// === impl Source ===

impl Source {
    /// The source `text` under `name`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Result<Arc<Self>, SourceError> {
        let (name, text) = (name.into(), text.into());
        if text.len() > MAX_SOURCE_BYTES {
            let bytes = text.len();
            return Err(SourceError::TooLarge { name, bytes });
        }
        Ok(Arc::new(Self {
            line_starts: line_starts(text.as_bytes()),
            name: name.into(),
            text: text.into(),
        }))
    }

    /// The source of `bytes`, which must be UTF-8.
    pub fn from_bytes(
        name: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<Arc<Self>, SourceError> {
        let (name, bytes) = (name.into(), bytes.into());
        if bytes.len() > MAX_SOURCE_BYTES {
            let bytes = bytes.len();
            return Err(SourceError::TooLarge { name, bytes });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(name, text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let byte = error.as_bytes().get(at).copied().unwrap_or_default();
                let starts = line_starts(error.as_bytes());
                let position = position(&starts, u32::try_from(at).unwrap_or(u32::MAX));
                Err(SourceError::NotUtf8 {
                    name,
                    position,
                    byte,
                })
            }
        }
    }

    /// What messages call it: a path, or `<stdin>`, or an imported module's label.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text, with a byte order mark where the file has one.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of `span`; empty where the span is not one of this source.
    pub fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The line and column of a byte.
    pub fn position(&self, offset: u32) -> Position {
        position(&self.line_starts, offset)
    }

    /// The text of a line, counted from 1, without its end.
    pub fn line(&self, line: u32) -> &str {
        let text = self.slice(self.line_span(line));
        let text = text.strip_suffix('\n').unwrap_or(text);
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// The bytes of a line, counted from 1, with its end.
    pub fn line_span(&self, line: u32) -> Span {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let start_of = |line: u32| self.line_starts.get(line as usize).copied().unwrap_or(end);
        Span::new(start_of(line.saturating_sub(1)), start_of(line))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({}, {} bytes)", self.name, self.text.len())
    }
}

fn line_starts(text: &[u8]) -> Box<[u32]> {
    let ends = text.iter().enumerate().filter(|(_, b)| **b == b'\n');
    std::iter::once(0)
        .chain(ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
        .collect()
}

fn position(line_starts: &[u32], offset: u32) -> Position {
    let line = line_starts.partition_point(|start| *start <= offset).max(1);
    let start = line_starts.get(line - 1).copied().unwrap_or_default();
    Position {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: offset - start + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_counts_bytes_and_a_byte_order_mark_counts_three() {
        let source = Source::new("c", "\u{feff}é\tx\nsecond").expect("a short text");
        let at = |offset| source.position(offset).to_string();
        assert_eq!(
            (at(0), at(3), at(5), at(6)),
            ("1:1".into(), "1:4".into(), "1:6".into(), "1:7".into())
        );
        assert_eq!((at(8), at(14)), ("2:1".into(), "2:7".into()));
    }

    #[test]
    fn a_line_is_shown_without_its_end() {
        let source = Source::new("c", "one\r\ntwo\n").expect("a short text");
        assert_eq!(
            [
                source.line(1),
                source.line(2),
                source.line(3),
                source.line(9)
            ],
            ["one", "two", "", ""]
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused_with_their_place() {
        let error = Source::from_bytes("c.alloy", b"// caf\xe9\n".to_vec()).expect_err("latin 1");
        assert_eq!(
            error.to_string(),
            "c.alloy:1:7: byte 0xe9 is not UTF-8; save the file as UTF-8 without other encodings"
        );
    }
}
