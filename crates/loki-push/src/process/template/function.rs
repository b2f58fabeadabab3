//! Go's own functions and Alloy's.

use std::fmt::Write as _;

use outpost_model::GoRegex;
use sha2::{Digest as _, Sha256};
use sha3::Sha3_256;

use super::expand::replace_all;
use super::printf::printf;
use super::sprig;
use super::value::T;

/// A mistake at run time: the template yields nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failed;

pub(super) type Outcome = Result<T, Failed>;

/// Names of the functions here.
const OWN: [&str; 32] = [
    "and",
    "or",
    "not",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "len",
    "index",
    "print",
    "printf",
    "println",
    "html",
    "js",
    "urlquery",
    "ToLower",
    "ToUpper",
    "Replace",
    "Trim",
    "TrimLeft",
    "TrimRight",
    "TrimPrefix",
    "TrimSuffix",
    "TrimSpace",
    "Hash",
    "Sha2Hash",
    "regexReplaceAll",
    "regexReplaceAllLiteral",
    "slice",
    "call",
];

/// Whether a template may call it.
pub(super) fn is_known(name: &str) -> bool {
    OWN.contains(&name) || sprig::NAMES.contains(&name)
}

/// Calls a function.
pub(super) fn call(name: &str, arguments: &[T]) -> Outcome {
    use T::{Bool, Int, Text};
    Ok(match (name, arguments) {
        ("not", [value]) => Bool(!value.is_true()),
        ("eq", [first, rest @ ..]) if !rest.is_empty() => {
            let mut equal = false;
            for other in rest {
                equal |= equals(first, other)?;
            }
            Bool(equal)
        }
        ("ne", [a, b]) => Bool(!equals(a, b)?),
        ("lt", [a, b]) => Bool(order(a, b)?.is_lt()),
        ("le", [a, b]) => Bool(order(a, b)?.is_le()),
        ("gt", [a, b]) => Bool(order(a, b)?.is_gt()),
        ("ge", [a, b]) => Bool(order(a, b)?.is_ge()),
        ("len", [value]) => Int(length(value)?),
        ("index", [value, keys @ ..]) => index(value, keys)?,
        ("print", values) => Text(print(values, false)),
        ("println", values) => Text(print(values, true) + "\n"),
        ("printf", [Text(format), values @ ..]) => Text(printf(format, values)),
        ("html", values) => Text(html(&print(values, false))),
        ("js", values) => Text(js(&print(values, false))),
        ("urlquery", values) => Text(url_query(&print(values, false))),
        ("ToLower", [Text(text)]) => Text(lower(text)),
        ("ToUpper", [Text(text)]) => Text(upper(text)),
        ("Replace", [Text(text), Text(old), Text(new), Int(count)]) => {
            Text(match usize::try_from(*count) {
                Ok(count) => text.replacen(old.as_str(), new, count),
                Err(_) => text.replace(old.as_str(), new),
            })
        }
        ("Trim", [Text(text), Text(set)]) => T::text(text.trim_matches(|c| set.contains(c))),
        ("TrimLeft", [Text(text), Text(set)]) => {
            T::text(text.trim_start_matches(|c| set.contains(c)))
        }
        ("TrimRight", [Text(text), Text(set)]) => {
            T::text(text.trim_end_matches(|c| set.contains(c)))
        }
        ("TrimPrefix", [Text(text), Text(prefix)]) => {
            T::text(text.strip_prefix(prefix.as_str()).unwrap_or(text))
        }
        ("TrimSuffix", [Text(text), Text(suffix)]) => {
            T::text(text.strip_suffix(suffix.as_str()).unwrap_or(text))
        }
        ("TrimSpace", [Text(text)]) => T::text(text.trim()),
        ("Hash", [Text(salt), Text(text)]) => Text(hex(&Sha3_256::new()
            .chain_update(salt)
            .chain_update(text)
            .finalize())),
        ("Sha2Hash", [Text(salt), Text(text)]) => Text(hex(&Sha256::new()
            .chain_update(salt)
            .chain_update(text)
            .finalize())),
        ("regexReplaceAll", [Text(regex), Text(text), Text(new)]) => {
            Text(replace(regex, text, new, false)?)
        }
        ("regexReplaceAllLiteral", [Text(regex), Text(text), Text(new)]) => {
            Text(replace(regex, text, new, true)?)
        }
        (name, arguments) => return sprig::call(name, arguments),
    })
}

fn replace(regex: &str, text: &str, new: &str, literal: bool) -> Result<String, Failed> {
    let regex = GoRegex::new(regex).map_err(|_| Failed)?;
    Ok(replace_all(&regex, text, new, literal))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn equals(a: &T, b: &T) -> Result<bool, Failed> {
    match (a, b) {
        (T::Nil, other) | (other, T::Nil) => Ok(*other == T::Nil),
        (T::Bool(_), T::Bool(_))
        | (T::Int(_), T::Int(_))
        | (T::Float(_), T::Float(_))
        | (T::Text(_), T::Text(_)) => Ok(a == b),
        _ => Err(Failed),
    }
}

fn order(a: &T, b: &T) -> Result<std::cmp::Ordering, Failed> {
    match (a, b) {
        (T::Int(a), T::Int(b)) => Ok(a.cmp(b)),
        (T::Float(a), T::Float(b)) => a.partial_cmp(b).ok_or(Failed),
        (T::Text(a), T::Text(b)) => Ok(a.cmp(b)),
        _ => Err(Failed),
    }
}

fn length(value: &T) -> Result<i64, Failed> {
    let length = match value {
        T::Text(text) => text.len(),
        T::List(values) => values.len(),
        T::Map(members) => members.len(),
        _ => return Err(Failed),
    };
    i64::try_from(length).map_err(|_| Failed)
}

fn index(value: &T, keys: &[T]) -> Outcome {
    keys.iter()
        .try_fold(value.clone(), |value, key| match (value, key) {
            (T::List(values), T::Int(at)) => {
                let at = usize::try_from(*at).map_err(|_| Failed)?;
                values.into_iter().nth(at).ok_or(Failed)
            }
            (T::Text(text), T::Int(at)) => {
                let at = usize::try_from(*at).map_err(|_| Failed)?;
                text.as_bytes()
                    .get(at)
                    .map(|byte| T::Int(i64::from(*byte)))
                    .ok_or(Failed)
            }
            (T::Map(members), T::Text(name)) => Ok(members
                .into_iter()
                .find(|(known, _)| known == name)
                .map_or(T::Nil, |(_, value)| value)),
            _ => Err(Failed),
        })
}

/// As `fmt.Sprint`: blanks between neighbours that are both no text. With `always`, between all.
fn print(values: &[T], always: bool) -> String {
    let mut out = String::new();
    let mut before_was_text = true;
    for (at, value) in values.iter().enumerate() {
        let is_text = matches!(value, T::Text(_));
        if at > 0 && (always || (!is_text && !before_was_text)) {
            out.push(' ');
        }
        out.push_str(&value.printed());
        before_was_text = is_text;
    }
    out
}

/// Go changes character by character, so no character becomes two.
fn lower(text: &str) -> String {
    text.chars().map(|c| one(c, c.to_lowercase())).collect()
}

fn upper(text: &str) -> String {
    text.chars().map(|c| one(c, c.to_uppercase())).collect()
}

fn one(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(mapped), None) => mapped,
        // Of the dotted capital I only the letter stays.
        (Some('i'), Some(_)) => 'i',
        _ => c,
    }
}

fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' | '\0'..='\x1f' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

pub(super) fn url_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
