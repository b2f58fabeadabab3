//! Functions on text.

use super::int;
use crate::process::template::T;
use crate::process::template::printf::printf;
use crate::process::text::{to_bytes, to_text};

/// The longest text that repeating or padding makes.
const LONGEST: usize = 1024 * 1024;

/// None: no such function, or it does not take these.
pub(super) fn call(name: &str, arguments: &[T]) -> Option<T> {
    use T::{Bool, Int, Text};
    Some(match (name, arguments) {
        ("trim", [Text(text)]) => T::text(text.trim()),
        ("trimAll", [Text(set), Text(text)]) => T::text(text.trim_matches(|c| set.contains(c))),
        ("trimPrefix", [Text(prefix), Text(text)]) => {
            T::text(text.strip_prefix(prefix.as_str()).unwrap_or(text))
        }
        ("trimSuffix", [Text(suffix), Text(text)]) => {
            T::text(text.strip_suffix(suffix.as_str()).unwrap_or(text))
        }
        ("nospace", [Text(text)]) => T::text(
            text.chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>(),
        ),
        ("substr", [Int(start), Int(end), Text(text)]) => T::text(substr(text, *start, *end)?),
        ("trunc", [Int(length), Text(text)]) => T::text(trunc(text, *length)?),
        ("abbrev", [Int(width), Text(text)]) => {
            let width = usize::try_from(*width).ok()?;
            if width < 4 || text.len() <= width {
                T::text(text.as_str())
            } else {
                T::text(format!("{}...", text.get(..width - 3)?))
            }
        }
        ("initials", [Text(text)]) => T::text(
            text.split_whitespace()
                .filter_map(|word| word.chars().next())
                .collect::<String>(),
        ),
        ("replace", [Text(old), Text(new), Text(text)]) => T::text(text.replace(old.as_str(), new)),
        ("repeat", [Int(count), Text(text)]) => {
            let count = usize::try_from(*count).ok()?;
            (count.checked_mul(text.len())? <= LONGEST).then(|| T::text(text.repeat(count)))?
        }
        ("quote", values) => T::text(quoted(values, |text| printf("%q", &[T::text(text)]))),
        ("squote", values) => T::text(quoted(values, |text| format!("'{text}'"))),
        ("cat", values) => {
            let words: Vec<_> = values
                .iter()
                .filter(|v| **v != T::Nil)
                .map(T::printed)
                .collect();
            T::text(words.join(" "))
        }
        ("indent" | "nindent", [Int(spaces), Text(text)]) => {
            let pad = " ".repeat(usize::try_from(*spaces).ok()?.min(4096));
            let start = if name == "nindent" { "\n" } else { "" };
            T::text(format!(
                "{start}{pad}{}",
                text.replace('\n', &format!("\n{pad}"))
            ))
        }
        ("upper", [Text(text)]) => T::text(text.to_uppercase()),
        ("lower", [Text(text)]) => T::text(text.to_lowercase()),
        ("title", [Text(text)]) => T::text(first_letters(text, true)),
        ("untitle", [Text(text)]) => T::text(first_letters(text, false)),
        ("contains", [Text(wanted), Text(text)]) => Bool(text.contains(wanted.as_str())),
        ("hasPrefix", [Text(prefix), Text(text)]) => Bool(text.starts_with(prefix.as_str())),
        ("hasSuffix", [Text(suffix), Text(text)]) => Bool(text.ends_with(suffix.as_str())),
        ("splitList", [Text(by), Text(text)]) => T::List(parts(text, by)),
        ("split", [Text(by), Text(text)]) => T::map(
            parts(text, by)
                .into_iter()
                .enumerate()
                .map(|(at, part)| (format!("_{at}"), part)),
        ),
        ("join", [Text(by), T::List(values)]) => {
            let texts: Vec<_> = values
                .iter()
                .filter(|v| **v != T::Nil)
                .map(T::printed)
                .collect();
            T::text(texts.join(by))
        }
        ("join", [Text(_), value]) => T::text(value.printed()),
        ("toStrings", [T::List(values)]) => T::List(
            values
                .iter()
                .map(|value| T::text(value.printed()))
                .collect(),
        ),
        ("until", [count]) => T::List((0..int(count).clamp(0, 10_000)).map(Int).collect()),
        _ => return None,
    })
}

/// The values that are there, each in quotes.
fn quoted(values: &[T], quote: impl Fn(String) -> String) -> String {
    let given = values.iter().filter(|value| **value != T::Nil);
    let quoted: Vec<_> = given.map(|value| quote(value.printed())).collect();
    quoted.join(" ")
}

fn parts(text: &str, by: &str) -> Vec<T> {
    if by.is_empty() {
        return text.chars().map(|c| T::text(c.to_string())).collect();
    }
    text.split(by).map(T::text).collect()
}

/// Counts bytes, as sprig does.
fn substr(text: &str, start: i64, end: i64) -> Option<String> {
    let bytes = to_bytes(text.to_owned());
    let bound = |at: i64| usize::try_from(at).ok().map(|at| at.min(bytes.len()));
    let part = match (bound(start), bound(end)) {
        (None, Some(end)) => bytes.get(..end),
        (Some(start), None) => bytes.get(start..),
        (Some(start), Some(end)) => bytes.get(start..end.max(start)),
        (None, None) => None,
    };
    part.map(|part| to_text(part).into_owned())
}

fn trunc(text: &str, length: i64) -> Option<String> {
    let bytes = to_bytes(text.to_owned());
    let part = if let Ok(length) = usize::try_from(length) {
        bytes.get(..length.min(bytes.len()))
    } else {
        let length = usize::try_from(length.unsigned_abs()).ok()?;
        bytes.get(bytes.len().saturating_sub(length)..)
    };
    part.map(|part| to_text(part).into_owned())
}

fn first_letters(text: &str, upper: bool) -> String {
    let mut begins = true;
    text.chars()
        .flat_map(|c| {
            let changed: Vec<char> = match (begins, upper) {
                (true, true) => c.to_uppercase().collect(),
                (true, false) => c.to_lowercase().collect(),
                _ => vec![c],
            };
            begins = c.is_whitespace();
            changed
        })
        .collect()
}
