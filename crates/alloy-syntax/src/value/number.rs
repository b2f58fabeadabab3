//! Numbers: signed and unsigned 64-bit integers and floats, with the conversions of a 64-bit machine.
//!
//! Integers wrap. Converting a float that does not fit gives the smallest signed integer, or 2^63 where an unsigned one is
//! wanted; this is what the language's users have seen so far, and no conversion fails.
//!
//! It is not: the operators (`eval/operators.rs`).

use std::cmp::Ordering;

use crate::go::float;

const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;

/// A number of one of three kinds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A signed integer: every integer literal up to 2^63 - 1.
    Int(i64),
    /// An unsigned integer: a literal above that.
    Uint(u64),
    /// A float.
    Float(f64),
}

// === impl Number ===

impl Number {
    /// The number that a piece of text stands for where a number is wanted.
    ///
    /// A minus sign asks for a signed integer, one of `.eE` for a float, anything else for an unsigned integer.
    pub fn from_text(text: &str) -> Option<Self> {
        if text.starts_with('-') {
            digits(text.strip_prefix('-')?).then(|| text.parse().ok().map(Self::Int))?
        } else if text.contains(['.', 'e', 'E']) {
            float::parse(text).map(Self::Float)
        } else {
            digits(text).then(|| text.parse().ok().map(Self::Uint))?
        }
    }

    /// As a signed integer: an unsigned one wraps, a float loses its fraction.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked, the fraction is meant to go"
    )]
    pub fn to_i64(self) -> i64 {
        match self {
            Self::Int(value) => value,
            Self::Uint(value) => value.cast_signed(),
            Self::Float(value) if (-TWO_POW_63..TWO_POW_63).contains(&value) => value as i64,
            Self::Float(_) => i64::MIN,
        }
    }

    /// As an unsigned integer: a negative one wraps, a float loses its fraction.
    pub fn to_u64(self) -> u64 {
        match self {
            Self::Int(value) => value.cast_unsigned(),
            Self::Uint(value) => value,
            Self::Float(value) if value < TWO_POW_63 => self.to_i64().cast_unsigned(),
            Self::Float(value) => {
                Self::Float(value - TWO_POW_63).to_i64().cast_unsigned() | (1 << 63)
            }
        }
    }

    /// As a float.
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Uint(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// As text where text is wanted: never an exponent.
    pub fn to_text(self) -> String {
        match self {
            Self::Int(value) => value.to_string(),
            Self::Uint(value) => value.to_string(),
            Self::Float(value) => float::fixed(value, None),
        }
    }

    /// Equality across kinds.
    #[expect(clippy::float_cmp, reason = "the language compares floats exactly")]
    pub fn equals(self, other: Self) -> bool {
        match Pair::of(self, other) {
            Pair::Int(a, b) => a == b,
            Pair::Uint(a, b) => a == b,
            Pair::Float(a, b) => a == b,
        }
    }

    /// Order across kinds; `None` beside NaN.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match Pair::of(self, other) {
            Pair::Int(a, b) => Some(a.cmp(&b)),
            Pair::Uint(a, b) => Some(a.cmp(&b)),
            Pair::Float(a, b) => a.partial_cmp(&b),
        }
    }
}

/// Two numbers brought to one kind: a float beside anything makes floats, a signed integer beside an unsigned one signed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pair {
    Int(i64, i64),
    Uint(u64, u64),
    Float(f64, f64),
}

// === impl Pair ===

impl Pair {
    pub(crate) fn of(a: Number, b: Number) -> Self {
        match (a, b) {
            (Number::Float(_), _) | (_, Number::Float(_)) => Self::Float(a.to_f64(), b.to_f64()),
            (Number::Int(_), _) | (_, Number::Int(_)) => Self::Int(a.to_i64(), b.to_i64()),
            (Number::Uint(a), Number::Uint(b)) => Self::Uint(a, b),
        }
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
