//! What is wrong with a configuration, where, and how to mend it.
//!
//! Every step that reads a configuration (reading, parsing, decoding, building the graph) says what it objects to as
//! [`Diagnostic`]s, so that a user sees one form. Invariants: messages are one line, lower-case, without a full stop.
//! It is not: an error to branch on; a caller shows it.

use std::fmt;
use std::sync::Arc;

use crate::source::SourceError;
use crate::{Position, Source, Span};

mod render;

/// The most characters of a message. What it quotes from a source can be as long as the source.
const MAX_MESSAGE: usize = 400;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The configuration works, yet deserves a look.
    Warning,
    /// The configuration cannot be used.
    Error,
}

/// A span and the source that it points into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The source.
    pub source: Arc<Source>,
    /// The bytes.
    pub span: Span,
}

/// A remark that belongs to a diagnostic, with a place of its own or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// One line, lower-case, no full stop.
    pub message: String,
    /// What it points at: an opening bracket, the first of two blocks.
    pub location: Option<Location>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: one line, lower-case, no full stop.
    pub message: String,
    /// Where; `None` where there is no place (a cycle, a file that cannot be read).
    pub location: Option<Location>,
    /// What else to look at.
    pub notes: Vec<Note>,
    /// What to do: one line.
    pub help: Option<String>,
}

/// All that is wrong, in the order in which it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

// === impl Location ===

impl Location {
    /// `span` in `source`.
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Self {
            source: Arc::clone(source),
            span,
        }
    }

    /// Where it starts.
    pub fn start(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// Where it ends: the place after its last byte.
    pub fn end(&self) -> Position {
        self.source.position(self.span.end)
    }
}

impl fmt::Display for Location {
    /// `file:line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source.name(), self.start())
    }
}

// === impl Diagnostic ===

impl Diagnostic {
    /// An error at a place.
    pub fn error(source: &Arc<Source>, span: Span, message: impl Into<String>) -> Self {
        Self {
            location: Some(Location::new(source, span)),
            ..Self::error_without_place(message)
        }
    }

    /// A warning at a place.
    pub fn warning(source: &Arc<Source>, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(source, span, message)
        }
    }

    /// An error that no line of a source shows.
    pub fn error_without_place(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: one_line(message.into()),
            location: None,
            notes: Vec::new(),
            help: None,
        }
    }

    /// Adds a remark that points at another place.
    #[must_use]
    pub fn with_note(
        mut self,
        source: &Arc<Source>,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        self.notes.push(Note {
            message: one_line(message.into()),
            location: Some(Location::new(source, span)),
        });
        self
    }

    /// Adds a remark without a place.
    #[must_use]
    pub fn with_remark(mut self, message: impl Into<String>) -> Self {
        self.notes.push(Note {
            message: one_line(message.into()),
            location: None,
        });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(one_line(help.into()));
        self
    }

    /// Asks whether the nearest known name was meant; nothing where there is none (see [`suggest`](crate::suggest())).
    #[must_use]
    pub fn with_suggestion(self, nearest: Option<&str>) -> Self {
        match nearest {
            Some(name) => self.with_help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// The line and column where it starts, if it has a place.
    pub fn position(&self) -> Option<Position> {
        self.location.as_ref().map(Location::start)
    }
}

impl fmt::Display for Diagnostic {
    /// The place and message, then the line with what is wrong underlined, then notes and help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        render::diagnostic(self, f)
    }
}

/// A message on one line that a terminal can show: other characters give way to `\u{fffd}`, too many to `…`.
fn one_line(message: String) -> String {
    if message.len() <= MAX_MESSAGE && !message.contains(render::is_unsafe) {
        return message;
    }
    let mut kept: String = message
        .chars()
        .take(MAX_MESSAGE)
        .map(|c| if render::is_unsafe(c) { '\u{fffd}' } else { c })
        .collect();
    if message.chars().nth(MAX_MESSAGE).is_some() {
        kept.push('…');
    }
    kept
}

// === impl Diagnostics ===

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Puts them in the order of their places: by source name, then by place; those without a place come last.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| {
            let key = |d: &Diagnostic| {
                let location = d.location.as_ref()?;
                Some((location.source.name().to_owned(), location.span.start))
            };
            match (key(a), key(b)) {
                (Some(a), Some(b)) => a.cmp(&b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }
        });
    }
}

impl fmt::Display for Diagnostics {
    /// Each in turn, an empty line between two.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, diagnostic) in self.list.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.list.extend(diagnostics);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self {
            list: diagnostics.into_iter().collect(),
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            list: vec![diagnostic],
        }
    }
}

impl From<SourceError> for Diagnostics {
    fn from(error: SourceError) -> Self {
        Diagnostic::from(error).into()
    }
}

impl From<SourceError> for Diagnostic {
    fn from(error: SourceError) -> Self {
        Self::error_without_place(error.to_string())
    }
}
