//! Functions on lists.

use super::int;
use crate::process::template::T;

/// None: no such function, or it does not take these.
pub(super) fn call(name: &str, arguments: &[T]) -> Option<T> {
    use T::{Bool, List};
    Some(match (name, arguments) {
        ("list" | "tuple", values) => List(values.to_vec()),
        ("first", [List(values)]) => values.first().cloned().unwrap_or(T::Nil),
        ("last", [List(values)]) => values.last().cloned().unwrap_or(T::Nil),
        ("rest", [List(values)]) => List(values.iter().skip(1).cloned().collect()),
        ("initial", [List(values)]) => List(
            values
                .iter()
                .take(values.len().saturating_sub(1))
                .cloned()
                .collect(),
        ),
        ("reverse", [List(values)]) => List(values.iter().rev().cloned().collect()),
        ("uniq", [List(values)]) => List(uniq(values)),
        ("has", [wanted, List(values)]) => Bool(values.contains(wanted)),
        ("without", [List(values), gone @ ..]) => List(
            values
                .iter()
                .filter(|value| !gone.contains(value))
                .cloned()
                .collect(),
        ),
        ("sortAlpha", [List(values)]) => {
            let mut texts: Vec<_> = values.iter().map(T::printed).collect();
            texts.sort_unstable();
            List(texts.into_iter().map(T::Text).collect())
        }
        ("compact", [List(values)]) => List(
            values
                .iter()
                .filter(|value| value.is_true())
                .cloned()
                .collect(),
        ),
        ("append", [List(values), value]) => {
            List(values.iter().cloned().chain([value.clone()]).collect())
        }
        ("prepend", [List(values), value]) => List(
            std::iter::once(value.clone())
                .chain(values.iter().cloned())
                .collect(),
        ),
        ("concat", lists) => {
            let lists: Option<Vec<_>> = lists
                .iter()
                .map(|list| match list {
                    List(values) => Some(values.clone()),
                    _ => None,
                })
                .collect();
            List(lists?.concat())
        }
        ("slice", [List(values), bounds @ ..]) => {
            let bound = |at: usize, default: usize| match bounds.get(at) {
                Some(value) => usize::try_from(int(value)).ok(),
                None => Some(default),
            };
            List(values.get(bound(0, 0)?..bound(1, values.len())?)?.to_vec())
        }
        _ => return None,
    })
}

fn uniq(values: &[T]) -> Vec<T> {
    let mut seen: Vec<T> = Vec::new();
    for value in values {
        if !seen.contains(value) {
            seen.push(value.clone());
        }
    }
    seen
}
