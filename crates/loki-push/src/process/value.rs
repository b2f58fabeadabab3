//! Extracted values and how they become text: as in Go, so that a label or a comparison has the same text as in Alloy.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value as Json;

use super::text::is_stray;

/// A value in the extracted map.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// There, and nothing: what a JSON expression that finds nothing leaves.
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// An array or an object.
    Json(Json),
}

// === impl Value ===

impl Value {
    pub(super) fn from_json(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(truth),
            Json::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Self::Text(text),
            other => Self::Json(other),
        }
    }

    /// As text; None for null.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Number(number) => Cow::Owned(go_float(*number)),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Json(json) => Cow::Owned(go_json(json)),
        })
    }
}

/// A float as Go's `strconv.FormatFloat(x, 'f', -1, 64)` writes it.
pub(super) fn go_float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    // Rust writes the shortest digits that give the number back, without exponent: the same.
    format!("{number}")
}

/// JSON as Go's encoder writes it: HTML characters escaped, large and small numbers with exponents.
pub(super) fn go_json(json: &Json) -> String {
    let mut out = String::new();
    write_json(json, &mut out);
    out
}

fn write_json(json: &Json, out: &mut String) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Json::Number(number) => out.push_str(&json_number(number.as_f64().unwrap_or_default())),
        Json::String(text) => write_json_string(text, out),
        Json::Array(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(value, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json_string(name, out);
                out.push(':');
                write_json(value, out);
            }
            out.push('}');
        }
    }
}

fn json_number(number: f64) -> String {
    let size = number.abs();
    if number != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        if let Some((digits, exponent)) = text.split_once('e') {
            let (sign, exponent) = match exponent.strip_prefix('-') {
                Some(exponent) => ('-', exponent),
                None => ('+', exponent),
            };
            return format!("{digits}e{sign}{exponent:0>2}");
        }
    }
    go_float(number)
}

/// A string as Go's JSON encoder writes it.
pub(super) fn write_json_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            c if is_stray(c) => out.push_str("\\ufffd"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\x1f' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
