//! Why an expression has no value.

use std::sync::Arc;

use crate::convert::{Mismatch, Reason};
use crate::{Diagnostic, Source, Span, suggest};

/// Why an expression has no value, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct EvalError {
    /// The part of the expression that is at fault.
    pub span: Span,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a part of an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A name that neither the scope nor the standard library knows.
    #[error("`{name}` is not known here")]
    UnknownName {
        /// The dotted name.
        name: String,
    },
    /// A field that an object does not have.
    #[error("there is no field `{name}`")]
    UnknownField {
        /// The field.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A field of something that has none.
    #[error("a value of type {found} has no fields, so no `{field}`")]
    NoFields {
        /// The field.
        field: String,
        /// What was found.
        found: String,
    },
    /// An index into something that has no elements.
    #[error("a value of type {found} has no elements")]
    NotIndexable {
        /// What was found.
        found: String,
    },
    /// An index beyond an array's end.
    #[error("index {index} is outside an array of {length} elements")]
    OutOfRange {
        /// The index.
        index: i64,
        /// How many elements there are.
        length: usize,
    },
    /// A call of something that is no function.
    #[error("a value of type {found} cannot be called")]
    NotAFunction {
        /// What was found.
        found: String,
    },
    /// A call with too many or too few arguments.
    #[error("`{name}` takes {expected}, {found} given")]
    ArgumentCount {
        /// The function.
        name: &'static str,
        /// How many it takes, in words.
        expected: String,
        /// How many it was given.
        found: usize,
    },
    /// A value of the wrong type, or one that cannot be used.
    #[error("{0}")]
    Mismatch(Mismatch),
    /// An operand that the operator does not take.
    #[error("`{operator}` takes {takes}, found {found}")]
    Operand {
        /// The operator.
        operator: &'static str,
        /// What it takes.
        takes: &'static str,
        /// What was found.
        found: String,
    },
    /// A division or remainder by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A function that could not do its work.
    #[error("`{name}` failed: {why}")]
    Failed {
        /// The function.
        name: &'static str,
        /// Why.
        why: String,
    },
    /// An expression that would build more than is allowed.
    #[error("the expression builds more than {} MiB", super::MAX_RESULT >> 20)]
    TooLarge,
    /// A string whose escapes make something else than UTF-8.
    #[error("the escapes of this string make bytes that are not UTF-8 text")]
    NotText,
}

// === impl EvalError ===

impl EvalError {
    pub(crate) fn new(span: Span, problem: Problem) -> Self {
        Self { span, problem }
    }

    /// As a diagnostic of the source that the expression stands in.
    pub fn into_diagnostic(self, source: &Arc<Source>) -> Diagnostic {
        let diagnostic = Diagnostic::error(source, self.span, self.problem.to_string());
        match &self.problem {
            Problem::UnknownField { name, known } => {
                diagnostic.with_suggestion(suggest(name, known.iter().map(String::as_str)))
            }
            Problem::UnknownName { name } => {
                let root = name.split('.').next().unwrap_or_default();
                diagnostic.with_suggestion(suggest(root, crate::stdlib::names()))
            }
            Problem::Mismatch(wrong) if *wrong.reason() == Reason::Secret => diagnostic
                .with_help("convert.nonsensitive(…) makes it plain text, if it may be shown"),
            _ => diagnostic,
        }
    }
}
