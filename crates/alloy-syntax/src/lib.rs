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
//! The way goes from a [`Source`] over [`parse`] to a [`File`]; [`eval()`] gives the [`Value`] of an expression in a
//! [`Scope`]; [`decode()`] gives what a component stated as its [`arguments!`]; [`Encoded`] is what the component API shows
//! of them.
//!
//! It is not: aware of any component (what a block means is `outpost-pipeline`'s), nor a reader of other languages.

mod ast;
mod convert;
mod decode;
mod diagnostic;
mod duration;
mod encode;
mod eval;
mod format;
mod go;
mod lexer;
mod load;
mod locate;
mod parser;
mod size;
mod source;
mod span;
mod stdlib;
mod suggest;
mod url_password;
mod value;

pub use ast::{
    Attribute, BinaryOperator, Block, Body, Comment, Expr, ExprKind, Field, File, Ident, Key,
    Literal, Operation, Reference, Statement, Step, StepKind, UnaryOperator,
};
pub use convert::{FromValue, Mismatch, Reason, Target, ToValue};
pub use decode::{
    Arguments, AttributeSchema, BlockSchema, Blocks, Choice, FieldSchema, Fields, Objections,
    Repeat, Schema, Variant, check, decode,
};
pub use diagnostic::{Diagnostic, Diagnostics, Location, Note, Severity};
pub use duration::{Duration, DurationError};
#[doc(hidden)]
pub use encode::encode_attribute;
pub use encode::{Encoded, value_to_json};
pub use eval::{Constants, EvalError, Host, MAX_RESULT, Problem, Scope, eval, evaluate};
pub use format::format;
pub use load::{load, parse_all};
pub use parser::{MAX_DEPTH, parse, parse_expression};
pub use size::{Bytes, SizeError};
pub use source::{MAX_SOURCE_BYTES, Source, SourceError};
pub use span::{Position, Span};
pub use stdlib::{Deprecated, Function, deprecated, is_standard};
pub use suggest::suggest;
pub use value::{Capsule, Number, Object, OptionalSecret, Secret, Type, Value};
