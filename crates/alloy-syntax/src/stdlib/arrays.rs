//! `array.*` and `coalesce`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Builtin, Call, CallError, ELEMENT};
use crate::convert::{Mismatch, text_of};
use crate::value::{Number, Object, Value};

pub(super) static FUNCTIONS: &[&Builtin] = &[
    &Builtin::new("array.combine_maps", 3..=4, combine_maps),
    &Builtin::new("array.concat", 0..=usize::MAX, concat),
    &Builtin::new("array.group_by", 3..=3, group_by),
];

pub(super) static COALESCE: Builtin =
    Builtin::new("coalesce", 0..=usize::MAX, |call| Ok(coalesce(call)));

/// The first argument that is not empty, else the last one.
fn coalesce(call: &Call<'_>) -> Value {
    let full = call.arguments.iter().find(|value| !is_empty(value));
    full.or(call.arguments.last())
        .cloned()
        .unwrap_or(Value::Null)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Number(number) => number.equals(Number::Int(0)),
        Value::String(text) => text.is_empty(),
        Value::Bool(value) => !value,
        Value::Array(elements) => elements.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Secret(secret) => secret.reveal().is_empty(),
        Value::OptionalSecret(text) => text.reveal().is_empty() && !text.is_secret(),
        Value::Function(_) | Value::Capsule(_) => false,
    }
}

/// The elements of an argument that must be an array. `null` is none.
fn elements(call: &Call<'_>, at: usize) -> Result<Arc<[Value]>, CallError> {
    let value = call.arguments.get(at).unwrap_or(&Value::Null);
    value
        .elements()
        .ok_or_else(|| CallError::Argument(at, Mismatch::type_of(value, "array")))
}

/// The elements of an argument that must be an array of objects.
fn objects(call: &Call<'_>, at: usize) -> Result<Vec<Object>, CallError> {
    let objects = elements(call, at)?;
    let objects = objects
        .iter()
        .enumerate()
        .map(|(index, element)| match element {
            Value::Object(object) => Ok(object.clone()),
            other => {
                let wrong = Mismatch::type_of(other, "object").in_element(index);
                Err(CallError::Argument(at, wrong))
            }
        });
    objects.collect()
}

fn truth(call: &Call<'_>, at: usize) -> Result<bool, CallError> {
    match call.arguments.get(at) {
        None => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(other) => Err(CallError::Argument(at, Mismatch::type_of(other, "bool"))),
    }
}

fn concat(call: &mut Call<'_>) -> Result<Value, CallError> {
    let parts: Vec<Arc<[Value]>> = (0..call.arguments.len())
        .map(|at| elements(call, at))
        .collect::<Result<_, _>>()?;
    let length: usize = parts.iter().map(|part| part.len()).sum();
    call.spend(length.saturating_mul(ELEMENT))?;
    Ok(Value::array(
        parts.iter().flat_map(|part| part.iter().cloned()),
    ))
}

/// Joins maps of two lists that agree in the named entries; entries of the right one win.
///
/// With `passthrough`, a left map comes out once for every right one that it does not agree with.
fn combine_maps(call: &mut Call<'_>) -> Result<Value, CallError> {
    let (left, right) = (objects(call, 0)?, objects(call, 1)?);
    let conditions = elements(call, 2)?;
    if conditions.is_empty() {
        let why = "at least one name is needed to join the maps by";
        return Err(CallError::Argument(2, Mismatch::invalid(why)));
    }
    let names: Vec<&Arc<str>> = conditions
        .iter()
        .enumerate()
        .map(|(at, name)| match name {
            Value::String(name) => Ok(name),
            other => Err(CallError::Argument(
                2,
                Mismatch::type_of(other, "string").in_element(at),
            )),
        })
        .collect::<Result<_, _>>()?;
    let passthrough = truth(call, 3)?;
    let keys = |object: &Object| -> Option<Vec<String>> {
        names.iter().map(|name| object.get(name).map(key)).collect()
    };
    let mut by_key: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for (at, object) in right.iter().enumerate() {
        if let Some(key) = keys(object) {
            by_key.entry(key).or_default().push(at);
        }
    }
    let mut combined = Vec::new();
    for object in &left {
        let matches = keys(object)
            .and_then(|key| by_key.get(&key))
            .map_or(&[][..], Vec::as_slice);
        let mut matches = matches.iter().copied().peekable();
        let outcomes: Vec<Option<usize>> = if passthrough {
            call.spend(right.len().saturating_mul(ELEMENT))?;
            (0..right.len()).map(|at| matches.next_if_eq(&at)).collect()
        } else {
            matches.map(Some).collect()
        };
        for outcome in outcomes {
            let with = outcome.and_then(|at| right.get(at));
            call.spend((object.len() + with.map_or(0, Object::len) + 1).saturating_mul(ELEMENT))?;
            combined.push(match with {
                Some(with) => merged(object, with),
                None => Value::Object(object.clone()),
            });
        }
    }
    Ok(Value::array(combined))
}

fn merged(left: &Object, right: &Object) -> Value {
    Value::object(
        left.iter()
            .chain(right.iter())
            .map(|(name, value)| (Arc::clone(name), value.clone())),
    )
}

/// Text that is equal for equal values of one kind: 1 and 1.0 differ, and so do 1 and "1".
fn key(value: &Value) -> String {
    match value {
        Value::Number(Number::Uint(value)) if i64::try_from(*value).is_ok() => {
            format!("Number(Int({value}))")
        }
        Value::Object(object) => {
            let entries: Vec<String> = object
                .sorted()
                .map(|(name, value)| format!("{name:?}: {}", key(value)))
                .collect();
            format!("Object({})", entries.join(", "))
        }
        Value::Array(_) | Value::Bytes(_) => {
            let elements: Vec<String> = value
                .elements()
                .unwrap_or_default()
                .iter()
                .map(key)
                .collect();
            format!("Array({})", elements.join(", "))
        }
        Value::Secret(secret) => format!("Secret({:?})", secret.reveal()),
        Value::OptionalSecret(text) => {
            format!("OptionalSecret({:?}, {})", text.reveal(), text.is_secret())
        }
        other => format!("{other:?}"),
    }
}

/// Gathers maps by the text of one entry, groups in the order in which they first appear.
fn group_by(call: &mut Call<'_>) -> Result<Value, CallError> {
    let maps = objects(call, 0)?;
    let name = match call.arguments.get(1) {
        Some(Value::String(name)) => Arc::clone(name),
        other => {
            let wrong = Mismatch::type_of(other.unwrap_or(&Value::Null), "string");
            return Err(CallError::Argument(1, wrong));
        }
    };
    let drop_missing = truth(call, 2)?;
    let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let mut groups: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
    for (at, map) in maps.iter().enumerate() {
        let group = match map.get(&name) {
            None if drop_missing => continue,
            None => "".into(),
            Some(value) => text_of(value)
                .map_err(|wrong| CallError::Argument(0, wrong.in_entry(&name).in_element(at)))?,
        };
        let place = *places.entry(Arc::clone(&group)).or_insert(groups.len());
        if place == groups.len() {
            groups.push((group, Vec::new()));
        }
        if let Some((_, members)) = groups.get_mut(place) {
            members.push(Value::Object(map.clone()));
        }
    }
    call.spend(maps.len().saturating_mul(2 * ELEMENT))?;
    Ok(Value::array(groups.into_iter().map(|(group, members)| {
        Value::object([
            (name.as_ref(), Value::String(group)),
            ("items", Value::array(members)),
        ])
    })))
}
