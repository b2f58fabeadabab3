//! Text, truth values, numbers, secrets, and opaque values.

use std::sync::Arc;

use super::{FromValue, Mismatch, ToValue};
use crate::value::{Capsule, Number, OptionalSecret, Secret, Value};

/// The text of a value in a place for text.
pub(crate) fn text_of(value: &Value) -> Result<Arc<str>, Mismatch> {
    match value {
        Value::Null => Ok("".into()),
        Value::String(text) => Ok(Arc::clone(text)),
        Value::Number(number) => Ok(number.to_text().into()),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(Mismatch::invalid("the decoded bytes are not UTF-8 text")),
        },
        Value::OptionalSecret(text) if !text.is_secret() => Ok(text.shared()),
        Value::Secret(_) | Value::OptionalSecret(_) => Err(Mismatch::secret()),
        other => Err(Mismatch::type_of(other, "string")),
    }
}

fn number_of(value: &Value) -> Result<Number, Mismatch> {
    let parsed = match value {
        Value::Null => Some(Number::Int(0)),
        Value::Number(number) => Some(*number),
        Value::String(text) => Number::from_text(text),
        Value::OptionalSecret(text) => text.shown().and_then(Number::from_text),
        _ => None,
    };
    parsed.ok_or_else(|| match value {
        Value::String(text) => Mismatch {
            path: Vec::new(),
            reason: super::Reason::Type {
                expected: "number",
                found: format!("the text {}", super::excerpt(text)),
            },
        },
        other => Mismatch::type_of(other, "number"),
    })
}

impl FromValue for Arc<str> {
    const NAME: &'static str = "string";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        text_of(value)
    }
}

impl FromValue for String {
    const NAME: &'static str = "string";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        text_of(value).map(|text| text.to_string())
    }
}

impl FromValue for bool {
    const NAME: &'static str = "bool";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(false),
            Value::Bool(value) => Ok(*value),
            other => Err(Mismatch::type_of(other, "bool")),
        }
    }
}

impl FromValue for f64 {
    const NAME: &'static str = "number";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        number_of(value).map(Number::to_f64)
    }
}

impl FromValue for Number {
    const NAME: &'static str = "number";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        number_of(value)
    }
}

impl FromValue for Secret {
    const NAME: &'static str = "secret";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(Self::new("")),
            Value::String(text) => Ok(Self::new(Arc::clone(text))),
            Value::Secret(secret) => Ok(secret.clone()),
            Value::OptionalSecret(text) => Ok(Self::new(text.shared())),
            other => Err(Mismatch::type_of(other, "secret")),
        }
    }
}

impl FromValue for OptionalSecret {
    const NAME: &'static str = "secret";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(Self::new("", false)),
            Value::String(text) => Ok(Self::new(Arc::clone(text), false)),
            Value::Secret(secret) => Ok(Self::new(secret.shared(), true)),
            Value::OptionalSecret(text) => Ok(text.clone()),
            other => Err(Mismatch::type_of(other, "secret")),
        }
    }
}

impl FromValue for Capsule {
    const NAME: &'static str = "capsule";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Capsule(capsule) => Ok(capsule.clone()),
            other => Err(Mismatch::type_of(other, "capsule")),
        }
    }
}

/// Integers take any number: a fraction is cut off, and what does not fit wraps, as the language always did.
macro_rules! integer {
    ($($(#[$expected:meta])? $type:ty: $number:ident => $value:expr),* $(,)?) => {$(
        impl FromValue for $type {
            const NAME: &'static str = "number";

            $(#[$expected])?
            fn from_value(value: &Value) -> Result<Self, Mismatch> {
                number_of(value).map(|$number| $value)
            }
        }
    )*};
}

integer! {
    i64: number => number.to_i64(),
    u64: number => number.to_u64(),
    #[expect(clippy::cast_possible_truncation, reason = "integers wrap")]
    i32: number => number.to_i64() as i32,
    #[expect(clippy::cast_possible_truncation, reason = "integers wrap")]
    u32: number => number.to_u64() as u32,
    #[expect(clippy::cast_possible_truncation, reason = "integers wrap")]
    u16: number => number.to_u64() as u16,
    #[expect(clippy::cast_possible_truncation, reason = "integers wrap")]
    usize: number => number.to_u64() as usize,
}

macro_rules! plain {
    ($($type:ty: $this:ident => $value:expr),* $(,)?) => {$(
        impl ToValue for $type {
            fn to_value(&self) -> Value {
                let $this = self;
                $value
            }

            fn is_hidden(&self, default: &Self) -> bool {
                self == default
            }
        }
    )*};
}

plain! {
    Arc<str>: this => Value::String(Arc::clone(this)),
    String: this => Value::from(this.as_str()),
    bool: this => Value::Bool(*this),
    i64: this => Value::from(*this),
    i32: this => Value::from(i64::from(*this)),
    u16: this => Value::from(u64::from(*this)),
    u32: this => Value::from(u64::from(*this)),
    u64: this => Value::from(*this),
    usize: this => Value::from(*this as u64),
    Number: this => Value::Number(*this),
    Secret: this => Value::Secret(this.clone()),
    OptionalSecret: this => Value::OptionalSecret(this.clone()),
}

impl ToValue for Capsule {
    fn to_value(&self) -> Value {
        Value::Capsule(self.clone())
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self.same(default)
    }
}

impl ToValue for f64 {
    fn to_value(&self) -> Value {
        Value::from(*self)
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self.to_bits() == default.to_bits()
    }
}
