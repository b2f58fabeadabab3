//! The operators, with the arithmetic of 64-bit machine integers.
//!
//! Integers wrap, division and remainder are cut towards zero, a remainder takes the sign of its left side. Only
//! division by zero fails. Text beside a secret makes a secret.

use crate::Span;
use crate::ast::BinaryOperator as Op;
use crate::convert::Mismatch;
use crate::value::{Number, OptionalSecret, Pair, Secret, Value};

use super::{EvalError, Problem};

/// The left side of a run of operators. A run of concatenations grows one text instead of copying it each time.
pub(super) enum Accumulator {
    Value(Value),
    Text(String),
}

/// What is wrong with an operation.
pub(super) enum Wrong {
    /// An operand that the operator never takes.
    Operand(Side, Value),
    /// A right operand of another type than the left one.
    RightType {
        expected: &'static str,
        found: Value,
    },
    /// A division by zero.
    Zero,
}

/// Which operand is at fault.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
}

// === impl Accumulator ===

impl Accumulator {
    pub(super) fn new(value: Value) -> Self {
        Self::Value(value)
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Text(text) => Value::from(text),
        }
    }

    /// Applies an operator; returns how many bytes of text that wrote.
    pub(super) fn apply(&mut self, operator: Op, right: &Value) -> Result<usize, Wrong> {
        if operator == Op::Add
            && let Value::String(more) = right
        {
            match self {
                Self::Text(text) => {
                    text.push_str(more);
                    return Ok(more.len());
                }
                Self::Value(Value::String(text)) => {
                    let written = text.len() + more.len();
                    *self = Self::Text([&**text, &**more].concat());
                    return Ok(written);
                }
                Self::Value(_) => {}
            }
        }
        let left = std::mem::replace(self, Self::Value(Value::Null)).into_value();
        let (value, written) = binary(operator, &left, right)?;
        *self = Self::Value(value);
        Ok(written)
    }
}

// === impl Wrong ===

impl Wrong {
    /// The error, given the operator and where its operands stand.
    pub(super) fn at(self, operator: Op, (left, right): (Span, Span)) -> EvalError {
        match self {
            Self::Operand(side, value) => {
                let span = match side {
                    Side::Left => left,
                    Side::Right => right,
                };
                let problem = Problem::Operand {
                    operator: operator.as_str(),
                    takes: takes(operator),
                    found: value.describe(),
                };
                EvalError::new(span, problem)
            }
            Self::RightType { expected, found } => EvalError::new(
                right,
                Problem::Mismatch(Mismatch::type_of(&found, expected)),
            ),
            Self::Zero => EvalError::new(right, Problem::DivisionByZero),
        }
    }
}

/// The negative of a number. An unsigned one is taken as signed.
pub(super) fn negate(number: Number) -> Number {
    match number {
        Number::Float(value) => Number::Float(-value),
        other => Number::Int(other.to_i64().wrapping_neg()),
    }
}

fn takes(operator: Op) -> &'static str {
    match operator {
        Op::Or | Op::And => "two bools",
        Op::Add => "two numbers, two strings, or a string and a secret",
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
            "two numbers or two strings"
        }
        _ => "two numbers",
    }
}

fn accepts(operator: Op, value: &Value) -> bool {
    match operator {
        Op::Equal | Op::NotEqual => true,
        Op::Or | Op::And => matches!(value, Value::Bool(_)),
        Op::Add => matches!(
            value,
            Value::Number(_) | Value::String(_) | Value::Secret(_) | Value::OptionalSecret(_)
        ),
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
            matches!(value, Value::Number(_) | Value::String(_))
        }
        _ => matches!(value, Value::Number(_)),
    }
}

fn binary(operator: Op, left: &Value, right: &Value) -> Result<(Value, usize), Wrong> {
    let (a, b) = level(left, right);
    match operator {
        Op::Equal => return Ok((Value::from(a.equals(&b)), 0)),
        Op::NotEqual => return Ok((Value::from(!a.equals(&b)), 0)),
        _ => {}
    }
    if !accepts(operator, &a) {
        return Err(Wrong::Operand(Side::Left, left.clone()));
    }
    if !accepts(operator, &b) {
        return Err(Wrong::Operand(Side::Right, right.clone()));
    }
    match (&a, &b) {
        (Value::Bool(a), Value::Bool(b)) => Ok((
            Value::from(if operator == Op::Or {
                *a || *b
            } else {
                *a && *b
            }),
            0,
        )),
        (Value::Number(a), Value::Number(b)) => numbers(operator, *a, *b).map(|value| (value, 0)),
        (Value::String(a), Value::String(b)) if operator == Op::Add => {
            Ok((Value::from([&**a, &**b].concat()), a.len() + b.len()))
        }
        (Value::String(a), Value::String(b)) => {
            Ok((Value::from(holds(operator, Some(a.cmp(b)))), 0))
        }
        (Value::Secret(a), Value::Secret(b)) => {
            let text = [a.reveal(), b.reveal()].concat();
            let written = text.len();
            Ok((Value::Secret(Secret::new(text)), written))
        }
        (Value::OptionalSecret(a), Value::OptionalSecret(b)) => {
            let text = [a.reveal(), b.reveal()].concat();
            let written = text.len();
            let is_secret = a.is_secret() || b.is_secret();
            Ok((
                Value::OptionalSecret(OptionalSecret::new(text, is_secret)),
                written,
            ))
        }
        (Value::Number(_), _) => Err(Wrong::RightType {
            expected: "number",
            found: right.clone(),
        }),
        (Value::String(_), _) => Err(Wrong::RightType {
            expected: "string",
            found: right.clone(),
        }),
        _ => Err(Wrong::RightType {
            expected: "secret",
            found: right.clone(),
        }),
    }
}

/// Brings text and secrets to one kind: the more secret of the two.
fn level(left: &Value, right: &Value) -> (Value, Value) {
    let secret = |text: &str| Value::Secret(Secret::new(text));
    let hidden = |text: &str| Value::OptionalSecret(OptionalSecret::new(text, true));
    match (left, right) {
        (Value::Secret(_), Value::OptionalSecret(text)) => (left.clone(), secret(text.reveal())),
        (Value::OptionalSecret(text), Value::Secret(_)) => (secret(text.reveal()), right.clone()),
        (Value::Secret(_), Value::String(text)) => (left.clone(), secret(text)),
        (Value::String(text), Value::Secret(_)) => (secret(text), right.clone()),
        (Value::OptionalSecret(a), Value::String(b)) => match a.shown() {
            Some(a) => (Value::from(a), right.clone()),
            None => (left.clone(), hidden(b)),
        },
        (Value::String(a), Value::OptionalSecret(b)) => match b.shown() {
            Some(b) => (left.clone(), Value::from(b)),
            None => (hidden(a), right.clone()),
        },
        _ => (left.clone(), right.clone()),
    }
}

fn holds(operator: Op, order: Option<std::cmp::Ordering>) -> bool {
    order.is_some_and(|order| match operator {
        Op::Less => order.is_lt(),
        Op::LessOrEqual => order.is_le(),
        Op::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}

fn numbers(operator: Op, a: Number, b: Number) -> Result<Value, Wrong> {
    if matches!(
        operator,
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual
    ) {
        return Ok(Value::from(holds(operator, a.compare(b))));
    }
    if matches!(operator, Op::Divide | Op::Modulo) && b.equals(Number::Int(0)) {
        return Err(Wrong::Zero);
    }
    Ok(match Pair::of(a, b) {
        Pair::Float(a, b) => Value::from(match operator {
            Op::Add => a + b,
            Op::Subtract => a - b,
            Op::Multiply => a * b,
            Op::Divide => a / b,
            Op::Modulo => a % b,
            _ => a.powf(b),
        }),
        Pair::Int(a, b) => Value::from(match operator {
            Op::Add => a.wrapping_add(b),
            Op::Subtract => a.wrapping_sub(b),
            Op::Multiply => a.wrapping_mul(b),
            Op::Divide => a.checked_div(b).unwrap_or(a),
            Op::Modulo => a.checked_rem(b).unwrap_or(0),
            _ => signed_power(a, b),
        }),
        Pair::Uint(a, b) => Value::from(match operator {
            Op::Add => a.wrapping_add(b),
            Op::Subtract => a.wrapping_sub(b),
            Op::Multiply => a.wrapping_mul(b),
            Op::Divide => a.checked_div(b).unwrap_or(a),
            Op::Modulo => a.checked_rem(b).unwrap_or(0),
            _ => power(a, b),
        }),
    })
}

/// A power of integers. A negative exponent leaves the base as it is, except that of 0 is 0 and that of 1 is 1.
fn signed_power(base: i64, exponent: i64) -> i64 {
    match u64::try_from(exponent) {
        Ok(exponent) => power(base.cast_unsigned(), exponent).cast_signed(),
        Err(_) => base,
    }
}

/// A power that wraps, by squaring.
fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1_u64;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}
