//! What a YAML scalar stands for.
//!
//! Plain text is null, a truth value, a number or a point in time if it looks like one. `yes` and `no` are text. Integers
//! may have a sign, underscores, and the prefixes `0x`, `0o`, `0b` or a mere `0` for octal.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use saphyr_parser::ScalarStyle;

use super::super::{CallError, ELEMENT};
use super::{Node, timestamp};
use crate::value::{Number, Value};

/// The node of a scalar, given the name of its tag.
pub(super) fn node(text: &str, style: ScalarStyle, tag: Option<&str>) -> Result<Node, CallError> {
    let is_plain = style == ScalarStyle::Plain;
    let value = match tag {
        None if is_plain => plain(text),
        None | Some("str" | "other") => Value::from(text),
        Some("binary") => binary(text)?,
        Some(tag) => tagged(text, tag)?,
    };
    let cost = ELEMENT + text.len();
    let is_merge = (is_plain && tag.is_none() || tag == Some("merge")) && text == "<<";
    Ok(Node {
        value,
        cost,
        is_merge,
    })
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::from(true),
        "false" | "False" | "FALSE" => Value::from(false),
        _ => timestamp::as_rfc3339(text)
            .map(Value::from)
            .or_else(|| number(text).map(Value::Number))
            .unwrap_or_else(|| Value::from(text)),
    }
}

fn tagged(text: &str, tag: &str) -> Result<Value, CallError> {
    let value = plain(text);
    let value = match (tag, &value) {
        ("null", Value::Null)
        | ("bool", Value::Bool(_))
        | ("int", Value::Number(Number::Int(_) | Number::Uint(_))) => Some(value),
        ("float", Value::Number(number)) => Some(Value::from(number.to_f64())),
        ("timestamp", Value::String(_)) => timestamp::as_rfc3339(text).map(Value::from),
        ("null" | "bool" | "int" | "float" | "timestamp", _) => None,
        _ => Some(Value::from(text)),
    };
    value.ok_or_else(|| CallError::Failed(format!("{text:?} cannot be read as !!{tag}")))
}

fn binary(text: &str) -> Result<Value, CallError> {
    let bytes = BASE64_STANDARD
        .decode(text.split_ascii_whitespace().collect::<String>())
        .map_err(|_| CallError::Failed("the text tagged !!binary is not base64".into()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Value::from(text)),
        Err(error) => Ok(Value::Bytes(error.into_bytes().into())),
    }
}

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let special = match text.trim_start_matches(['+', '-']) {
        ".inf" | ".Inf" | ".INF" => Some(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if text.starts_with('.') => Some(f64::NAN),
        _ => None,
    };
    if let Some(special) = special {
        return Some(Number::Float(if text.starts_with('-') {
            -special
        } else {
            special
        }));
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| float(&digits))
}

fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.split_at_checked(2) {
        Some(("0x", digits)) => (digits, 16),
        Some(("0o", digits)) => (digits, 8),
        Some(("0b", digits)) => (digits, 2),
        _ => match lower.strip_prefix('0') {
            Some(digits) if !digits.is_empty() => (digits, 8),
            _ => (lower.as_str(), 10),
        },
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        0_i64.checked_sub_unsigned(value).map(Number::Int)
    } else {
        Some(i64::try_from(value).map_or(Number::Uint(value), Number::Int))
    }
}

fn float(text: &str) -> Option<Number> {
    let digits = text.trim_start_matches(['+', '-']);
    let signs = text.len() - digits.len();
    let decimal = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    (signs <= 1 && decimal && starts).then(|| text.parse().ok().map(Number::Float))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        format!("{:?}", plain(text))
    }

    #[test]
    fn numbers_look_like_numbers_and_nothing_else_does() {
        for (text, value) in [
            ("12", "Int(12)"),
            ("+12", "Int(12)"),
            ("-0x1f", "Int(-31)"),
            ("1_000", "Int(1000)"),
            ("0b101", "Int(5)"),
            ("08", "Float(8.0)"),
            ("-9223372036854775808", "Int(-9223372036854775808)"),
            ("18446744073709551616", "Float(1.8446744073709552e19)"),
            (".5", "Float(0.5)"),
            ("-.inf", "Float(-inf)"),
        ] {
            assert_eq!(shown(text), format!("Number({value})"), "{text}");
        }
        for text in [
            "1.2.3",
            "--1",
            "0x",
            "1e",
            "yes",
            "No",
            "-",
            ".",
            "1 2",
            "127.0.0.1",
            "0o8",
            "+-1",
        ] {
            assert_eq!(shown(text), format!("String({text:?})"));
        }
    }
}
