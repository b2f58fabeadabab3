//! From a place inside a value to a place in the source: the innermost part of the expression that is written out.

use crate::Span;
use crate::ast::{Expr, ExprKind};
use crate::convert::{Mismatch, Step};
use crate::eval::{EvalError, Problem};

/// The error for a value that does not fit its place.
pub(crate) fn locate(expr: &Expr, wrong: Mismatch) -> EvalError {
    let (span, inwards) = follow(expr, &wrong.path);
    let rest = wrong.path.get(inwards..).unwrap_or_default().to_vec();
    EvalError::new(
        span,
        Problem::Mismatch(Mismatch {
            path: rest,
            reason: wrong.reason,
        }),
    )
}

/// Where the path leads as far as the expression is a literal, and how many steps that takes.
fn follow(expr: &Expr, path: &[Step]) -> (Span, usize) {
    let Some((step, rest)) = path.split_first() else {
        return (expr.span, 0);
    };
    let mut inner = expr;
    while let ExprKind::Paren(within) = &inner.kind {
        inner = within;
    }
    let next = match (&inner.kind, step) {
        (ExprKind::Array(elements), Step::Index(at)) => elements.get(*at),
        (ExprKind::Object(fields), Step::Name(name)) => fields
            .iter()
            .rev()
            .find(|field| field.key.name == *name)
            .map(|field| &field.value),
        _ => None,
    };
    next.map_or((expr.span, 0), |next| {
        let (span, steps) = follow(next, rest);
        (span, steps + 1)
    })
}
