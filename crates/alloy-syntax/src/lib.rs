//! The Alloy configuration language: parser, formatter, evaluation, standard library, diagnostics.
//!
//! ```
//! use outpost_alloy_syntax::{Source, parse};
//!
//! let source = Source::new("config.alloy", "logging {\n\tlevel = \"info\"\n}\n")?;
//! let file = parse(&source)?;
//! assert_eq!(file.body.statements.len(), 1);
//!
//! let source = Source::new("config.alloy", "logging {\n\tlevel: \"info\"\n}\n")?;
//! let diagnostics = parse(&source).unwrap_err();
//! assert!(diagnostics.to_string().starts_with(
//!     "config.alloy:2:7: error: `:` does not stand between a name and its value"
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is not: aware of any component (what a block means is `outpost-pipeline`'s), nor a reader of other languages.

mod ast;
mod diagnostic;
mod lexer;
mod parser;
mod source;
mod span;
mod suggest;

pub use ast::{
    Attribute, BinaryOperator, Block, Body, Comment, Expr, ExprKind, Field, File, Ident, Key,
    Literal, Operation, Reference, Statement, Step, StepKind, UnaryOperator,
};
pub use diagnostic::{Diagnostic, Diagnostics, Location, Note, Severity};
pub use parser::{MAX_DEPTH, parse, parse_expression};
pub use source::{MAX_SOURCE_BYTES, Source, SourceError};
pub use span::{Position, Span};
pub use suggest::suggest;
