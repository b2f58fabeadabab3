//! `encoding.*`: base64, JSON, YAML and URL query escapes.

use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Builtin, Call, CallError, ELEMENT, json, yaml};
use crate::value::Value;

pub(super) static FUNCTIONS: &[&Builtin] = &[
    &Builtin::new("encoding.from_URLbase64", 1..=1, |call| {
        from_base64(call, &URL)
    }),
    &Builtin::new("encoding.from_base64", 1..=1, |call| {
        from_base64(call, &STANDARD)
    }),
    &Builtin::new("encoding.from_json", 1..=1, json::from_json),
    &Builtin::new("encoding.from_yaml", 1..=1, yaml::from_yaml),
    &Builtin::new("encoding.to_URLbase64", 1..=1, |call| to_base64(call, &URL)),
    &Builtin::new("encoding.to_base64", 1..=1, |call| {
        to_base64(call, &STANDARD)
    }),
    &Builtin::new("encoding.to_json", 1..=1, json::to_json),
    &Builtin::new("encoding.url_decode", 1..=1, url_decode),
    &Builtin::new("encoding.url_encode", 1..=1, url_encode),
];

/// Padding is needed; bits beyond the last byte may be anything.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
static STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
static URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// What stands for itself in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

fn from_base64(call: &mut Call<'_>, engine: &GeneralPurpose) -> Result<Value, CallError> {
    let text: String = call.get(0)?;
    let text = text.replace(['\r', '\n'], "");
    let bytes = engine.decode(text).map_err(|error| {
        CallError::Failed(format!(
            "the text is not base64 with padding: {}",
            lower_first(&error.to_string())
        ))
    })?;
    call.spend(bytes.len())?;
    Ok(Value::Bytes(bytes.into()))
}

fn to_base64(call: &mut Call<'_>, engine: &GeneralPurpose) -> Result<Value, CallError> {
    let encoded = match call.arguments {
        [Value::Bytes(bytes)] => engine.encode(bytes),
        _ => engine.encode(&*call.get::<Arc<str>>(0)?),
    };
    call.text(encoded)
}

fn url_encode(call: &mut Call<'_>) -> Result<Value, CallError> {
    let text: Arc<str> = call.get(0)?;
    let encoded = utf8_percent_encode(&text, QUERY).to_string();
    // A plus sign in the text was escaped, so every escaped space can become one.
    call.text(encoded.replace("%20", "+"))
}

fn url_decode(call: &mut Call<'_>) -> Result<Value, CallError> {
    let text: String = call.get(0)?;
    for (at, _) in text.match_indices('%') {
        let code = text.as_bytes().get(at + 1..at + 3);
        if !code.is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit)) {
            let shown: String = text.get(at..).unwrap_or_default().chars().take(3).collect();
            return Err(CallError::Failed(format!(
                "{shown:?} is not an escape of two hexadecimal digits"
            )));
        }
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let decoded = decoded
        .map_err(|_| CallError::Failed("the escapes make bytes that are not UTF-8 text".into()))?;
    call.text(decoded.into_owned())
}

/// An error text of a library in the form of ours.
pub(super) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_ascii_lowercase());
    first
        .into_iter()
        .chain(letters)
        .collect::<String>()
        .trim_end_matches('.')
        .to_owned()
}

/// What a decoded document costs of the budget.
pub(super) fn cost(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + ELEMENT,
        Value::Array(elements) => elements.iter().map(cost).sum::<usize>() + ELEMENT,
        Value::Object(object) => {
            object
                .iter()
                .map(|(name, value)| name.len() + cost(value))
                .sum::<usize>()
                + ELEMENT
        }
        _ => ELEMENT,
    }
}
