//! The functions of the community edition.

use super::eval::{Failed, Scope, run};
use super::node::{Data, Node};
use crate::process::value::{go_float, go_json};

type Outcome = Result<Data, Failed>;

/// Calls a function.
pub(super) fn call(name: &str, arguments: &[Node], current: &Data, scope: Scope<'_>) -> Outcome {
    if let Some(outcome) = with_reference(name, arguments, current, scope) {
        return outcome;
    }
    let values: Vec<Data> = arguments
        .iter()
        .map(|node| run(node, current, scope))
        .collect::<Result<_, _>>()?;
    match (name, values.as_slice()) {
        ("not_null", [_, ..]) => Ok(values
            .into_iter()
            .find(|v| *v != Data::Null)
            .unwrap_or(Data::Null)),
        ("merge", _) => merge(&values),
        ("zip", [_, ..]) => zip(&values),
        (name, [value]) => one(name, value),
        (name, [a, b]) => two(name, a, b),
        (name, _) => more(name, &values),
    }
}

/// Functions whose argument is an expression. None: it is none of them.
fn with_reference(
    name: &str,
    arguments: &[Node],
    current: &Data,
    scope: Scope<'_>,
) -> Option<Outcome> {
    let (list, reference) = match (name, arguments) {
        ("map", [Node::Reference(reference), list])
        | ("sort_by" | "max_by" | "min_by" | "group_by", [list, Node::Reference(reference)]) => {
            (list, reference)
        }
        ("map" | "sort_by" | "max_by" | "min_by" | "group_by", _) => return Some(Err(Failed)),
        _ => return None,
    };
    let keyed = || {
        let Data::List(values) = run(list, current, scope)? else {
            return Err(Failed);
        };
        let keyed = values
            .into_iter()
            .map(|value| Ok((run(reference, &value, scope)?, value)));
        keyed.collect::<Result<Vec<_>, _>>()
    };
    Some(keyed().and_then(|keyed| by_key(name, keyed)))
}

fn by_key(name: &str, mut keyed: Vec<(Data, Data)>) -> Outcome {
    match name {
        "map" => Ok(Data::List(keyed.into_iter().map(|(key, _)| key).collect())),
        "group_by" => {
            let mut groups: Vec<(String, Vec<Data>)> = Vec::new();
            for (key, value) in keyed {
                let key = match key {
                    Data::Text(key) => key,
                    Data::Null => continue,
                    _ => return Err(Failed),
                };
                match groups.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, values)) => values.push(value),
                    None => groups.push((key, vec![value])),
                }
            }
            let groups = groups
                .into_iter()
                .map(|(key, values)| (key, Data::List(values)));
            Ok(Data::Object(groups.collect()))
        }
        _ => {
            sort(&mut keyed, |(key, _)| key)?;
            let mut values = keyed.into_iter().map(|(_, value)| value);
            Ok(match name {
                "sort_by" => Data::List(values.collect()),
                "min_by" => values.next().unwrap_or(Data::Null),
                _ => values.next_back().unwrap_or(Data::Null),
            })
        }
    }
}

/// Sorts by numbers or by texts; anything else fails.
fn sort<T>(values: &mut [T], key: impl Fn(&T) -> &Data) -> Result<(), Failed> {
    let numbers = values.iter().all(|v| matches!(key(v), Data::Number(_)));
    let texts = values.iter().all(|v| matches!(key(v), Data::Text(_)));
    if !numbers && !texts {
        return Err(Failed);
    }
    values.sort_by(|a, b| match (key(a), key(b)) {
        (Data::Number(a), Data::Number(b)) => a.total_cmp(b),
        (Data::Text(a), Data::Text(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    });
    Ok(())
}

fn one(name: &str, value: &Data) -> Outcome {
    use Data::{List, Null, Number, Object, Text};
    let text = |text: &str| Ok(Text(text.to_owned()));
    Ok(match (name, value) {
        ("abs", Number(n)) => Number(n.abs()),
        ("ceil", Number(n)) => Number(n.ceil()),
        ("floor", Number(n)) => Number(n.floor()),
        ("avg", List(values)) if values.is_empty() => Null,
        ("avg", List(values)) => Number(sum(values)? / values.len() as f64),
        ("sum", List(values)) => Number(sum(values)?),
        ("length", Text(text)) => Number(text.chars().count() as f64),
        ("length", List(values)) => Number(values.len() as f64),
        ("length", Object(members)) => Number(members.len() as f64),
        ("keys", Object(members)) => {
            List(members.iter().map(|(name, _)| Text(name.clone())).collect())
        }
        ("values", Object(members)) => {
            List(members.iter().map(|(_, value)| value.clone()).collect())
        }
        ("items", Object(members)) => {
            let pair =
                |(name, value): &(String, Data)| List(vec![Text(name.clone()), value.clone()]);
            List(members.iter().map(pair).collect())
        }
        ("from_items", List(pairs)) => from_items(pairs)?,
        ("max" | "min", List(values)) if values.is_empty() => Null,
        ("max", List(values)) => sorted(values)?.pop().unwrap_or(Null),
        ("min", List(values)) => sorted(values)?.into_iter().next().unwrap_or(Null),
        ("sort", List(values)) => List(sorted(values)?),
        ("reverse", List(values)) => List(values.iter().rev().cloned().collect()),
        ("reverse", Text(text)) => Text(text.chars().rev().collect()),
        ("lower", Text(t)) => Text(t.to_lowercase()),
        ("upper", Text(t)) => Text(t.to_uppercase()),
        ("trim", Text(t)) => return text(t.trim()),
        ("trim_left", Text(t)) => return text(t.trim_start()),
        ("trim_right", Text(t)) => return text(t.trim_end()),
        ("to_array", List(_)) | ("to_number", Number(_)) | ("to_string", Text(_)) => value.clone(),
        ("to_array", _) => List(vec![value.clone()]),
        ("to_number", Text(t)) => t.parse().map_or(Null, Number),
        ("to_number", _) => Null,
        ("to_string", Number(n)) => Text(go_float(*n)),
        ("to_string", _) => Text(go_json(&value.to_json().ok_or(Failed)?)),
        ("type", _) => return text(kind(value)),
        _ => return Err(Failed),
    })
}

fn two(name: &str, a: &Data, b: &Data) -> Outcome {
    use Data::{Bool, List, Number, Text};
    Ok(match (name, a, b) {
        ("contains", List(values), wanted) => Bool(values.contains(wanted)),
        ("contains", Text(text), Text(wanted)) => Bool(text.contains(wanted.as_str())),
        ("contains", Text(_), _) => Bool(false),
        ("starts_with", Text(text), Text(start)) => Bool(text.starts_with(start.as_str())),
        ("ends_with", Text(text), Text(end)) => Bool(text.ends_with(end.as_str())),
        ("join", Text(glue), List(values)) => {
            let texts = values.iter().map(|value| match value {
                Text(text) => Ok(text.as_str()),
                _ => Err(Failed),
            });
            Text(texts.collect::<Result<Vec<_>, _>>()?.join(glue))
        }
        ("split", Text(text), Text(by)) => List(split(text, by, usize::MAX)),
        ("find_first", Text(text), Text(wanted)) => place(text, text.find(wanted.as_str())),
        ("find_last", Text(text), Text(wanted)) => place(text, text.rfind(wanted.as_str())),
        ("trim", Text(text), Text(set)) => Text(text.trim_matches(|c| set.contains(c)).to_owned()),
        ("trim_left", Text(text), Text(set)) => {
            Text(text.trim_start_matches(|c| set.contains(c)).to_owned())
        }
        ("trim_right", Text(text), Text(set)) => {
            Text(text.trim_end_matches(|c| set.contains(c)).to_owned())
        }
        ("pad_left", Text(text), Number(width)) => pad(text, *width, " ", true)?,
        ("pad_right", Text(text), Number(width)) => pad(text, *width, " ", false)?,
        _ => return Err(Failed),
    })
}

fn more(name: &str, values: &[Data]) -> Outcome {
    use Data::{List, Number, Text};
    Ok(match (name, values) {
        ("split", [Text(text), Text(by), Number(count)]) => List(split(text, by, whole(*count)?)),
        ("replace", [Text(text), Text(old), Text(new)]) => Text(text.replace(old.as_str(), new)),
        ("replace", [Text(text), Text(old), Text(new), Number(count)]) => {
            Text(text.replacen(old.as_str(), new, whole(*count)?))
        }
        ("pad_left", [Text(text), Number(width), Text(fill)]) => pad(text, *width, fill, true)?,
        ("pad_right", [Text(text), Number(width), Text(fill)]) => pad(text, *width, fill, false)?,
        _ => return Err(Failed),
    })
}

fn merge(values: &[Data]) -> Outcome {
    let mut merged: Vec<(String, Data)> = Vec::new();
    for value in values {
        let Data::Object(members) = value else {
            return Err(Failed);
        };
        for (name, value) in members {
            match merged.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = value.clone(),
                None => merged.push((name.clone(), value.clone())),
            }
        }
    }
    Ok(Data::Object(merged))
}

fn zip(values: &[Data]) -> Outcome {
    let lists: Vec<&Vec<Data>> = values
        .iter()
        .map(|value| match value {
            Data::List(values) => Ok(values),
            _ => Err(Failed),
        })
        .collect::<Result<_, _>>()?;
    let length = lists
        .iter()
        .map(|list| list.len())
        .min()
        .unwrap_or_default();
    let row = |at| {
        Data::List(
            lists
                .iter()
                .filter_map(|list| list.get(at))
                .cloned()
                .collect(),
        )
    };
    Ok(Data::List((0..length).map(row).collect()))
}

fn from_items(pairs: &[Data]) -> Outcome {
    let mut members: Vec<(String, Data)> = Vec::new();
    for pair in pairs {
        match pair {
            Data::List(pair) => match pair.as_slice() {
                [Data::Text(name), value] => {
                    members.retain(|(known, _)| known != name);
                    members.push((name.clone(), value.clone()));
                }
                _ => return Err(Failed),
            },
            _ => return Err(Failed),
        }
    }
    Ok(Data::Object(members))
}

fn sorted(values: &[Data]) -> Result<Vec<Data>, Failed> {
    let mut values = values.to_vec();
    sort(&mut values, |value| value)?;
    Ok(values)
}

fn sum(values: &[Data]) -> Result<f64, Failed> {
    values.iter().try_fold(0.0, |sum, value| match value {
        Data::Number(number) => Ok(sum + number),
        _ => Err(Failed),
    })
}

fn split(text: &str, by: &str, count: usize) -> Vec<Data> {
    if by.is_empty() {
        return text.chars().map(|c| Data::Text(c.to_string())).collect();
    }
    let parts = text.splitn(count.saturating_add(1), by);
    parts.map(|part| Data::Text(part.to_owned())).collect()
}

fn place(text: &str, at: Option<usize>) -> Data {
    at.and_then(|at| text.get(..at))
        .map_or(Data::Null, |before| {
            Data::Number(before.chars().count() as f64)
        })
}

fn pad(text: &str, width: f64, fill: &str, left: bool) -> Outcome {
    /// A log line is not padded further.
    const WIDEST: usize = 64 * 1024;
    let mut chars = fill.chars();
    let (Some(fill), None) = (chars.next(), chars.next()) else {
        return Err(Failed);
    };
    let missing = whole(width)?
        .min(WIDEST)
        .saturating_sub(text.chars().count());
    let padding: String = std::iter::repeat_n(fill, missing).collect();
    Ok(Data::Text(if left {
        padding + text
    } else {
        text.to_owned() + &padding
    }))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a whole number that is not negative"
)]
fn whole(number: f64) -> Result<usize, Failed> {
    if number < 0.0 || number.fract() != 0.0 || number > f64::from(u32::MAX) {
        return Err(Failed);
    }
    Ok(number as usize)
}

fn kind(value: &Data) -> &'static str {
    match value {
        Data::Null => "null",
        Data::Bool(_) => "boolean",
        Data::Number(_) => "number",
        Data::Text(_) => "string",
        Data::List(_) => "array",
        Data::Object(_) => "object",
    }
}
