//! Evaluation of expressions.
//!
//! Deterministic and total: the same expression in the same scope gives the same value or the same error; nothing
//! panics, nothing depends on the machine but what the [`Scope`] gives. What functions can build is bounded by
//! [`MAX_RESULT`], since a short nest of calls could otherwise ask for any amount of memory. Recursion follows the
//! tree's nesting, which the parser bounds.
//!
//! It is not: decoding (`decode.rs`) or the graph.

mod error;
mod operators;
mod scope;

use std::sync::Arc;

pub use error::{EvalError, Problem};
pub use scope::{Constants, Host, Scope};

use crate::ast::{Expr, ExprKind, Ident, Literal, Operation, Step, StepKind, UnaryOperator};
use crate::convert::Mismatch;
use crate::locate::locate;
use crate::stdlib::{self, Call, CallError, Function};
use crate::value::{Type, Value};
use crate::{Diagnostic, Source, Span};

/// The most bytes that the functions and concatenations of one expression may produce together.
pub const MAX_RESULT: usize = 64 << 20;

/// Evaluates an expression of a source; the error says where in it.
pub fn eval(expr: &Expr, source: &Arc<Source>, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    evaluate(expr, scope).map_err(|error| error.into_diagnostic(source))
}

/// Evaluates an expression.
pub fn evaluate(expr: &Expr, scope: &dyn Scope) -> Result<Value, EvalError> {
    Evaluator {
        scope,
        budget: MAX_RESULT,
    }
    .expr(expr)
}

struct Evaluator<'a> {
    scope: &'a dyn Scope,
    /// How many more bytes may be produced.
    budget: usize,
}

// === impl Evaluator ===

impl Evaluator<'_> {
    fn expr(&mut self, expr: &Expr) -> Result<Value, EvalError> {
        match &expr.kind {
            ExprKind::Literal(literal) => literal_value(literal, expr.span),
            ExprKind::Identifier(name) => self.name(name, &[], expr.span).map(|(value, _)| value),
            ExprKind::Array(elements) => elements
                .iter()
                .map(|element| self.expr(element))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            ExprKind::Object(fields) => {
                let entries: Result<Vec<_>, _> = fields
                    .iter()
                    .map(|field| Ok((Arc::<str>::from(&*field.key.name), self.expr(&field.value)?)))
                    .collect();
                entries.map(Value::object)
            }
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Unary { operator, operand } => {
                let value = self.expr(operand)?;
                unary(*operator, &value).ok_or_else(|| {
                    let expected = match operator {
                        UnaryOperator::Not => "bool",
                        UnaryOperator::Minus => "number",
                    };
                    EvalError::new(
                        operand.span,
                        Problem::Mismatch(Mismatch::type_of(&value, expected)),
                    )
                })
            }
            ExprKind::Binary { first, rest } => self.binary(first, rest),
            ExprKind::Postfix { base, steps } => self.postfix(base, steps),
        }
    }

    fn binary(&mut self, first: &Expr, rest: &[Operation]) -> Result<Value, EvalError> {
        let mut left = operators::Accumulator::new(self.expr(first)?);
        let mut left_span = first.span;
        for operation in rest {
            let right = self.expr(&operation.operand)?;
            let operands = (left_span, operation.operand.span);
            let written = left
                .apply(operation.operator, &right)
                .map_err(|wrong| wrong.at(operation.operator, operands))?;
            self.spend(written, left_span.to(operation.operand.span))?;
            left_span = left_span.to(operation.operand.span);
        }
        Ok(left.into_value())
    }

    fn postfix(&mut self, base: &Expr, steps: &[Step]) -> Result<Value, EvalError> {
        let mut span = base.span;
        let (mut value, used) = match &base.kind {
            ExprKind::Identifier(name) => {
                let accesses: Vec<&Ident> = steps
                    .iter()
                    .map_while(|step| match &step.kind {
                        StepKind::Access(name) => Some(name),
                        StepKind::Index(_) | StepKind::Call(_) => None,
                    })
                    .collect();
                let whole = accesses.last().map_or(span, |last| span.to(last.span));
                self.name(name, &accesses, whole)?
            }
            _ => (self.expr(base)?, 0),
        };
        for (at, step) in steps.iter().enumerate() {
            let before = span;
            span = span.to(step.span);
            if at < used {
                continue;
            }
            value = match &step.kind {
                StepKind::Access(name) => access(&value, name, before)?,
                StepKind::Index(index) => {
                    let found = self.expr(index)?;
                    element(&value, before, &found, index.span)?
                }
                StepKind::Call(arguments) => match value {
                    Value::Function(function) => self.call(function, arguments, before, span)?,
                    other => {
                        let problem = Problem::NotAFunction {
                            found: other.describe(),
                        };
                        return Err(EvalError::new(before, problem));
                    }
                },
            };
        }
        Ok(value)
    }

    /// The value of a name, together with as many of the accesses after it as the scope knows as one name.
    fn name(
        &self,
        root: &str,
        accesses: &[&Ident],
        span: Span,
    ) -> Result<(Value, usize), EvalError> {
        let mut path: Vec<&str> = vec![root];
        path.extend(accesses.iter().map(|name| &*name.name));
        if let Some((value, names)) = self.scope.resolve(&path) {
            return Ok((value, names.saturating_sub(1)));
        }
        if let Some(value) = stdlib::identifier(root, self.scope.host()) {
            return Ok((value, 0));
        }
        Err(EvalError::new(
            span,
            Problem::UnknownName {
                name: path.join("."),
            },
        ))
    }

    fn call(
        &mut self,
        function: Function,
        arguments: &[Expr],
        callee: Span,
        whole: Span,
    ) -> Result<Value, EvalError> {
        let values: Vec<Value> = arguments
            .iter()
            .map(|argument| self.expr(argument))
            .collect::<Result<_, _>>()?;
        let mut call = Call {
            arguments: &values,
            host: self.scope.host(),
            budget: self.budget,
        };
        let result = function.call(&mut call);
        self.budget = call.budget;
        result.map_err(|error| match error {
            CallError::Count { expected } => {
                let name = function.name();
                EvalError::new(
                    whole,
                    Problem::ArgumentCount {
                        name,
                        expected,
                        found: values.len(),
                    },
                )
            }
            CallError::Argument(at, wrong) => match arguments.get(at) {
                Some(argument) => locate(argument, wrong),
                None => EvalError::new(whole, Problem::Mismatch(wrong)),
            },
            CallError::Failed(why) => {
                let name = function.name();
                EvalError::new(callee.to(whole), Problem::Failed { name, why })
            }
            CallError::TooLarge => EvalError::new(whole, Problem::TooLarge),
        })
    }

    fn spend(&mut self, bytes: usize, span: Span) -> Result<(), EvalError> {
        self.budget = self
            .budget
            .checked_sub(bytes)
            .ok_or_else(|| EvalError::new(span, Problem::TooLarge))?;
        Ok(())
    }
}

fn literal_value(literal: &Literal, span: Span) -> Result<Value, EvalError> {
    Ok(match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::from(*value),
        Literal::Int(value) => Value::from(*value),
        Literal::Uint(value) => Value::from(*value),
        Literal::Float(value) => Value::from(*value),
        Literal::String(text) => Value::string(&**text),
        Literal::Bytes(_) => return Err(EvalError::new(span, Problem::NotText)),
    })
}

fn unary(operator: UnaryOperator, value: &Value) -> Option<Value> {
    match (operator, value) {
        (UnaryOperator::Not, Value::Bool(value)) => Some(Value::from(!value)),
        (UnaryOperator::Minus, Value::Number(number)) => {
            Some(Value::Number(operators::negate(*number)))
        }
        _ => None,
    }
}

fn access(value: &Value, name: &Ident, span: Span) -> Result<Value, EvalError> {
    match value {
        Value::Object(object) => object.get(&name.name).cloned().ok_or_else(|| {
            let known = object.iter().map(|(name, _)| name.to_string()).collect();
            EvalError::new(
                name.span,
                Problem::UnknownField {
                    name: name.name.to_string(),
                    known,
                },
            )
        }),
        other => {
            let problem = Problem::NoFields {
                field: name.name.to_string(),
                found: other.describe(),
            };
            Err(EvalError::new(span, problem))
        }
    }
}

fn element(value: &Value, span: Span, index: &Value, index_span: Span) -> Result<Value, EvalError> {
    let mismatch = |expected| {
        EvalError::new(
            index_span,
            Problem::Mismatch(Mismatch::type_of(index, expected)),
        )
    };
    match value.type_of() {
        Type::Array => {
            let Value::Number(number) = index else {
                return Err(mismatch("number"));
            };
            let elements = value.elements().unwrap_or_default();
            let at = number.to_i64();
            usize::try_from(at)
                .ok()
                .and_then(|at| elements.get(at))
                .cloned()
                .ok_or_else(|| {
                    EvalError::new(
                        index_span,
                        Problem::OutOfRange {
                            index: at,
                            length: elements.len(),
                        },
                    )
                })
        }
        Type::Object => match (value, index) {
            (Value::Object(object), Value::String(name)) => {
                Ok(object.get(name).cloned().unwrap_or(Value::Null))
            }
            _ => Err(mismatch("string")),
        },
        _ => Err(EvalError::new(
            span,
            Problem::NotIndexable {
                found: value.describe(),
            },
        )),
    }
}
