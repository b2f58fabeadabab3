//! Diagnostics as text for a terminal or a log: the place, the line, what is wrong underlined.
//!
//! Invariants: every place is written `file:line:column`, which editors follow; nothing that a terminal would obey
//! leaves a source's text; an excerpt of an endless line stays short. It is not: coloured.

use std::fmt::{self, Write as _};

use super::{Diagnostic, Location, Severity};

/// The most bytes of a line that are shown; a longer line is cut around what is wrong with it.
const MAX_EXCERPT: usize = 160;

/// How much is shown before the place in a line that is cut.
const CONTEXT_BEFORE: usize = 60;

/// Writes one diagnostic.
pub(super) fn diagnostic(diagnostic: &Diagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    match &diagnostic.location {
        Some(location) => writeln!(f, "{location}: {severity}: {}", diagnostic.message)?,
        None => writeln!(f, "{severity}: {}", diagnostic.message)?,
    }
    let places = diagnostic.location.iter().chain(
        diagnostic
            .notes
            .iter()
            .filter_map(|note| note.location.as_ref()),
    );
    let width = places
        .map(|place| place.start().line.to_string().len())
        .max()
        .unwrap_or(1);
    if let Some(location) = &diagnostic.location {
        excerpt(location, width, '^', f)?;
    }
    for note in &diagnostic.notes {
        match &note.location {
            Some(location) => {
                writeln!(f, "{location}: note: {}", note.message)?;
                excerpt(location, width, '-', f)?;
            }
            None => writeln!(f, "{:width$} = note: {}", "", note.message)?,
        }
    }
    if let Some(help) = &diagnostic.help {
        writeln!(f, "{:width$} = help: {help}", "")?;
    }
    Ok(())
}

/// Writes the line of a place and the line that underlines it, up to the end of its first line.
fn excerpt(
    location: &Location,
    width: usize,
    mark: char,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let start = location.start();
    let line = location.source.line(start.line);
    let column = (start.column as usize - 1).min(line.len());
    let length = (location.span.end - location.span.start) as usize;
    let from = if line.len() > MAX_EXCERPT {
        floor_char(line, column.saturating_sub(CONTEXT_BEFORE))
    } else {
        0
    };
    let to = floor_char(line, line.len().min(from + MAX_EXCERPT));
    let (before, after) = (
        if from > 0 { "…" } else { "" },
        if to < line.len() { "…" } else { "" },
    );
    let shown = line.get(from..to).unwrap_or_default();
    let mut text = String::with_capacity(shown.len());
    let mut under = String::new();
    let mut marks = 0;
    for (at, character) in shown.char_indices().map(|(at, c)| (at + from, c)) {
        if at == 0 && character == '\u{feff}' {
            continue;
        }
        text.push(if is_unsafe(character) {
            '\u{fffd}'
        } else {
            character
        });
        if at < column {
            under.push(if character == '\t' { '\t' } else { ' ' });
        } else if at < column + length {
            marks += 1;
        }
    }
    let _ = write!(under, "{}", mark.to_string().repeat(marks.max(1)));
    let indent = if from > 0 { " " } else { "" };
    writeln!(f, "{:width$} |", "")?;
    let text = format!("{:>width$} | {before}{text}{after}", start.line);
    writeln!(f, "{}", text.trim_end())?;
    writeln!(f, "{:width$} | {indent}{under}", "")
}

/// The start of the character that byte `at` belongs to.
fn floor_char(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Characters that would move a terminal's cursor or change what it shows.
pub(super) fn is_unsafe(character: char) -> bool {
    let reorders = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (character.is_control() && character != '\t') || reorders || character == '\u{feff}'
}

#[cfg(test)]
mod tests {
    use crate::{Diagnostic, Source, Span};

    fn rendered(text: &str, start: u32, end: u32) -> String {
        let source = Source::new("c.alloy", text).expect("a short text");
        Diagnostic::error(&source, Span::new(start, end), "broken").to_string()
    }

    #[test]
    fn the_place_is_underlined_below_its_line() {
        assert_eq!(
            rendered("a = 1\n\tb = oops\n", 11, 15),
            "c.alloy:2:6: error: broken\n  |\n2 | \tb = oops\n  | \t    ^^^^\n"
        );
    }

    #[test]
    fn what_a_terminal_would_obey_is_replaced() {
        assert_eq!(
            rendered("x = \u{1b}[2J", 0, 1),
            "c.alloy:1:1: error: broken\n  |\n1 | x = \u{fffd}[2J\n  | ^\n"
        );
    }

    #[test]
    fn an_endless_line_is_cut_around_the_place() {
        let text = format!("{}!{}", "é".repeat(5000), "z".repeat(5000));
        let rendered = rendered(&text, 10_000, 10_001);
        let lines: Vec<&str> = rendered.lines().collect();
        assert!(lines[2].len() < 200 && lines[2].contains('!'), "{rendered}");
        let column = |line: &str, mark| line.chars().position(|c| c == mark);
        assert_eq!(column(lines[2], '!'), column(lines[3], '^'));
    }

    #[test]
    fn a_place_at_the_end_of_the_text_is_shown() {
        assert_eq!(
            rendered("a {\n", 4, 4),
            "c.alloy:2:1: error: broken\n  |\n2 |\n  | ^\n"
        );
    }

    #[test]
    fn notes_and_help_follow() {
        let source = Source::new("c", "a\nb\n").expect("a short text");
        let diagnostic = Diagnostic::warning(&source, Span::new(2, 3), "twice")
            .with_note(&source, Span::new(0, 1), "first here")
            .with_suggestion(Some("c"));
        assert_eq!(
            diagnostic.to_string(),
            "c:2:1: warning: twice\n  |\n2 | b\n  | ^\nc:1:1: note: first here\n  |\n1 | a\n  | -\n  \
             = help: did you mean `c`?\n"
        );
    }
}
