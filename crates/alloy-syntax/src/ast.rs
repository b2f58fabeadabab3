//! The syntax tree: what a configuration says, before anything is evaluated.
//!
//! Every node knows its [`Span`]. Two shapes keep the tree flat where text can be long: a run of operators of one
//! precedence is one [`ExprKind::Binary`], and all that follows an operand (`.name`, `[index]`, `(arguments)`) is one
//! [`ExprKind::Postfix`]. Everything else that nests counts towards [`MAX_DEPTH`](crate::MAX_DEPTH), so walking a tree
//! by recursion is safe. It is not: checked against any component.

use std::sync::Arc;

use crate::{Source, Span};

mod references;

pub use references::Reference;

/// A parsed file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// The text that the spans point into.
    pub source: Arc<Source>,
    /// The top level.
    pub body: Body,
    /// Every comment, in order of place.
    pub comments: Vec<Comment>,
}

/// A `//` or `/* */` comment, with its marks but without the line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its bytes.
    pub span: Span,
}

/// The statements of a file or block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// In the order in which they stand.
    pub statements: Vec<Statement>,
}

/// An attribute or a block.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `name = value`
    Attribute(Attribute),
    /// `name "label" { … }`
    Block(Block),
}

/// A name where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: Box<str>,
    /// Its bytes.
    pub span: Span,
}

/// `name = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Ident,
    /// The value.
    pub value: Expr,
}

/// `name.of.block "label" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The parts of its name, at least one.
    pub name: Vec<Ident>,
    /// The label, a valid identifier; `None` where none or an empty one (`""`) is written.
    pub label: Option<Ident>,
    /// What stands between the braces.
    pub body: Body,
    /// The `{`.
    pub open: Span,
    /// The `}`.
    pub close: Span,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// From its first byte to its last.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`, `true`, `12`, `"text"`
    Literal(Literal),
    /// A name that the scope must know.
    Identifier(Box<str>),
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `{a = 1, "b c" = 2}`
    Object(Vec<Field>),
    /// `(a)`
    Paren(Box<Expr>),
    /// `-a`, `!a`
    Unary {
        /// The operator, which is the first byte of the expression.
        operator: UnaryOperator,
        /// What it applies to.
        operand: Box<Expr>,
    },
    /// `a + b - c`: operators of one precedence, applied from left to right. A power has one operation only; since it
    /// binds to the right, `2 ^ 3 ^ 2` holds the second power in the operand of the first.
    Binary {
        /// The leftmost operand.
        first: Box<Expr>,
        /// The operators and their right operands, at least one.
        rest: Vec<Operation>,
    },
    /// `a.b[0](c)`: steps applied from left to right.
    Postfix {
        /// What the first step applies to.
        base: Box<Expr>,
        /// The steps, at least one.
        steps: Vec<Step>,
    },
}

/// A literal with its value.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer up to 2^63-1. A leading zero means octal.
    Int(i64),
    /// An integer from 2^63 up to 2^64-1.
    Uint(u64),
    /// A number with a point or an exponent, or an integer that fits nowhere else; always finite.
    Float(f64),
    /// `"text"`, its escapes replaced, or `` `text` `` without carriage returns.
    String(Box<str>),
    /// A string whose escapes make bytes that are not UTF-8, such as `"\xff"`.
    Bytes(Box<[u8]>),
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: Expr,
}

/// The key of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The name. In a quoted key escapes stand as written, and `""` is the key of two quotes: so Alloy reads them.
    pub name: Box<str>,
    /// Its bytes, with quotes.
    pub span: Span,
}

/// An operator and its right operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The operator.
    pub operator: BinaryOperator,
    /// Where the operator stands.
    pub operator_span: Span,
    /// The right operand.
    pub operand: Expr,
}

/// One step of a [`ExprKind::Postfix`].
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Its bytes, from the `.`, `[` or `(` on.
    pub span: Span,
}

/// The kinds of steps.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// `.name`
    Access(Ident),
    /// `[index]`
    Index(Box<Expr>),
    /// `(arguments)`
    Call(Vec<Expr>),
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `!`
    Not,
    /// `-`
    Minus,
}

/// An operator between two operands, from the loosest to the tightest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `^`
    Power,
}

// === impl Statement ===

impl Statement {
    /// From the first byte of its name to the last of its value or body.
    pub fn span(&self) -> Span {
        match self {
            Self::Attribute(attribute) => attribute.span(),
            Self::Block(block) => block.span(),
        }
    }
}

// === impl Attribute ===

impl Attribute {
    /// From its name to the end of its value.
    pub fn span(&self) -> Span {
        self.name.span.to(self.value.span)
    }
}

// === impl Block ===

impl Block {
    /// The whole name, `"prometheus.scrape"` say.
    pub fn full_name(&self) -> String {
        let parts: Vec<&str> = self.name.iter().map(|part| &*part.name).collect();
        parts.join(".")
    }

    /// The bytes of its name.
    pub fn name_span(&self) -> Span {
        let mut parts = self.name.iter().map(|part| part.span);
        let first = parts.next().unwrap_or_default();
        parts.fold(first, Span::to)
    }

    /// The bytes of its name and label: what a message about the whole block underlines.
    pub fn header_span(&self) -> Span {
        let name = self.name_span();
        self.label
            .as_ref()
            .map_or(name, |label| name.to(label.span))
    }

    /// From its name to its `}`.
    pub fn span(&self) -> Span {
        self.name_span().to(self.close)
    }
}

// === impl BinaryOperator ===

impl BinaryOperator {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Power => "^",
        }
    }

    /// How tightly it binds: 1 for `||` up to 6 for `^`. All comparisons bind alike.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => 3,
            Self::Add | Self::Subtract => 4,
            Self::Multiply | Self::Divide | Self::Modulo => 5,
            Self::Power => 6,
        }
    }
}

// === impl UnaryOperator ===

impl UnaryOperator {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Not => "!",
            Self::Minus => "-",
        }
    }
}
