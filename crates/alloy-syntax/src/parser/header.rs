//! What is wrong with what stands before a `=` or a `{`: names and labels.

use super::{Failed, Parsed, Parser};
use crate::Span;
use crate::ast::{BinaryOperator, Ident};
use crate::lexer::{Token, TokenKind};

// === impl Parser ===

impl Parser<'_> {
    /// A statement does not begin with a name.
    pub(super) fn name_expected(&mut self, found: Token) -> Failed {
        let error = match found.kind {
            TokenKind::RightBrace => self
                .error(found.span, "this `}` closes nothing: no block is open here")
                .with_help("remove it, or look for a `}` too many above"),
            TokenKind::Null | TokenKind::True | TokenKind::False => {
                let word = self.text(found);
                self.error(found.span, format!("`{word}` is a value and names nothing"))
            }
            TokenKind::LeftBrace => self
                .error(found.span, "expected the name of a block before `{`")
                .with_help("this is no JSON: write `name { … }`"),
            TokenKind::String => {
                let error = self.error(found.span, "expected a name, found a string");
                error.with_help("names of attributes and blocks have no quotes")
            }
            kind => self.error(
                found.span,
                format!("expected a name, found {}", kind.describe()),
            ),
        };
        self.report(error)
    }

    /// After a name stands neither `=`, `{` nor a label. Hands on the label that was meant, or `None` where the value of
    /// an attribute follows.
    pub(super) fn label_expected(&mut self, name: &[Ident]) -> Parsed<Option<Ident>> {
        let found = self.token();
        let last = name.last().map_or("", |part| &part.name).to_owned();
        match (found.kind, self.kind_at(1)) {
            (TokenKind::Newline, TokenKind::LeftBrace) => {
                self.brace_on_next_line();
                Ok(Some(Ident {
                    name: "".into(),
                    span: found.span,
                }))
            }
            (TokenKind::Identifier, TokenKind::LeftBrace) => {
                let word = self.text(found);
                let error = self
                    .error(found.span, "expected a label between double quotes")
                    .with_help(format!("write `\"{word}\"`"));
                self.report(error);
                Ok(Some(self.ident()))
            }
            (TokenKind::Operator(BinaryOperator::Equal), _) => {
                let error = self
                    .error(found.span, "`==` compares; an attribute is set with `=`")
                    .with_help(format!("write `{last} = …`"));
                self.report(error);
                self.advance();
                Ok(None)
            }
            (TokenKind::Operator(BinaryOperator::Subtract), _) => {
                let error = self
                    .error(found.span, "a name has no `-`")
                    .with_help("write `_` if that is the name's spelling");
                let failed = self.report(error);
                self.skip_to_brace(failed)
            }
            (TokenKind::Newline | TokenKind::End, _) => {
                let error = self
                    .error(
                        Span::at(self.previous_end()),
                        format!("`{last}` stands alone"),
                    )
                    .with_help(format!(
                        "write `{last} = …` for an attribute or `{last} {{ … }}` for a block"
                    ));
                Err(self.report(error))
            }
            (kind, _) => {
                let error = self.error(
                    found.span,
                    format!(
                        "expected `=`, `{{` or a label after `{last}`, found {}",
                        kind.describe()
                    ),
                );
                let failed = self.report(error);
                self.skip_to_brace(failed)
            }
        }
    }

    /// Skips the rest of a faulty header, so that the block's body is still read.
    fn skip_to_brace(&mut self, failed: Failed) -> Parsed<Option<Ident>> {
        let header = self.tokens.get(self.at..).unwrap_or_default().iter();
        let end = header.clone().position(|token| {
            !matches!(
                token.kind,
                TokenKind::Identifier
                    | TokenKind::String
                    | TokenKind::Integer
                    | TokenKind::Float
                    | TokenKind::Dot
                    | TokenKind::Operator(BinaryOperator::Subtract)
            )
        });
        let end = end.unwrap_or_default();
        if self.kind_at(end) != TokenKind::LeftBrace {
            return Err(failed);
        }
        let span = self.token().span;
        self.at += end;
        Ok(Some(Ident {
            name: "".into(),
            span,
        }))
    }

    /// After a label stands no `{`.
    pub(super) fn brace_expected(&mut self, name: &[Ident], label: Span) -> Parsed<()> {
        let found = self.token();
        if (found.kind, self.kind_at(1)) == (TokenKind::Newline, TokenKind::LeftBrace) {
            self.brace_on_next_line();
            return Ok(());
        }
        let at_end = matches!(found.kind, TokenKind::Newline | TokenKind::End);
        let place = if at_end {
            Span::at(self.previous_end())
        } else {
            found.span
        };
        let error = if let ([name], true) = (name, at_end) {
            let (name, label) = (&name.name, self.source.slice(label));
            let message = format!("`{name} {label}` is neither an attribute nor a block");
            self.error(place, message)
                .with_help(format!("write `{name} = {label}`, or add `{{ … }}` here"))
        } else {
            let found = found.kind.describe();
            self.error(
                place,
                format!("expected `{{` after the label, found {found}"),
            )
        };
        let failed = self.report(error);
        self.skip_to_brace(failed).map(|_| ())
    }

    fn brace_on_next_line(&mut self) {
        let error = self
            .error(Span::at(self.previous_end()), "expected `{` on this line")
            .with_note(self.source, self.token_at(1).span, "it stands here")
            .with_help("move it up: a line end ends a statement");
        self.report(error);
        self.advance();
    }
}
