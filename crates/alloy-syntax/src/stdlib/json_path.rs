//! `json_path`: the parts of a JSON document that a path selects.
//!
//! A path starts at `$` (or at once with a name) and goes on with `.name`, `['name']`, `[index]`, `[from:to:step]`,
//! `[*]`, `.*`, `..` before any of these, several of them in one bracket, and filters `[?(@.a > 2 && @.b == 'x')]`. What
//! a path does not find is left out. Members of an object come in the order of their names.
//!
//! It is not: able to sort, to calculate in filters, or to match them against regular expressions.

mod parse;
mod select;

use std::sync::Arc;

use serde_json::Value as Json;

use super::encoding::{cost, lower_first};
use super::{Builtin, Call, CallError, ELEMENT};
use crate::value::Value;

pub(super) static JSON_PATH: Builtin = Builtin::new("json_path", 2..=2, json_path);

/// A step from values to some of what they hold.
enum Step {
    /// What any of the selectors selects.
    Select(Vec<Selector>),
    /// The value and all that it holds, however deep.
    Descend,
}

enum Selector {
    Name(String),
    Index(i64),
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        step: i64,
    },
    All,
    Filter(Filter),
}

enum Filter {
    Any(Vec<Filter>),
    Every(Vec<Filter>),
    Not(Box<Filter>),
    Compare(Operand, Comparison, Operand),
    /// A path that leads somewhere, and not to `false`.
    Holds(Operand),
}

enum Operand {
    /// From the element at hand, or from the root.
    Path {
        from_root: bool,
        steps: Vec<Step>,
    },
    Constant(Json),
}

#[derive(Clone, Copy)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

fn json_path(call: &mut Call<'_>) -> Result<Value, CallError> {
    let (text, path): (Arc<str>, Arc<str>) = (call.get(0)?, call.get(1)?);
    let steps = parse::path(&path).map_err(CallError::Failed)?;
    // Empty text is an empty document.
    let json: Json = if text.trim().is_empty() {
        Json::Null
    } else {
        let wrong = |error: serde_json::Error| {
            CallError::Failed(format!(
                "not valid JSON: {}",
                lower_first(&error.to_string())
            ))
        };
        serde_json::from_str(&text).map_err(wrong)?
    };
    let found = select::select(&json, &steps, call.budget / ELEMENT)
        .map_err(|select::TooMany| CallError::TooLarge)?;
    let mut values = Vec::with_capacity(found.len());
    for json in found {
        let value = value_of(json);
        call.spend(cost(&value))?;
        values.push(value);
    }
    Ok(Value::array(values))
}

/// Integers stay integers, unlike those that `from_json` reads; one too large for 64 bits is shown as text.
fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(value), ..) => Value::from(value),
            (None, Some(value), _) => Value::from(value.to_string()),
            (None, None, value) => Value::from(value.unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(elements) => Value::array(elements.iter().map(value_of)),
        Json::Object(entries) => Value::object(
            entries
                .iter()
                .map(|(name, value)| (name.as_str(), value_of(value))),
        ),
    }
}
