//! Bodies, attributes, blocks, and what is wrong with them.

use super::{Failed, Parsed, Parser};
use crate::Span;
use crate::ast::{Attribute, BinaryOperator, Block, Body, Ident, Statement};
use crate::lexer::{Token, TokenKind, is_identifier};

// === impl Parser ===

impl Parser<'_> {
    /// The statements up to the `}` of the block whose `{` is given, or up to the end of the file.
    pub(super) fn body(&mut self, block: Option<Token>) -> Body {
        let mut body = Body::default();
        let outer = std::mem::take(&mut self.open);
        loop {
            match self.kind() {
                TokenKind::End => break,
                TokenKind::RightBrace if block.is_some() => break,
                TokenKind::Newline => {
                    self.advance();
                    continue;
                }
                _ => {}
            }
            let before = self.at;
            match self.statement() {
                Ok(statement) => body.statements.push(statement),
                Err(Failed) => self.skip_statement(block.is_some()),
            }
            self.end_of_statement(block.is_some(), body.statements.last());
            if self.at == before {
                self.advance();
            }
        }
        self.open = outer;
        body
    }

    fn statement(&mut self) -> Parsed<Statement> {
        let name = self.block_name()?;
        let label = match self.kind() {
            TokenKind::Assign => return self.attribute(name, None),
            TokenKind::LeftBrace => None,
            TokenKind::String | TokenKind::RawString => Some(self.label()),
            _ => self.label_expected(&name)?,
        };
        match self.kind() {
            TokenKind::Assign => return self.attribute(name, label),
            TokenKind::LeftBrace => {}
            // An attribute whose `=` was misspelt: its value comes next.
            _ if label.is_none() => return self.attribute_value(name),
            _ => self.brace_expected(&name)?,
        }
        self.block(name, label)
    }

    /// `name.of.block`
    fn block_name(&mut self) -> Parsed<Vec<Ident>> {
        let first = self.token();
        if first.kind != TokenKind::Identifier {
            return Err(self.name_expected(first));
        }
        let mut name = vec![self.ident()];
        while self.kind() == TokenKind::Dot {
            self.advance();
            let part = self.token();
            if part.kind != TokenKind::Identifier {
                let found = part.kind.describe();
                let error = self.error(
                    part.span,
                    format!("expected a name after `.`, found {found}"),
                );
                return Err(self.report(error));
            }
            name.push(self.ident());
        }
        Ok(name)
    }

    /// Takes the current token as a name.
    pub(super) fn ident(&mut self) -> Ident {
        let token = self.advance();
        Ident {
            name: self.text(token).into(),
            span: token.span,
        }
    }

    /// Takes the string of a label; a faulty one is reported.
    fn label(&mut self) -> Ident {
        let token = self.advance();
        let text = self.text(token);
        let inside = text
            .get(1..text.len().saturating_sub(1))
            .unwrap_or_default();
        if token.kind == TokenKind::RawString {
            let error = self
                .error(token.span, "a label stands between double quotes")
                .with_help(format!("write `\"{inside}\"`"));
            self.report(error);
        } else if !inside.is_empty() && !is_identifier(inside) {
            let mended: String = inside
                .chars()
                .map(|c| if c.is_alphanumeric() { c } else { '_' })
                .collect();
            let error = self.error(
                token.span,
                format!("the label {text} is not a name: letters, digits and `_` make one, and no digit begins it"),
            );
            self.report(if is_identifier(&mended) {
                error.with_help(format!("write `\"{mended}\"`"))
            } else {
                error
            });
        }
        Ident {
            name: inside.into(),
            span: token.span,
        }
    }

    /// From the `=` on.
    fn attribute(&mut self, name: Vec<Ident>, label: Option<Ident>) -> Parsed<Statement> {
        let span = name.iter().fold(self.token().span, |s, part| Span {
            start: s.start.min(part.span.start),
            end: part.span.end,
        });
        if name.len() > 1 {
            let written = self.source.slice(span);
            let error = self
                .error(
                    span,
                    format!("`{written}` has a dot, so it names a block, not an attribute"),
                )
                .with_help("write the inner name in a block of the outer name");
            self.report(error);
        } else if let Some(label) = label {
            let error = self
                .error(label.span, "an attribute has no label")
                .with_help("remove the label, or write a block: `{` instead of `=`");
            self.report(error);
        }
        self.advance();
        self.attribute_value(name)
    }

    /// From the first token of the value on.
    fn attribute_value(&mut self, name: Vec<Ident>) -> Parsed<Statement> {
        let assign = Span::at(self.previous_end());
        let Some(name) = name.into_iter().next_back() else {
            return Err(Failed);
        };
        let next = self.token();
        if !next.kind.starts_expression() && self.line(next.span.start) > self.line(assign.start) {
            let error = self
                .error(
                    next.span,
                    format!(
                        "expected a value for `{}`, found {}",
                        name.name,
                        next.kind.describe()
                    ),
                )
                .with_note(self.source, name.span, "the attribute begins here");
            return Err(self.report(error));
        }
        let value = self.expression()?;
        Ok(Statement::Attribute(Attribute { name, value }))
    }

    /// From the `{` on.
    fn block(&mut self, name: Vec<Ident>, label: Option<Ident>) -> Parsed<Statement> {
        let open = self.token();
        self.enter()?;
        self.advance();
        let body = self.body(Some(open));
        self.leave();
        let close = self.token();
        if close.kind == TokenKind::RightBrace {
            self.advance();
            self.note_indentation(open, close);
        } else {
            self.brace_never_closed(&name, open);
        }
        Ok(Statement::Block(Block {
            name,
            label: label.filter(|label| !label.name.is_empty()),
            body,
            open: open.span,
            close: close.span,
        }))
    }

    fn brace_never_closed(&mut self, name: &[Ident], open: Token) {
        let span = name.iter().fold(open.span, |s, part| s.to(part.span));
        let first = name.first().map_or("", |part| &part.name);
        let name = name
            .iter()
            .skip(1)
            .fold(first.to_owned(), |mut whole, part| {
                whole.push('.');
                whole.push_str(&part.name);
                whole
            });
        let end = self.token().span;
        let error = self
            .error(
                end,
                format!("expected `}}` to close the block `{name}`, found the end of the file"),
            )
            .with_note(self.source, span, "the block begins here");
        let error = match self.odd_brace {
            Some((open, close)) => error
                .with_note(
                    self.source,
                    close,
                    "this `}` is indented like another block's …",
                )
                .with_note(self.source, open, "… but closes this `{`"),
            None => error,
        };
        self.report(error);
    }

    /// A statement does not begin with a name.
    fn name_expected(&mut self, found: Token) -> Failed {
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
    fn label_expected(&mut self, name: &[Ident]) -> Parsed<Option<Ident>> {
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
    fn brace_expected(&mut self, name: &[Ident]) -> Parsed<()> {
        let found = self.token();
        if (found.kind, self.kind_at(1)) == (TokenKind::Newline, TokenKind::LeftBrace) {
            self.brace_on_next_line();
            return Ok(());
        }
        let at_end = matches!(found.kind, TokenKind::Newline | TokenKind::End);
        let span = if at_end {
            Span::at(self.previous_end())
        } else {
            found.span
        };
        let mut error = self.error(
            span,
            format!(
                "expected `{{` after the label, found {}",
                found.kind.describe()
            ),
        );
        if let ([name], true) = (name, at_end) {
            error = error.with_help(format!(
                "if it is the value of an attribute, write `{} = …`",
                name.name
            ));
        }
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
