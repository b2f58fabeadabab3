//! Operands: literals, names, brackets, and the accesses, indexes and calls that follow them.

use super::{Failed, Parsed, Parser};
use crate::Span;
use crate::ast::{BinaryOperator, Expr, ExprKind, Field, Key, Literal, Step, StepKind};
use crate::lexer::{Token, TokenKind, float, integer, unquote, unquote_raw};

// === impl Parser ===

impl Parser<'_> {
    /// An operand and all that follows it.
    pub(super) fn postfix(&mut self) -> Parsed<Expr> {
        let base = self.primary()?;
        let mut steps = Vec::new();
        loop {
            let start = self.token();
            let kind = match start.kind {
                TokenKind::Dot => self.access()?,
                TokenKind::LeftBracket => {
                    self.advance();
                    self.open.push(start);
                    let index = self.expression()?;
                    self.close(start, TokenKind::RightBracket)?;
                    StepKind::Index(Box::new(index))
                }
                TokenKind::LeftParen => {
                    StepKind::Call(self.list(TokenKind::RightParen, Self::expression)?)
                }
                TokenKind::LeftBrace => return Err(self.block_as_value(base.span)),
                TokenKind::String if self.kind_at(1) == TokenKind::LeftBrace => {
                    return Err(self.block_as_value(base.span));
                }
                _ => break,
            };
            let span = start.span.to(Span::at(self.previous_end()));
            steps.push(Step { kind, span });
        }
        let Some(last) = steps.last() else {
            return Ok(base);
        };
        Ok(Expr {
            span: base.span.to(last.span),
            kind: ExprKind::Postfix {
                base: Box::new(base),
                steps,
            },
        })
    }

    fn access(&mut self) -> Parsed<StepKind> {
        self.advance();
        let name = self.token();
        if name.kind == TokenKind::Identifier {
            return Ok(StepKind::Access(self.ident()));
        }
        let found = name.kind.describe();
        let error = self.error(
            name.span,
            format!("expected a name after `.`, found {found}"),
        );
        let word = self.text(name);
        Err(self.report(match name.kind {
            TokenKind::Null | TokenKind::True | TokenKind::False => {
                error.with_help(format!("write `[\"{word}\"]` instead of `.{word}`"))
            }
            TokenKind::String => error.with_help(format!("write `[{word}]` instead of `.{word}`")),
            _ => error,
        }))
    }

    /// Reads the block that stands where a value should, for the sake of the errors inside it.
    fn block_as_value(&mut self, name: Span) -> Failed {
        if self.kind() == TokenKind::String {
            self.advance();
        }
        let error = self
            .error(name.to(self.token().span), "a block is not a value")
            .with_help("remove the `=` and write the block as a statement of its own");
        let failed = self.report(error);
        let open = self.token();
        if self.enter().is_ok() {
            self.advance();
            self.body(Some(open));
            self.leave();
            if self.kind() == TokenKind::RightBrace {
                self.advance();
            }
        }
        failed
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let token = self.token();
        let kind = match token.kind {
            TokenKind::Identifier => ExprKind::Identifier(self.text(token).into()),
            TokenKind::Null => ExprKind::Literal(Literal::Null),
            TokenKind::True => ExprKind::Literal(Literal::Bool(true)),
            TokenKind::False => ExprKind::Literal(Literal::Bool(false)),
            TokenKind::String => ExprKind::Literal(unquote(self.text(token))),
            TokenKind::RawString => ExprKind::Literal(unquote_raw(self.text(token))),
            TokenKind::Integer => self.number(token, integer(self.text(token))),
            TokenKind::Float => self.number(token, float(self.text(token))),
            TokenKind::LeftParen => {
                self.advance();
                self.open.push(token);
                let inner = self.expression()?;
                self.close(token, TokenKind::RightParen)?;
                return Ok(self.bracketed(token, ExprKind::Paren(Box::new(inner))));
            }
            TokenKind::LeftBracket => {
                let elements = self.list(TokenKind::RightBracket, Self::expression)?;
                return Ok(self.bracketed(token, ExprKind::Array(elements)));
            }
            TokenKind::LeftBrace => {
                let fields = self.list(TokenKind::RightBrace, Self::field)?;
                return Ok(self.bracketed(token, ExprKind::Object(fields)));
            }
            _ => return Err(self.value_expected(token)),
        };
        self.advance();
        Ok(Expr {
            kind,
            span: token.span,
        })
    }

    fn bracketed(&self, open: Token, kind: ExprKind) -> Expr {
        let span = open.span.to(Span::at(self.previous_end()));
        Expr { kind, span }
    }

    /// A number, or the report that its literal is out of range.
    fn number(&mut self, token: Token, value: Option<Literal>) -> ExprKind {
        ExprKind::Literal(value.unwrap_or_else(|| {
            let error = self
                .error(token.span, "this number is out of range")
                .with_help(format!("the largest is about {:e}", f64::MAX));
            self.report(error);
            Literal::Null
        }))
    }

    fn value_expected(&mut self, found: Token) -> Failed {
        let error = self.error(
            found.span,
            format!("expected a value, found {}", found.kind.describe()),
        );
        let error = match found.kind {
            TokenKind::Operator(BinaryOperator::Add) => {
                error.with_help("numbers have no `+` in front")
            }
            TokenKind::Assign
                if self
                    .tokens
                    .get(self.at.wrapping_sub(1))
                    .is_some_and(|before| {
                        matches!(before.kind, TokenKind::Operator(BinaryOperator::Equal))
                    }) =>
            {
                error.with_help("compare with `==`")
            }
            _ => error,
        };
        self.report(error)
    }

    /// `key = value`
    fn field(&mut self) -> Parsed<Field> {
        let token = self.token();
        let text = self.text(token);
        let name = match token.kind {
            // Alloy takes off the quotes of a key that has something between them, and replaces no escape.
            TokenKind::String | TokenKind::RawString if text.len() > 2 => {
                text.get(1..text.len() - 1).unwrap_or_default()
            }
            TokenKind::Identifier | TokenKind::String | TokenKind::RawString => text,
            _ => return Err(self.key_expected(token)),
        };
        self.advance();
        if self.kind() != TokenKind::Assign {
            return Err(self.assign_expected(token));
        }
        self.advance();
        Ok(Field {
            key: Key {
                name: name.into(),
                span: token.span,
            },
            value: self.expression()?,
        })
    }

    fn key_expected(&mut self, found: Token) -> Failed {
        let error = self.error(
            found.span,
            format!(
                "expected the key of a field, found {}",
                found.kind.describe()
            ),
        );
        let word = self.text(found);
        let error = match found.kind {
            TokenKind::Null
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Integer
            | TokenKind::Float => error.with_help(format!("quote it: `\"{word}\" = …`")),
            _ => error,
        };
        self.report(error)
    }

    /// After a key stands no `=`.
    fn assign_expected(&mut self, key: Token) -> Failed {
        let found = self.token();
        let error = self.error(
            found.span,
            format!(
                "expected `=` after the key {}, found {}",
                self.text(key),
                found.kind.describe()
            ),
        );
        // `my-key` and `my.key` are keys if they are quoted.
        let glued = found.span.start == key.span.end
            && matches!(
                found.kind,
                TokenKind::Dot | TokenKind::Operator(BinaryOperator::Subtract)
            );
        let whole = key.span.to(self.token_at(1).span);
        let error = if glued && self.kind_at(1) == TokenKind::Identifier {
            error.with_help(format!("quote the key: `\"{}\"`", self.source.slice(whole)))
        } else {
            error
        };
        self.report(error)
    }
}
