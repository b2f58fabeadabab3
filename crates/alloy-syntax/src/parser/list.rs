//! What stands between brackets: elements, fields and arguments with commas, or a single value.

use super::{Failed, Parsed, Parser};
use crate::Span;
use crate::lexer::{Token, TokenKind};

/// What to do where a comma is missing.
enum Missing {
    /// Read the next element.
    GoOn,
    /// Take the list as closed.
    Close,
}

// === impl Parser ===

impl Parser<'_> {
    /// From the opening bracket to `close`, which it takes. A comma may follow the last item, and must where a line end
    /// follows it.
    pub(super) fn list<T>(
        &mut self,
        close: TokenKind,
        item: fn(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let open = self.advance();
        self.open.push(open);
        let mut items = Vec::new();
        while self.kind() != close {
            if self.kind() == TokenKind::End {
                return Err(self.never_closed(open, close));
            }
            items.push(item(self)?);
            if self.kind() == TokenKind::Comma {
                self.advance();
            } else if self.kind() != close {
                match self.comma_missing(open, close)? {
                    Missing::GoOn => {}
                    Missing::Close => {
                        self.open.pop();
                        return Ok(items);
                    }
                }
            }
        }
        self.open.pop();
        let close = self.advance();
        if close.kind == TokenKind::RightBrace {
            self.note_indentation(open, close);
        }
        Ok(items)
    }

    /// Takes the bracket after a single value.
    pub(super) fn close(&mut self, open: Token, close: TokenKind) -> Parsed<()> {
        if self.kind() != close {
            let found = self.token();
            if found.kind == TokenKind::End {
                return Err(self.never_closed(open, close));
            }
            let newline = found.kind == TokenKind::Newline;
            let span = if newline {
                Span::at(self.previous_end())
            } else {
                found.span
            };
            let (opening, closing) = (open.kind.describe(), close.describe());
            let mut error = self.error(
                span,
                format!("expected {closing}, found {}", found.kind.describe()),
            );
            if self.line(open.span.start) != self.line(span.start) {
                error = error.with_note(self.source, open.span, format!("this {opening} is open"));
            }
            if newline && self.kind_at(1) == close {
                let error = error.with_help(format!("move the {closing} up to this line"));
                self.report(error);
                self.advance();
            } else {
                return Err(self.report(error));
            }
        }
        self.open.pop();
        self.advance();
        Ok(())
    }

    fn never_closed(&mut self, open: Token, close: TokenKind) -> Failed {
        let error = self
            .error(
                self.token().span,
                format!("expected {}, found the end of the file", close.describe()),
            )
            .with_note(
                self.source,
                open.span,
                format!("this {} is never closed", open.kind.describe()),
            );
        self.report(error)
    }

    /// Reports that neither a comma nor the closing bracket follows an item.
    fn comma_missing(&mut self, open: Token, close: TokenKind) -> Parsed<Missing> {
        let found = self.token();
        let closing = close.describe();
        match found.kind {
            TokenKind::Newline => Ok(self.comma_missing_at_line_end(open, close)),
            TokenKind::RightParen | TokenKind::RightBracket => {
                let error = self
                    .error(
                        found.span,
                        format!("expected {closing}, found {}", found.kind.describe()),
                    )
                    .with_note(
                        self.source,
                        open.span,
                        format!("this {} needs it", open.kind.describe()),
                    );
                self.report(error);
                self.advance();
                Ok(Missing::Close)
            }
            TokenKind::RightBrace => {
                let error = self.error(found.span, format!("expected {closing}, found `}}`"));
                self.report(error);
                Ok(Missing::Close)
            }
            TokenKind::End => Err(self.never_closed(open, close)),
            kind if kind.starts_expression() => {
                self.unit_or_comma(found, close);
                Ok(Missing::GoOn)
            }
            kind => {
                let error = self.error(
                    found.span,
                    format!("expected `,` or {closing}, found {}", kind.describe()),
                );
                Err(self.report(error))
            }
        }
    }

    /// Reports the start of another item right after an item, or a number with a unit.
    fn unit_or_comma(&mut self, found: Token, close: TokenKind) {
        let error = self.number_with_unit();
        let is_unit = error.is_some();
        let error = error.unwrap_or_else(|| {
            let (found_kind, closing) = (found.kind.describe(), close.describe());
            let message = format!("expected `,` or {closing}, found {found_kind}");
            self.error(found.span, message)
        });
        self.report(error);
        if is_unit {
            self.advance();
            if self.kind() == TokenKind::Comma {
                self.advance();
            }
        }
    }

    fn comma_missing_at_line_end(&mut self, open: Token, close: TokenKind) -> Missing {
        let closing = close.describe();
        let next = self.kind_at(1);
        let statement_follows = close != TokenKind::RightBrace && self.starts_statement(1);
        let ends = statement_follows
            || (matches!(next, TokenKind::RightBrace | TokenKind::End) && next != close);
        let place = Span::at(self.previous_end());
        let error = if next == close {
            self.error(place, format!("expected `,` before the line ends, because {closing} stands on a line of its own"))
                .with_help(self.comma_or_block(&format!("add `,` here, or move the {closing} up"), open))
        } else if ends {
            self.error(
                place,
                format!("expected `,` or {closing}, found the end of the line"),
            )
            .with_note(
                self.source,
                open.span,
                format!("this {} is not closed", open.kind.describe()),
            )
        } else {
            let error = self.error(place, "expected `,` before the next line");
            error.with_help(self.comma_or_block("add `,` here", open))
        };
        self.report(error);
        if ends {
            return Missing::Close;
        }
        self.advance();
        Missing::GoOn
    }

    /// Advice to add a comma, or to make a block of what is an object because of a `=`.
    fn comma_or_block(&self, comma: &str, open: Token) -> String {
        let at = self
            .tokens
            .partition_point(|token| token.span.start < open.span.start);
        let before = at.checked_sub(1).and_then(|at| self.tokens.get(at));
        if open.kind == TokenKind::LeftBrace && before.is_some_and(|t| t.kind == TokenKind::Assign)
        {
            format!("{comma}; if this is a block and no object, remove the `=` before its `{{`")
        } else {
            comma.to_owned()
        }
    }
}
