//! Lists, maps, optional and boxed values.

use std::collections::BTreeMap;

use super::{FromValue, Mismatch, ToValue};
use crate::value::Value;

impl<T: FromValue> FromValue for Vec<T> {
    const NAME: &'static str = "list";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        if matches!(value, Value::Null) {
            return Ok(Self::new());
        }
        let elements = value
            .elements()
            .ok_or_else(|| Mismatch::type_of(value, "array"))?;
        elements
            .iter()
            .enumerate()
            .map(|(at, element)| T::from_value(element).map_err(|wrong| wrong.in_element(at)))
            .collect()
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn to_value(&self) -> Value {
        Value::array(self.iter().map(ToValue::to_value))
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self.is_empty() && default.is_empty()
    }
}

impl<N: for<'a> From<&'a str> + Ord, T: FromValue> FromValue for BTreeMap<N, T> {
    const NAME: &'static str = "map";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(Self::new()),
            Value::Object(object) => object
                .iter()
                .map(|(name, value)| match T::from_value(value) {
                    Ok(value) => Ok((N::from(name), value)),
                    Err(wrong) => Err(wrong.in_entry(name)),
                })
                .collect(),
            other => Err(Mismatch::type_of(other, "object")),
        }
    }
}

impl<N: AsRef<str>, T: ToValue> ToValue for BTreeMap<N, T> {
    fn to_value(&self) -> Value {
        Value::object(
            self.iter()
                .map(|(name, value)| (name.as_ref(), value.to_value())),
        )
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self.is_empty() && default.is_empty()
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const NAME: &'static str = T::NAME;
    const REQUIRED: bool = false;

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }

    fn is_hidden(&self, default: &Self) -> bool {
        match (self, default) {
            (None, None) => true,
            (Some(value), Some(default)) => value.is_hidden(default),
            _ => false,
        }
    }
}
