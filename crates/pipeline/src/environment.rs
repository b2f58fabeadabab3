//! Environment variables that a configuration reads and that are not set: the classic silent mistake.

use outpost_alloy_syntax::{Expr, ExprKind, Host, Literal, Step, StepKind};

/// The names given literally to `sys.env` or `env` in `expression` whose variables are not set, in order of place.
pub(crate) fn unset_variables(expression: &Expr, host: &Host) -> Vec<String> {
    let mut names = Vec::new();
    calls(expression, &mut |name, _| {
        if !host.environment.contains_key(name) && !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    });
    names
}

/// Tells `found` the name and the argument's expression of every call with a literal name.
pub(crate) fn calls<'a>(expression: &'a Expr, found: &mut impl FnMut(&'a str, &'a Expr)) {
    match &expression.kind {
        ExprKind::Literal(_) | ExprKind::Identifier(_) => {}
        ExprKind::Array(elements) => elements.iter().for_each(|e| calls(e, found)),
        ExprKind::Object(fields) => fields.iter().for_each(|f| calls(&f.value, found)),
        ExprKind::Paren(inner) => calls(inner, found),
        ExprKind::Unary { operand, .. } => calls(operand, found),
        ExprKind::Binary { first, rest } => {
            calls(first, found);
            for operation in rest {
                calls(&operation.operand, found);
            }
        }
        ExprKind::Postfix { base, steps } => {
            calls(base, found);
            if let Some((name, argument)) = variable(base, steps) {
                found(name, argument);
            }
            for step in steps {
                match &step.kind {
                    StepKind::Access(_) => {}
                    StepKind::Index(index) => calls(index, found),
                    StepKind::Call(arguments) => arguments.iter().for_each(|a| calls(a, found)),
                }
            }
        }
    }
}

/// The literal name in `sys.env("NAME")` or `env("NAME")`.
fn variable<'a>(base: &Expr, steps: &'a [Step]) -> Option<(&'a str, &'a Expr)> {
    let ExprKind::Identifier(root) = &base.kind else {
        return None;
    };
    let arguments = match (&**root, steps) {
        (
            "env",
            [
                Step {
                    kind: StepKind::Call(arguments),
                    ..
                },
                ..,
            ],
        ) => arguments,
        (
            "sys",
            [
                Step {
                    kind: StepKind::Access(name),
                    ..
                },
                Step {
                    kind: StepKind::Call(arguments),
                    ..
                },
                ..,
            ],
        ) if *name.name == *"env" => arguments,
        _ => return None,
    };
    match arguments.as_slice() {
        [argument] => match &argument.kind {
            ExprKind::Literal(Literal::String(name)) => Some((name, argument)),
            _ => None,
        },
        _ => None,
    }
}
