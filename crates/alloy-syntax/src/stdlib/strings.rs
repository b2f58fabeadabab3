//! `string.*`.

use std::sync::Arc;

use super::{Builtin, Call, CallError, ELEMENT};
use crate::convert::{Mismatch, text_of};
use crate::go::format::{Arg, sprintf};
use crate::value::{Number, Value};

pub(super) static FUNCTIONS: &[&Builtin] = &[
    &Builtin::new("string.format", 1..=usize::MAX, format),
    &Builtin::new("string.join", 2..=2, join),
    &Builtin::new("string.replace", 3..=3, replace),
    &Builtin::new("string.split", 2..=2, split),
    &Builtin::new("string.to_lower", 1..=1, |call| each_char(call, lower)),
    &Builtin::new("string.to_upper", 1..=1, |call| each_char(call, upper)),
    &Builtin::new("string.trim", 2..=2, trim),
    &Builtin::new("string.trim_prefix", 2..=2, trim_prefix),
    &Builtin::new("string.trim_space", 1..=1, trim_space),
    &Builtin::new("string.trim_suffix", 2..=2, trim_suffix),
];

type Text = Arc<str>;

fn format(call: &mut Call<'_>) -> Result<Value, CallError> {
    let format: Text = call.get(0)?;
    let arguments: Vec<Arg> = call
        .arguments
        .iter()
        .enumerate()
        .skip(1)
        .map(|(at, value)| printable(value).map_err(|wrong| CallError::Argument(at, wrong)))
        .collect::<Result<_, _>>()?;
    let text = sprintf(&format, &arguments, call.budget).ok_or(CallError::TooLarge)?;
    call.text(text)
}

/// A value as the formatter prints it. A secret is not printed.
pub(crate) fn printable(value: &Value) -> Result<Arg, Mismatch> {
    Ok(match value {
        Value::Null => Arg::Nil,
        Value::Bool(value) => Arg::Bool(*value),
        Value::Number(Number::Int(value)) => Arg::Int(*value),
        Value::Number(Number::Uint(value)) => {
            i64::try_from(*value).map_or(Arg::Uint(*value), Arg::Int)
        }
        Value::Number(Number::Float(value)) => Arg::Float(*value),
        Value::String(text) => Arg::Text(Arc::clone(text)),
        Value::Array(_) | Value::Bytes(_) => {
            let elements = value.elements().unwrap_or_default();
            let printed = elements
                .iter()
                .enumerate()
                .map(|(at, element)| printable(element).map_err(|wrong| wrong.in_element(at)));
            Arg::List(printed.collect::<Result<_, _>>()?)
        }
        Value::Object(object) => {
            let printed = object.sorted().map(|(name, value)| {
                let value = printable(value).map_err(|wrong| wrong.in_entry(name))?;
                Ok((Arc::clone(name), value))
            });
            Arg::Map(printed.collect::<Result<_, _>>()?)
        }
        Value::OptionalSecret(text) => match text.shown() {
            Some(shown) => Arg::Text(shown.into()),
            None => return Err(Mismatch::secret()),
        },
        Value::Secret(_) => return Err(Mismatch::secret()),
        Value::Function(function) => Arg::Opaque(function.name()),
        Value::Capsule(capsule) => Arg::Opaque(capsule.kind()),
    })
}

fn join(call: &mut Call<'_>) -> Result<Value, CallError> {
    let parts: Vec<Text> = call.get(0)?;
    let between: Text = call.get(1)?;
    let length: usize = parts.iter().map(|part| part.len()).sum();
    call.spend(length.saturating_add(between.len().saturating_mul(parts.len().saturating_sub(1))))?;
    Ok(Value::from(parts.join(&*between)))
}

fn replace(call: &mut Call<'_>) -> Result<Value, CallError> {
    let (text, old, new): (Text, Text, Text) = (call.get(0)?, call.get(1)?, call.get(2)?);
    let found = text.matches(&*old).count();
    call.spend(text.len().saturating_add(found.saturating_mul(new.len())))?;
    Ok(Value::from(text.replace(&*old, &new)))
}

fn split(call: &mut Call<'_>) -> Result<Value, CallError> {
    let (text, between): (Text, Text) = (call.get(0)?, call.get(1)?);
    let parts: Vec<&str> = if between.is_empty() {
        text.char_indices()
            .map(|(at, c)| text.get(at..at + c.len_utf8()).unwrap_or_default())
            .collect()
    } else {
        text.split(&*between).collect()
    };
    call.spend(
        text.len()
            .saturating_add(parts.len().saturating_mul(ELEMENT)),
    )?;
    Ok(Value::array(parts.into_iter().map(Value::from)))
}

fn each_char(call: &mut Call<'_>, map: fn(char) -> char) -> Result<Value, CallError> {
    let text: Text = call.get(0)?;
    let mapped: String = text.chars().map(map).collect();
    call.text(mapped)
}

/// The lower-case letter of a letter, where that is one letter; the dotted capital I gives a plain i.
fn lower(c: char) -> char {
    if c == 'İ' {
        'i'
    } else {
        only(c.to_lowercase()).unwrap_or(c)
    }
}

/// The upper-case letter of a letter, where that is one letter.
fn upper(c: char) -> char {
    // Greek letters with an iota below are written as two capitals, yet each also has a single one.
    let offset = match c {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => return only(c.to_uppercase()).unwrap_or(c),
    };
    char::from_u32(u32::from(c) + offset).unwrap_or(c)
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.next().is_none())
}

fn trim(call: &mut Call<'_>) -> Result<Value, CallError> {
    let (text, cut): (Text, Text) = (call.get(0)?, call.get(1)?);
    let mut letters: Vec<char> = cut.chars().collect();
    letters.sort_unstable();
    let trimmed = text
        .trim_matches(|c| letters.binary_search(&c).is_ok())
        .to_owned();
    call.text(trimmed)
}

fn trim_prefix(call: &mut Call<'_>) -> Result<Value, CallError> {
    let (text, prefix): (Text, Text) = (call.get(0)?, call.get(1)?);
    call.text(text.strip_prefix(&*prefix).unwrap_or(&text).to_owned())
}

fn trim_suffix(call: &mut Call<'_>) -> Result<Value, CallError> {
    let (text, suffix): (Text, Text) = (call.get(0)?, call.get(1)?);
    call.text(text.strip_suffix(&*suffix).unwrap_or(&text).to_owned())
}

fn trim_space(call: &mut Call<'_>) -> Result<Value, CallError> {
    let text = text_of(call.arguments.first().unwrap_or(&Value::Null))
        .map_err(|wrong| CallError::Argument(0, wrong))?;
    call.text(text.trim().to_owned())
}
