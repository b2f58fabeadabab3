//! The common functions of sprig, which Alloy's templates have too.

mod list;
mod math;
mod text;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::function::{Failed, Outcome, hex};
use super::number::{parse_int, to_int};
use super::value::T;

/// Names of the functions here.
pub(super) const NAMES: [&str; 99] = [
    "default",
    "coalesce",
    "ternary",
    "empty",
    "all",
    "any",
    "fail",
    "trim",
    "trimAll",
    "trimPrefix",
    "trimSuffix",
    "nospace",
    "substr",
    "trunc",
    "abbrev",
    "initials",
    "replace",
    "repeat",
    "quote",
    "squote",
    "cat",
    "indent",
    "nindent",
    "upper",
    "lower",
    "title",
    "untitle",
    "contains",
    "hasPrefix",
    "hasSuffix",
    "join",
    "split",
    "splitList",
    "list",
    "tuple",
    "first",
    "last",
    "rest",
    "initial",
    "reverse",
    "uniq",
    "has",
    "without",
    "sortAlpha",
    "compact",
    "append",
    "prepend",
    "concat",
    "until",
    "add",
    "sub",
    "mul",
    "div",
    "mod",
    "max",
    "min",
    "add1",
    "addf",
    "subf",
    "mulf",
    "divf",
    "add1f",
    "maxf",
    "minf",
    "floor",
    "ceil",
    "round",
    "atoi",
    "int",
    "int64",
    "float64",
    "toString",
    "toStrings",
    "toDecimal",
    "b64enc",
    "b64dec",
    "sha256sum",
    "adler32sum",
    "dict",
    "get",
    "set",
    "unset",
    "hasKey",
    "keys",
    "values",
    "pluck",
    "pick",
    "omit",
    "dig",
    "toJson",
    "toRawJson",
    "toPrettyJson",
    "fromJson",
    "kindOf",
    "kindIs",
    "typeOf",
    "typeIs",
    "base",
    "ext",
];

/// Calls a function.
pub(super) fn call(name: &str, arguments: &[T]) -> Outcome {
    use T::{Bool, Int, Map, Text};
    Ok(match (name, arguments) {
        ("default", [default]) => default.clone(),
        ("default", [default, value]) => if is_empty(value) { default } else { value }.clone(),
        ("coalesce", values) => values
            .iter()
            .find(|value| !is_empty(value))
            .cloned()
            .unwrap_or(T::Nil),
        ("ternary", [yes, no, Bool(truth)]) => if *truth { yes } else { no }.clone(),
        ("empty", [value]) => Bool(is_empty(value)),
        ("all", values) => Bool(!values.iter().any(is_empty)),
        ("any", values) => Bool(!values.iter().all(is_empty)),
        ("toString", [value]) => Text(value.printed()),
        ("atoi", [Text(text)]) => Int(text.parse().unwrap_or_default()),
        ("int" | "int64", [value]) => Int(int(value)),
        ("float64", [value]) => T::Float(float(value)),
        ("toDecimal", [value]) => Int(i64::from_str_radix(&value.printed(), 8).unwrap_or_default()),
        ("b64enc", [Text(text)]) => Text(STANDARD.encode(text)),
        ("b64dec", [Text(text)]) => match STANDARD.decode(text) {
            Ok(bytes) => Text(String::from_utf8_lossy(&bytes).into_owned()),
            Err(base64::DecodeError::InvalidByte(at, _)) => {
                Text(format!("illegal base64 data at input byte {at}"))
            }
            Err(_) => Text(format!("illegal base64 data at input byte {}", text.len())),
        },
        ("sha256sum", [Text(text)]) => Text(hex(&Sha256::digest(text))),
        ("adler32sum", [Text(text)]) => Text(adler32(text).to_string()),
        ("toJson" | "toRawJson" | "toPrettyJson", [value]) => Text(to_json(name, value)),
        ("fromJson", [Text(text)]) => {
            serde_json::from_str(text).map_or(T::Nil, |json| T::from_json(&json))
        }
        ("kindOf", [value]) => T::text(value.kind()),
        ("kindIs", [Text(kind), value]) => Bool(value.kind() == kind),
        ("typeOf", [value]) => T::text(value.type_name()),
        ("typeIs", [Text(kind), value]) => Bool(value.type_name() == kind),
        ("dict", pairs) => T::map(pairs.chunks(2).map(|pair| match pair {
            [name, value] => (name.printed(), value.clone()),
            [name] => (name.printed(), T::text("")),
            _ => (String::new(), T::Nil),
        })),
        ("get", [Map(members), Text(name)]) => member(members, name)
            .cloned()
            .unwrap_or_else(|| T::text("")),
        ("hasKey", [Map(members), Text(name)]) => Bool(member(members, name).is_some()),
        ("set", [Map(members), Text(name), value]) => T::map(
            members
                .iter()
                .cloned()
                .chain([(name.clone(), value.clone())]),
        ),
        ("unset", [Map(members), Text(name)]) => Map(members
            .iter()
            .filter(|(known, _)| known != name)
            .cloned()
            .collect()),
        ("keys", maps) => T::List(
            members(maps)?
                .map(|(name, _)| T::text(name.as_str()))
                .collect(),
        ),
        ("values", [Map(members)]) => {
            T::List(members.iter().map(|(_, value)| value.clone()).collect())
        }
        ("pluck", [Text(name), maps @ ..]) => T::List(
            members(maps)?
                .filter(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
                .collect(),
        ),
        ("pick", [Map(members), names @ ..]) => Map(picked(members, names, true)),
        ("omit", [Map(members), names @ ..]) => Map(picked(members, names, false)),
        ("base", [Text(path)]) => {
            T::text(path.trim_end_matches('/').rsplit('/').next().unwrap_or("."))
        }
        ("ext", [Text(path)]) => {
            let file = path.rsplit('/').next().unwrap_or_default();
            T::text(
                file.rfind('.')
                    .and_then(|at| file.get(at..))
                    .unwrap_or_default(),
            )
        }
        (name, arguments) => {
            return text::call(name, arguments)
                .or_else(|| list::call(name, arguments))
                .or_else(|| math::call(name, arguments))
                .ok_or(Failed);
        }
    })
}

fn is_empty(value: &T) -> bool {
    !value.is_true()
}

/// A whole number of anything: 0 where there is none.
pub(super) fn int(value: &T) -> i64 {
    match value {
        T::Int(number) => *number,
        T::Float(number) => to_int(*number),
        T::Bool(truth) => i64::from(*truth),
        T::Text(text) => {
            parse_int(text).unwrap_or_else(|| to_int(text.parse().unwrap_or_default()))
        }
        _ => 0,
    }
}

pub(super) fn float(value: &T) -> f64 {
    match value {
        T::Int(number) => *number as f64,
        T::Float(number) => *number,
        T::Bool(truth) => f64::from(u8::from(*truth)),
        T::Text(text) => text.parse().unwrap_or_default(),
        _ => 0.0,
    }
}

fn member<'m>(members: &'m [(String, T)], name: &str) -> Option<&'m T> {
    members
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

fn members(maps: &[T]) -> Result<impl Iterator<Item = &(String, T)>, Failed> {
    let all = maps.iter().map(|map| match map {
        T::Map(members) => Ok(members),
        _ => Err(Failed),
    });
    Ok(all.collect::<Result<Vec<_>, _>>()?.into_iter().flatten())
}

fn picked(members: &[(String, T)], names: &[T], wanted: bool) -> Vec<(String, T)> {
    let is_named = |name: &str| {
        names
            .iter()
            .any(|n| matches!(n, T::Text(text) if text == name))
    };
    members
        .iter()
        .filter(|(name, _)| is_named(name) == wanted)
        .cloned()
        .collect()
}

fn to_json(name: &str, value: &T) -> String {
    match name {
        "toRawJson" => value.to_json().to_string(),
        "toPrettyJson" => {
            let pretty = serde_json::to_string_pretty(&value.to_json()).unwrap_or_default();
            pretty
                .replace('<', "\\u003c")
                .replace('>', "\\u003e")
                .replace('&', "\\u0026")
        }
        _ => value.json_text(),
    }
}

fn adler32(text: &str) -> u32 {
    const MODULUS: u32 = 65_521;
    let (a, b) = text.bytes().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(byte)) % MODULUS;
        (a, (a + b) % MODULUS)
    });
    b << 16 | a
}
