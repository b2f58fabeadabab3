//! Comments: each is written before the first token that follows it in the source.
//!
//! A comment on the line of the token before it stays there, behind a column; any other begins a line of its own, and
//! one blank line before or after it survives. What was to come between the two tokens (a line end, a blank line) gives
//! way to what the comment's own place asks for; only indentation is kept.

use std::borrow::Cow;

use super::printer::{Gap, Printer};
use crate::ast::{Comment, File};
use crate::{Source, Span};

/// The most line ends in a row: one blank line.
const MAX_NEWLINES: u32 = 2;

/// Comments on neighbouring lines with no token between them, which stay together.
#[derive(Debug)]
pub(super) struct Group {
    comments: Vec<Span>,
}

// === impl Group ===

impl Group {
    /// The comments of a file in groups.
    pub(super) fn all(file: &File) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for Comment { span } in &file.comments {
            let last = groups.last_mut();
            match last.filter(|group| group.is_continued_by(*span, &file.source)) {
                Some(group) => group.comments.push(*span),
                None => groups.push(Group {
                    comments: vec![*span],
                }),
            }
        }
        groups
    }

    fn is_continued_by(&self, next: Span, source: &Source) -> bool {
        let Some(last) = self.comments.last() else {
            return false;
        };
        let between = source.slice(Span::new(last.end, next.start));
        let neighbours = last_line(*last, source) + 1 >= source.position(next.start).line;
        neighbours && between.chars().all(char::is_whitespace)
    }

    /// Where it starts.
    fn start(&self) -> u32 {
        self.comments.first().map_or(u32::MAX, |span| span.start)
    }
}

fn last_line(span: Span, source: &Source) -> u32 {
    source.position(span.end.saturating_sub(1)).line
}

/// Carriage returns are no part of a comment, except one that keeps `*` and `/` apart.
fn without_carriage_returns(comment: &str) -> Cow<'_, str> {
    if !comment.contains('\r') {
        return comment.into();
    }
    let pieces: Vec<&str> = comment.split("*\r/").collect();
    let pieces: Vec<String> = pieces.iter().map(|piece| piece.replace('\r', "")).collect();
    pieces.join("*\r/").into()
}

// === impl Printer ===

impl Printer<'_> {
    /// Writes the gaps and comments that come before a token at byte `next`; before the end of the file, which is
    /// `None`, only the comments.
    pub(super) fn flush(&mut self, next: Option<u32>) {
        let mut last = None;
        while let Some(group) = self.comments.get(self.next_group) {
            if next.is_some_and(|next| group.start() >= next) {
                break;
            }
            for span in group.comments.clone() {
                self.before_comment(span, next);
                let text = without_carriage_returns(self.source.slice(span));
                self.put_comment(&text, last_line(span, self.source));
                last = Some(span);
            }
            self.next_group += 1;
        }
        match (last, next) {
            (Some(last), Some(next)) => self.after_comment(last, next),
            (None, Some(_)) => self.put_gaps(self.gaps.len()),
            (_, None) => {}
        }
    }

    fn before_comment(&mut self, comment: Span, next: Option<u32>) {
        if !self.has_output {
            return;
        }
        let line = self.source.position(comment.start).line;
        if line == self.last_line {
            // A tab would look odd in the middle of a line.
            let inside_line = next.is_some_and(|next| self.line(next) == line);
            self.put_gap(if inside_line { Gap::Space } else { Gap::Tab });
            return;
        }
        let is_indentation = |gap: &Gap| matches!(gap, Gap::Indent | Gap::Unindent);
        let first_other = self.gaps.iter().position(|gap| !is_indentation(gap));
        if let Some(first_other) = first_other {
            self.put_gaps(first_other);
            self.gaps.remove(0);
        }
        self.put_newlines(line.saturating_sub(self.last_line), Gap::Break);
    }

    fn after_comment(&mut self, comment: Span, next: u32) {
        let next_line = self.line(next);
        let is_block = self.source.slice(comment).starts_with("/*");
        if is_block && last_line(comment, self.source) == next_line {
            self.put_gap(Gap::Space);
        }
        let breaks = self.gaps.contains(&Gap::Break);
        self.gaps
            .retain(|gap| matches!(gap, Gap::Indent | Gap::Unindent));
        self.put_gaps(self.gaps.len());
        let newline = if breaks { Gap::Break } else { Gap::Newline };
        self.put_newlines(next_line.saturating_sub(self.last_line), newline);
    }

    fn put_newlines(&mut self, lines: u32, newline: Gap) {
        for _ in 0..lines.min(MAX_NEWLINES) {
            self.put_gap(newline);
        }
    }
}
