//! From tokens to the syntax tree, with every syntax error of the file.
//!
//! Recursive descent with one token of look-ahead. After an error it goes on at the next comma, line or block, so that
//! each mistake is listed; of several errors on one line only the first is, because the others are mostly its echo.
//! Invariants: linear time; no recursion deeper than [`MAX_DEPTH`]; a tree is handed out only if there was no error.
//! It is not: a checker of names.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::{Expr, File};
use crate::lexer::{MAX_ERRORS, Token, TokenKind, lex};
use crate::{Diagnostic, Diagnostics, Source, Span};

mod expression;
mod header;
mod list;
mod operand;
mod recovery;
mod statement;

/// How deep blocks, brackets, signs and operators may nest in each other. Real configurations stay below 20.
pub const MAX_DEPTH: usize = 128;

/// Reads a file.
pub fn parse(source: &Arc<Source>) -> Result<File, Diagnostics> {
    let lexed = lex(source);
    let mut parser = Parser::new(source, lexed.tokens, lexed.errors, lexed.runs_out);
    let body = parser.body(None);
    parser.finish()?;
    Ok(File {
        source: Arc::clone(source),
        body,
        comments: lexed.comments,
    })
}

/// Reads a source that holds one expression and nothing else.
pub fn parse_expression(source: &Arc<Source>) -> Result<Expr, Diagnostics> {
    let lexed = lex(source);
    let mut parser = Parser::new(source, lexed.tokens, lexed.errors, lexed.runs_out);
    let expr = parser.expression();
    if expr.is_ok() {
        if parser.kind() == TokenKind::Newline {
            parser.advance();
        }
        if parser.kind() != TokenKind::End {
            parser.unexpected_after_value(None);
        }
    }
    parser.finish()?;
    expr.map_err(|Failed| Diagnostics::default())
}

/// Something is wrong and has been reported.
#[derive(Debug)]
struct Failed;

type Parsed<T> = Result<T, Failed>;

struct Parser<'a> {
    source: &'a Arc<Source>,
    tokens: Vec<Token>,
    at: usize,
    errors: Vec<Diagnostic>,
    /// The lines about which something has been said, with the byte of the first such place.
    faulty_lines: BTreeMap<u32, u32>,
    /// The text ends within a string or comment, so nothing is said about its end.
    runs_out: bool,
    depth: usize,
    /// The brackets of the current statement that are open.
    open: Vec<Token>,
    /// A brace that closes another one than its indentation suggests, and that other one.
    odd_brace: Option<(Span, Span)>,
}

// === impl Parser ===

impl<'a> Parser<'a> {
    fn new(
        source: &'a Arc<Source>,
        tokens: Vec<Token>,
        errors: Vec<Diagnostic>,
        runs_out: bool,
    ) -> Self {
        let mut faulty_lines = BTreeMap::new();
        for location in errors.iter().filter_map(|error| error.location.as_ref()) {
            let line = location.start().line;
            faulty_lines.entry(line).or_insert(location.span.start);
        }
        Self {
            source,
            tokens,
            at: 0,
            faulty_lines,
            errors,
            runs_out,
            depth: 0,
            open: Vec::new(),
            odd_brace: None,
        }
    }

    fn finish(&mut self) -> Result<(), Diagnostics> {
        if self.errors.is_empty() {
            return Ok(());
        }
        let mut diagnostics: Diagnostics = self.errors.drain(..).collect();
        diagnostics.sort();
        Err(diagnostics)
    }

    fn token(&self) -> Token {
        self.token_at(0)
    }

    /// The token `ahead` of the current one; the last one, [`TokenKind::End`], has no successor.
    fn token_at(&self, ahead: usize) -> Token {
        let end = Token {
            kind: TokenKind::End,
            span: Span::default(),
        };
        let last = self.tokens.last().copied().unwrap_or(end);
        self.tokens.get(self.at + ahead).copied().unwrap_or(last)
    }

    fn kind(&self) -> TokenKind {
        self.token().kind
    }

    fn kind_at(&self, ahead: usize) -> TokenKind {
        self.token_at(ahead).kind
    }

    /// Where the token before the current one ends.
    fn previous_end(&self) -> u32 {
        let previous = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        previous.map_or(0, |token| token.span.end)
    }

    /// Takes the current token; at the end it stays there.
    fn advance(&mut self) -> Token {
        let token = self.token();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn text(&self, token: Token) -> &'a str {
        self.source.slice(token.span)
    }

    fn line(&self, offset: u32) -> u32 {
        self.source.position(offset).line
    }

    fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.source, span, message)
    }

    /// Lists an error, unless it is the echo of one that has been listed.
    fn report(&mut self, error: Diagnostic) -> Failed {
        let start = error.location.as_ref().map_or(0, |l| l.span.start);
        if !self.is_echo(start) && self.errors.len() < MAX_ERRORS {
            self.faulty_lines.entry(self.line(start)).or_insert(start);
            self.errors.push(error);
        }
        if self.errors.len() >= MAX_ERRORS {
            self.give_up();
        }
        Failed
    }

    /// Whether an error at a byte most likely follows from one that has been reported: one before it on its line; one
    /// between it and the token before it, if its statement goes on over the line end; or a string or comment that runs to the end of the file.
    fn is_echo(&self, start: u32) -> bool {
        let line = self.line(start);
        let previous = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let continued = previous.is_some_and(|token| {
            let from = self.line(token.span.start);
            let ended = token.kind.ends_statement() || token.kind == TokenKind::Newline;
            !ended && from < line && self.faulty_lines.range(from..line).next().is_some()
        });
        let first_on_line = self.faulty_lines.get(&line);
        first_on_line.is_some_and(|first| *first <= start)
            || continued
            || (self.runs_out && start as usize >= self.source.text().len())
    }

    /// Counts one more level of nesting.
    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        let error = self
            .error(
                self.token().span,
                format!("this is nested more than {MAX_DEPTH} levels deep"),
            )
            .with_help("take it apart");
        self.report(error);
        self.give_up();
        Err(Failed)
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Goes to the end and says nothing about it.
    fn give_up(&mut self) {
        self.at = self.tokens.len().saturating_sub(1);
        self.runs_out = true;
    }
}
