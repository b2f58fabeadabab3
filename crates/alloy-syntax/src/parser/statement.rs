//! Bodies, attributes, blocks, and what is wrong with them.

use super::{Failed, Parsed, Parser};
use crate::Span;
use crate::ast::{Attribute, Block, Body, Ident, Statement};
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
        match (self.kind(), &label) {
            (TokenKind::Assign, _) => return self.attribute(name, label),
            (TokenKind::LeftBrace, _) => {}
            // An attribute whose `=` was misspelt: its value comes next.
            (_, None) => return self.attribute_value(name),
            (_, Some(label)) => self.brace_expected(&name, label.span)?,
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
}
