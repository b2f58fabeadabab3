//! What the component API shows of arguments and exports: names, types and values, secrets masked.
//!
//! The shape is that of `GET /api/v0/web/components/ID`, which tools already read.

use serde_json::{Value as Json, json};

use crate::url_password;
use crate::value::MASK;
use crate::{Number, ToValue, Value};

/// An attribute or block as the component API shows it.
#[derive(Clone, Debug)]
pub enum Encoded {
    /// An attribute.
    Attribute {
        /// Its name.
        name: Box<str>,
        /// Its value.
        value: Value,
    },
    /// A block.
    Block {
        /// Its name.
        name: Box<str>,
        /// Its label.
        label: Option<Box<str>>,
        /// What it holds.
        body: Vec<Encoded>,
    },
}

// === impl Encoded ===

impl Encoded {
    /// An attribute.
    pub fn attribute(name: impl Into<Box<str>>, value: Value) -> Self {
        Self::Attribute {
            name: name.into(),
            value,
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Attribute { name, value } => {
                json!({"name": name, "type": "attr", "value": value_to_json(value)})
            }
            Self::Block { name, label, body } => {
                let body: Vec<Json> = body.iter().map(Self::to_json).collect();
                match label {
                    Some(label) => {
                        json!({"name": name, "type": "block", "label": label, "body": body})
                    }
                    None => json!({"name": name, "type": "block", "body": body}),
                }
            }
        }
    }
}

impl PartialEq for Encoded {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Attribute { name, value },
                Self::Attribute {
                    name: other,
                    value: that,
                },
            ) => name == other && value.equals(that),
            (
                Self::Block { name, label, body },
                Self::Block {
                    name: other,
                    label: that,
                    body: those,
                },
            ) => name == other && label == that && body == those,
            _ => false,
        }
    }
}

/// Adds an attribute, unless it equals what need not be shown.
#[doc(hidden)]
pub fn encode_attribute<T: ToValue>(
    value: &T,
    default: Option<T>,
    name: &'static str,
    out: &mut Vec<Encoded>,
) {
    if default.is_none_or(|default| !value.is_hidden(&default)) {
        out.push(Encoded::attribute(name, value.to_value()));
    }
}

/// A value with its type, as the component API shows it.
pub fn value_to_json(value: &Value) -> Json {
    let shown = match value {
        Value::Null => return json!({"type": "null"}),
        Value::Number(number) => number_to_json(*number),
        Value::String(text) => json!(url_password::hide(text)),
        Value::Bool(value) => json!(value),
        Value::Array(elements) => elements.iter().map(value_to_json).collect(),
        Value::Bytes(_) => value
            .elements()
            .iter()
            .flat_map(|e| e.iter())
            .map(value_to_json)
            .collect(),
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| json!({"key": &**name, "value": value_to_json(value)}))
            .collect(),
        Value::Function(_) => json!("function"),
        Value::Secret(_) => json!(MASK),
        Value::OptionalSecret(text) => match text.shown() {
            Some(text) => json!(crate::go::quote(text, false)),
            None => json!(MASK),
        },
        Value::Capsule(capsule) => json!(capsule.text()),
    };
    json!({"type": value.type_of().to_string(), "value": shown})
}

/// Numbers are shown as floats show themselves; what JSON cannot hold is `null`.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn number_to_json(number: Number) -> Json {
    let value = number.to_f64();
    if value.fract() == 0.0 && value.abs() < 9e18 {
        json!(value as i64)
    } else {
        json!(value)
    }
}
