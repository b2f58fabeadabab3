//! What templates calculate with.

use serde_json::Value as Json;

use super::number::float_text;
use crate::process::value::go_json;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::process) enum T {
    /// No value: a key that is not there.
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<T>),
    /// Sorted by name.
    Map(Vec<(String, T)>),
}

// === impl T ===

impl T {
    pub(in crate::process) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A map of `members`; of several of one name the last counts.
    pub(in crate::process) fn map(members: impl IntoIterator<Item = (String, T)>) -> Self {
        let mut all: Vec<(String, T)> = Vec::new();
        for (name, value) in members {
            match all.binary_search_by(|(known, _)| known.as_str().cmp(&name)) {
                Ok(at) => {
                    if let Some((_, known)) = all.get_mut(at) {
                        *known = value;
                    }
                }
                Err(at) => all.insert(at, (name, value)),
            }
        }
        Self::Map(all)
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(truth) => *truth,
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(values) => !values.is_empty(),
            Self::Map(members) => !members.is_empty(),
        }
    }

    /// As an action prints it.
    pub(super) fn print(&self, out: &mut String) {
        match self {
            Self::Nil => out.push_str("<no value>"),
            Self::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Self::Int(number) => out.push_str(&number.to_string()),
            Self::Float(number) => out.push_str(&float_text(*number)),
            Self::Text(text) => out.push_str(text),
            Self::List(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    value.print_inner(out);
                }
                out.push(']');
            }
            Self::Map(members) => {
                out.push_str("map[");
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    out.push_str(name);
                    out.push(':');
                    value.print_inner(out);
                }
                out.push(']');
            }
        }
    }

    fn print_inner(&self, out: &mut String) {
        match self {
            Self::Nil => out.push_str("<nil>"),
            other => other.print(out),
        }
    }

    /// The printed form.
    pub(super) fn printed(&self) -> String {
        let mut out = String::new();
        self.print_inner(&mut out);
        out
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "invalid",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "slice",
            Self::Map(_) => "map",
        }
    }

    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            other => other.kind(),
        }
    }

    pub(super) fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Nil,
            Json::Bool(truth) => Self::Bool(*truth),
            Json::Number(number) => Self::Float(number.as_f64().unwrap_or_default()),
            Json::String(text) => Self::text(text.as_str()),
            Json::Array(values) => Self::List(values.iter().map(Self::from_json).collect()),
            Json::Object(members) => {
                Self::map(members.iter().map(|(n, v)| (n.clone(), Self::from_json(v))))
            }
        }
    }

    pub(super) fn to_json(&self) -> Json {
        match self {
            Self::Nil => Json::Null,
            Self::Bool(truth) => Json::Bool(*truth),
            Self::Int(number) => Json::from(*number),
            Self::Float(number) => Json::from(*number),
            Self::Text(text) => Json::from(text.as_str()),
            Self::List(values) => values.iter().map(Self::to_json).collect(),
            Self::Map(members) => Json::Object(
                members
                    .iter()
                    .map(|(n, v)| (n.clone(), v.to_json()))
                    .collect(),
            ),
        }
    }

    pub(super) fn json_text(&self) -> String {
        go_json(&self.to_json())
    }
}
