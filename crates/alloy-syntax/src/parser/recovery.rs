//! Where statements end, and how to find the next one after an error.

use super::Parser;
use crate::ast::Statement;
use crate::lexer::{Token, TokenKind};
use crate::{Diagnostic, Span};

// === impl Parser ===

impl Parser<'_> {
    /// Takes the line end after a statement, or reports what stands there instead and finds the next statement.
    pub(super) fn end_of_statement(&mut self, inside_block: bool, last: Option<&Statement>) {
        match self.kind() {
            TokenKind::Newline => {
                self.advance();
            }
            TokenKind::End => {}
            TokenKind::RightBrace if inside_block => {}
            TokenKind::Comma => {
                let error = self
                    .error(self.token().span, "no comma stands between statements")
                    .with_help("end a statement with a new line");
                self.report(error);
                self.advance();
            }
            _ if self.starts_statement(0) => {
                let error = self
                    .error(
                        self.token().span,
                        "expected a new line before the next statement",
                    )
                    .with_help("one statement stands on a line");
                self.report(error);
            }
            _ => {
                self.unexpected_after_value(last);
                self.skip_statement(inside_block);
                if self.kind() == TokenKind::Newline {
                    self.advance();
                }
            }
        }
    }

    /// Reports a token that cannot follow a complete value.
    pub(super) fn unexpected_after_value(&mut self, last: Option<&Statement>) {
        if let Some(error) = self.number_with_unit() {
            self.report(error);
            return;
        }
        let found = self.token();
        let error = match found.kind {
            TokenKind::String | TokenKind::RawString => self
                .error(
                    found.span,
                    "expected the end of the line, found a second string",
                )
                .with_help("join strings with `+`"),
            TokenKind::RightParen | TokenKind::RightBracket => {
                let word = self.text(found);
                self.error(found.span, format!("this `{word}` closes nothing"))
            }
            TokenKind::Assign => {
                let error = self.error(found.span, "expected the end of the line, found `=`");
                match last {
                    // The value of the attribute above was missing, so this line's name was taken for it.
                    Some(Statement::Attribute(above))
                        if self.line(above.name.span.end) < self.line(above.value.span.start) =>
                    {
                        let message = format!("is the value of `{}` missing?", above.name.name);
                        error.with_note(self.source, above.name.span, message)
                    }
                    _ => error.with_help("compare with `==`"),
                }
            }
            kind => self.error(
                found.span,
                format!("expected the end of the line, found {}", kind.describe()),
            ),
        };
        self.report(error);
    }

    /// The report of a name glued to the number before it.
    pub(super) fn number_with_unit(&self) -> Option<Diagnostic> {
        let unit = self.token();
        let number = self.tokens.get(self.at.checked_sub(1)?)?;
        let is_number = matches!(number.kind, TokenKind::Integer | TokenKind::Float);
        let is_glued = number.span.end == unit.span.start;
        if !(is_number && is_glued && unit.kind == TokenKind::Identifier) {
            return None;
        }
        let written = self.source.slice(number.span.to(unit.span));
        let error = self.error(unit.span, format!("a number has no unit: `{written}`"));
        Some(error.with_help(format!(
            "durations and sizes are strings: write `\"{written}\"`"
        )))
    }

    /// Whether an attribute or a block seems to begin `ahead` of the current token.
    pub(super) fn starts_statement(&self, ahead: usize) -> bool {
        if self.kind_at(ahead) != TokenKind::Identifier {
            return false;
        }
        match self.kind_at(ahead + 1) {
            TokenKind::Assign | TokenKind::LeftBrace => true,
            TokenKind::String => self.kind_at(ahead + 2) == TokenKind::LeftBrace,
            TokenKind::Dot => {
                let after = self.kind_at(ahead + 3);
                self.kind_at(ahead + 2) == TokenKind::Identifier
                    && matches!(after, TokenKind::String | TokenKind::LeftBrace)
            }
            _ => false,
        }
    }

    /// Goes to the end of a faulty statement: the line end after its last bracket is closed, the `}` of the block around
    /// it, or the line end before what looks like the next statement.
    pub(super) fn skip_statement(&mut self, inside_block: bool) {
        let mut braces = 0usize;
        let mut others = 0usize;
        for token in std::mem::take(&mut self.open) {
            match token.kind {
                TokenKind::LeftBrace => braces += 1,
                _ => others += 1,
            }
        }
        loop {
            match self.kind() {
                TokenKind::End => return,
                TokenKind::Newline if braces == 0 && (others == 0 || self.starts_statement(1)) => {
                    return;
                }
                TokenKind::RightBrace if braces == 0 && inside_block => return,
                TokenKind::LeftBrace => braces += 1,
                TokenKind::RightBrace => braces = braces.saturating_sub(1),
                TokenKind::LeftBracket | TokenKind::LeftParen => others += 1,
                TokenKind::RightBracket | TokenKind::RightParen => {
                    others = others.saturating_sub(1);
                }
                _ => {}
            }
            self.advance();
        }
    }

    /// Remembers the first `}` whose indentation is not that of the line with its `{`.
    pub(super) fn note_indentation(&mut self, open: Token, close: Token) {
        if self.odd_brace.is_none()
            && self.line(open.span.start) != self.line(close.span.start)
            && self.indentation(close.span) == self.column(close.span)
            && self.indentation(open.span) != self.indentation(close.span)
        {
            self.odd_brace = Some((open.span, close.span));
        }
    }

    fn column(&self, span: Span) -> usize {
        self.source.position(span.start).column as usize - 1
    }

    /// How many blanks the line of a place begins with.
    fn indentation(&self, span: Span) -> usize {
        let line = self.source.line(self.line(span.start));
        line.len() - line.trim_start_matches([' ', '\t', '\u{feff}']).len()
    }
}
