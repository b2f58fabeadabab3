//! The kinds of tokens.

use std::borrow::Cow;

use crate::Span;
use crate::ast::BinaryOperator;

/// A piece of text that means something, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// What a token is. Texts of names and literals are read from the source by the token's span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// The end of the text; always the last token, and only that.
    End,
    /// A line end that ends a statement.
    Newline,
    Identifier,
    Null,
    True,
    False,
    Integer,
    Float,
    /// Between double quotes.
    String,
    /// Between back quotes.
    RawString,
    /// `=`
    Assign,
    /// `!`
    Not,
    Operator(BinaryOperator),
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    LeftParen,
    RightParen,
    Comma,
    Dot,
}

// === impl TokenKind ===

impl TokenKind {
    /// Whether a line end after it ends the statement.
    pub(crate) fn ends_statement(self) -> bool {
        matches!(
            self,
            Self::Identifier
                | Self::Null
                | Self::True
                | Self::False
                | Self::Integer
                | Self::Float
                | Self::String
                | Self::RawString
                | Self::RightBrace
                | Self::RightBracket
                | Self::RightParen
        )
    }

    /// Whether a value can begin with it.
    pub(crate) fn starts_expression(self) -> bool {
        matches!(
            self,
            Self::Identifier
                | Self::Null
                | Self::True
                | Self::False
                | Self::Integer
                | Self::Float
                | Self::String
                | Self::RawString
                | Self::LeftBrace
                | Self::LeftBracket
                | Self::LeftParen
                | Self::Not
                | Self::Operator(BinaryOperator::Subtract)
        )
    }

    /// What messages call it.
    pub(crate) fn describe(self) -> Cow<'static, str> {
        let name = match self {
            Self::End => "the end of the file",
            Self::Newline => "the end of the line",
            Self::Identifier => "a name",
            Self::Null => "`null`",
            Self::True => "`true`",
            Self::False => "`false`",
            Self::Integer | Self::Float => "a number",
            Self::String | Self::RawString => "a string",
            Self::Assign => "`=`",
            Self::Not => "`!`",
            Self::Operator(operator) => return format!("`{}`", operator.as_str()).into(),
            Self::LeftBrace => "`{`",
            Self::RightBrace => "`}`",
            Self::LeftBracket => "`[`",
            Self::RightBracket => "`]`",
            Self::LeftParen => "`(`",
            Self::RightParen => "`)`",
            Self::Comma => "`,`",
            Self::Dot => "`.`",
        };
        name.into()
    }
}
