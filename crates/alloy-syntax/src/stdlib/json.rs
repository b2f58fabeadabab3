//! JSON: all numbers are floats when read; objects are written ordered by name, with `<`, `>` and `&` escaped.

use std::sync::Arc;

use serde_json::Value as Json;

use super::encoding::{cost, lower_first};
use super::{Call, CallError};
use crate::convert::Mismatch;
use crate::go::float;
use crate::value::{Number, Value};

pub(super) fn from_json(call: &mut Call<'_>) -> Result<Value, CallError> {
    let text: Arc<str> = call.get(0)?;
    let json: Json = serde_json::from_str(&text).map_err(|error| {
        CallError::Failed(format!(
            "not valid JSON: {}",
            lower_first(&error.to_string())
        ))
    })?;
    let value = value_of(json);
    call.spend(cost(&value))?;
    Ok(value)
}

fn value_of(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::from(value),
        Json::Number(number) => Value::from(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::from(text),
        Json::Array(elements) => Value::array(elements.into_iter().map(value_of)),
        Json::Object(entries) => Value::object(
            entries
                .into_iter()
                .map(|(name, value)| (name, value_of(value))),
        ),
    }
}

pub(super) fn to_json(call: &mut Call<'_>) -> Result<Value, CallError> {
    let value = call.arguments.first().unwrap_or(&Value::Null);
    if !matches!(value, Value::Object(_)) {
        return Err(CallError::Failed(format!(
            "only an object can be written as JSON, found {}",
            value.describe()
        )));
    }
    let mut out = String::new();
    write(value, &mut out, call.budget).map_err(|failure| match failure {
        Failure::Mismatch(wrong) => CallError::Argument(0, wrong),
        Failure::Cannot(why) => CallError::Failed(why),
        Failure::TooLarge => CallError::TooLarge,
    })?;
    call.text(out)
}

enum Failure {
    Mismatch(Mismatch),
    Cannot(String),
    TooLarge,
}

// === impl Failure ===

impl Failure {
    fn within(self, step: impl FnOnce(Mismatch) -> Mismatch) -> Self {
        match self {
            Self::Mismatch(wrong) => Self::Mismatch(step(wrong)),
            other => other,
        }
    }
}

fn write(value: &Value, out: &mut String, limit: usize) -> Result<(), Failure> {
    if out.len() > limit {
        return Err(Failure::TooLarge);
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(Number::Float(number)) if !number.is_finite() => {
            return Err(Failure::Cannot(format!(
                "JSON has no number {}",
                float::general(*number, None)
            )));
        }
        Value::Number(number) => out.push_str(&number_text(*number)),
        Value::String(text) => write_text(text, out),
        Value::Array(_) | Value::Bytes(_) => {
            out.push('[');
            for (at, element) in value.elements().unwrap_or_default().iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write(element, out, limit)
                    .map_err(|failure| failure.within(|wrong| wrong.in_element(at)))?;
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (at, (name, value)) in object.sorted().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_text(name, out);
                out.push(':');
                write(value, out, limit)
                    .map_err(|failure| failure.within(|wrong| wrong.in_entry(name)))?;
            }
            out.push('}');
        }
        Value::OptionalSecret(text) if !text.is_secret() => {
            out.push_str("{\"IsSecret\":false,\"Value\":");
            write_text(text.reveal(), out);
            out.push('}');
        }
        Value::Secret(_) | Value::OptionalSecret(_) => {
            return Err(Failure::Mismatch(Mismatch::secret()));
        }
        Value::Function(_) | Value::Capsule(_) => {
            return Err(Failure::Cannot(format!(
                "a {} cannot be written as JSON",
                value.describe()
            )));
        }
    }
    Ok(())
}

fn number_text(number: Number) -> String {
    let Number::Float(value) = number else {
        return number.to_text();
    };
    if value != 0.0 && (value.abs() < 1e-6 || value.abs() >= 1e21) {
        // A single digit of a negative exponent stands alone: 1e-7, but 1e+21.
        float::exponent(value, None).replace("e-0", "e-")
    } else {
        float::fixed(value, None)
    }
}

fn write_text(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..'\u{20}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
