//! From text to tokens, with what is wrong with single tokens.
//!
//! The whole text is read in one pass, in linear time. An error never stops it: it hands on the token that was most
//! likely meant (`:` becomes `=`, a `#` comment is skipped), so that one mistake makes one message. A line end becomes
//! a token only where it ends a statement: after a name, a literal, or a closing bracket. It is not: aware of grammar.

use std::sync::Arc;

use crate::ast::{BinaryOperator, Comment};
use crate::{Diagnostic, Source, Span};

mod character;
mod number;
mod string;
mod token;

pub(crate) use character::is_identifier;
pub(crate) use number::{float, integer};
pub(crate) use string::{unquote, unquote_raw};
pub(crate) use token::{Token, TokenKind};

/// After so many errors the rest is not reported: the text is no configuration.
pub(crate) const MAX_ERRORS: usize = 100;

/// What the lexer makes of a text.
#[derive(Debug)]
pub(crate) struct Lexed {
    /// At least one: the last is [`TokenKind::End`].
    pub(crate) tokens: Vec<Token>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) errors: Vec<Diagnostic>,
    /// Whether a string or comment runs to the end of the text, so that what seems missing there may be inside it.
    pub(crate) runs_out: bool,
}

/// Reads the tokens of a source.
pub(crate) fn lex(source: &Arc<Source>) -> Lexed {
    let mut lexer = Lexer {
        source,
        text: source.text(),
        at: 0,
        newline_counts: false,
        lexed: Lexed {
            tokens: Vec::with_capacity(source.text().len() / 4),
            comments: Vec::new(),
            errors: Vec::new(),
            runs_out: false,
        },
    };
    if lexer.text.starts_with(character::BYTE_ORDER_MARK) {
        lexer.at = character::BYTE_ORDER_MARK.len_utf8();
    }
    lexer.report_forbidden_characters();
    while lexer.next() {}
    lexer.lexed.errors.sort_by_key(place);
    lexer.lexed
}

fn place(error: &Diagnostic) -> u32 {
    error.location.as_ref().map_or(0, |l| l.span.start)
}

struct Lexer<'a> {
    source: &'a Arc<Source>,
    text: &'a str,
    /// The byte to read next; always the start of a character.
    at: usize,
    /// Whether the last token can end a statement.
    newline_counts: bool,
    lexed: Lexed,
}

// === impl Lexer ===

impl Lexer<'_> {
    /// Reads one token, comment or blank; false at the end of the text.
    fn next(&mut self) -> bool {
        let start = self.at;
        let Some(character) = self.peek() else {
            if self.newline_counts {
                self.push(TokenKind::Newline, start);
            }
            self.push(TokenKind::End, start);
            return false;
        };
        match character {
            ' ' | '\t' | '\r' => self.bump(1),
            '\n' => {
                self.bump(1);
                if self.newline_counts {
                    self.push(TokenKind::Newline, start);
                }
            }
            '/' if self.rest().starts_with("//") || self.rest().starts_with("/*") => self.comment(),
            '"' => self.quoted('"'),
            '\'' => self.quoted('\''),
            '`' => self.raw_string(),
            '0'..='9' => self.number(),
            '.' if self.byte(1).is_some_and(|b| b.is_ascii_digit()) => self.number(),
            _ if character::is_letter(character) => self.word(),
            _ => self.symbol(character),
        }
        true
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The byte `ahead` of the current one.
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn bump(&mut self, bytes: usize) {
        self.at += bytes;
    }

    fn bump_while(&mut self, accept: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !accept(c)).unwrap_or(rest.len());
    }

    fn span_from(&self, start: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(offset(start), offset(self.at))
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.newline_counts = kind.ends_statement();
        let span = self.span_from(start);
        self.lexed.tokens.push(Token { kind, span });
    }

    /// Reports an error about the bytes from `start` to `end`.
    fn report(&mut self, start: usize, end: usize, message: &str, help: &str) {
        if self.lexed.errors.len() < MAX_ERRORS {
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span::new(offset(start), offset(end));
            let mut error = Diagnostic::error(self.source, span, message);
            if !help.is_empty() {
                error = error.with_help(help);
            }
            self.lexed.errors.push(error);
        }
    }

    fn word(&mut self) {
        let start = self.at;
        self.bump_while(character::continues_identifier);
        let kind = match self.text.get(start..self.at) {
            Some("null") => TokenKind::Null,
            Some("true") => TokenKind::True,
            Some("false") => TokenKind::False,
            _ => TokenKind::Identifier,
        };
        self.push(kind, start);
    }

    fn symbol(&mut self, character: char) {
        use BinaryOperator as Op;
        let start = self.at;
        let doubled = self.byte(1);
        let before_equals = doubled == Some(b'=');
        let (kind, length) = match character {
            '{' => (TokenKind::LeftBrace, 1),
            '}' => (TokenKind::RightBrace, 1),
            '[' => (TokenKind::LeftBracket, 1),
            ']' => (TokenKind::RightBracket, 1),
            '(' => (TokenKind::LeftParen, 1),
            ')' => (TokenKind::RightParen, 1),
            ',' => (TokenKind::Comma, 1),
            '.' => (TokenKind::Dot, 1),
            '=' if before_equals => (TokenKind::Operator(Op::Equal), 2),
            '=' => (TokenKind::Assign, 1),
            '!' if before_equals => (TokenKind::Operator(Op::NotEqual), 2),
            '!' => (TokenKind::Not, 1),
            '<' if before_equals => (TokenKind::Operator(Op::LessOrEqual), 2),
            '<' => (TokenKind::Operator(Op::Less), 1),
            '>' if before_equals => (TokenKind::Operator(Op::GreaterOrEqual), 2),
            '>' => (TokenKind::Operator(Op::Greater), 1),
            '+' => (TokenKind::Operator(Op::Add), 1),
            '-' => (TokenKind::Operator(Op::Subtract), 1),
            '*' => (TokenKind::Operator(Op::Multiply), 1),
            '/' => (TokenKind::Operator(Op::Divide), 1),
            '%' => (TokenKind::Operator(Op::Modulo), 1),
            '^' => (TokenKind::Operator(Op::Power), 1),
            '&' | '|' => {
                let operator = if character == '&' { Op::And } else { Op::Or };
                let whole = doubled == u8::try_from(character).ok();
                if !whole {
                    let message = format!("`{character}` alone is no operator");
                    let help = format!("write `{character}{character}`");
                    self.report(start + 1, start + 1, &message, &help);
                }
                (TokenKind::Operator(operator), if whole { 2 } else { 1 })
            }
            _ => return self.illegal(character),
        };
        self.bump(length);
        self.push(kind, start);
    }

    fn comment(&mut self) {
        let start = self.at;
        if self.newline_counts && self.comments_reach_line_end() {
            self.push(TokenKind::Newline, start);
        }
        self.newline_counts = false;
        if self.byte(1) == Some(b'/') {
            self.bump_while(|c| c != '\n');
            let text = self.text.get(start..self.at).unwrap_or_default();
            let shown = text.trim_end_matches('\r').len();
            let end = self.at;
            self.at = start + shown;
            let span = self.span_from(start);
            self.at = end;
            self.lexed.comments.push(Comment { span });
            return;
        }
        self.at = self.block_comment_end(start).unwrap_or_else(|| {
            self.report(
                start,
                start + 2,
                "this comment is never closed",
                "close it with `*/`",
            );
            self.lexed.runs_out = true;
            self.text.len()
        });
        let span = self.span_from(start);
        self.lexed.comments.push(Comment { span });
    }

    /// Where the block comment that starts at `start` ends.
    fn block_comment_end(&self, start: usize) -> Option<usize> {
        let inside = self.text.get(start + 2..)?;
        inside.find("*/").map(|at| start + 2 + at + 2)
    }

    /// Whether nothing but comments stands between here and the end of the line; a block comment over several lines
    /// counts as such an end. Each comment is read at most twice, because the first one asked about ends the asking.
    fn comments_reach_line_end(&self) -> bool {
        let mut at = self.at;
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            if rest.starts_with("//") {
                return true;
            } else if rest.starts_with("/*") {
                let Some(end) = self.block_comment_end(at) else {
                    return true;
                };
                if self.text.get(at..end).is_some_and(|c| c.contains('\n')) {
                    return true;
                }
                at = end;
            } else if rest.is_empty() || rest.starts_with('\n') {
                return true;
            } else if rest.starts_with([' ', '\t', '\r']) {
                at += 1;
            } else {
                return false;
            }
        }
    }
}
