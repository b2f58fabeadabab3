//! One argument under one verb.

use std::fmt::Write as _;

use super::Arg;
use crate::eval::MAX_RESULT;
use crate::go::pad::Flags;
use crate::go::{float, quote, quote_char};

/// Prints an argument.
pub(super) fn print(argument: &Arg, verb: char, flags: Flags, out: &mut String) {
    if verb == 'T' {
        return flags.pad(&limited(argument.type_name(), flags), out);
    }
    let fits = match argument {
        Arg::Nil if verb == 'v' => {
            flags.pad("<nil>", out);
            true
        }
        Arg::Bool(value) if matches!(verb, 't' | 'v') => {
            flags.pad(if *value { "true" } else { "false" }, out);
            true
        }
        Arg::Int(value) => integer(value.unsigned_abs(), *value < 0, verb, flags, out),
        Arg::Uint(value) if verb == 'v' && flags.as_source => integer(
            *value,
            false,
            'x',
            Flags {
                sharp: true,
                ..flags
            },
            out,
        ),
        Arg::Uint(value) => integer(*value, false, verb, flags, out),
        Arg::Float(value) => number(*value, verb, flags, out),
        Arg::Text(value) => text(value, verb, flags, out),
        Arg::List(elements) => {
            list(elements, verb, flags, out);
            true
        }
        Arg::Map(entries) => {
            map(entries, verb, flags, out);
            true
        }
        Arg::Opaque(name) => {
            out.push_str(name);
            true
        }
        Arg::Nil | Arg::Bool(_) => false,
    };
    if !fits {
        out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "("]);
        if let Arg::Nil = argument {
            out.push_str("<nil>");
        } else {
            out.extend([argument.type_name(), "="]);
            print(argument, 'v', flags, out);
        }
        out.push(')');
    }
}

fn list(elements: &[Arg], verb: char, flags: Flags, out: &mut String) {
    let (open, between, close) = if flags.as_source {
        ("[]interface {}{", ", ", "}")
    } else {
        ("[", " ", "]")
    };
    out.push_str(open);
    for (at, element) in elements.iter().enumerate() {
        if out.len() > MAX_RESULT {
            return;
        }
        if at > 0 {
            out.push_str(between);
        }
        nested(element, verb, flags, out);
    }
    out.push_str(close);
}

fn map(entries: &[(std::sync::Arc<str>, Arg)], verb: char, flags: Flags, out: &mut String) {
    let (open, between, close) = if flags.as_source {
        ("map[string]interface {}{", ", ", "}")
    } else {
        ("map[", " ", "]")
    };
    out.push_str(open);
    for (at, (name, value)) in entries.iter().enumerate() {
        if out.len() > MAX_RESULT {
            return;
        }
        if at > 0 {
            out.push_str(between);
        }
        print(&Arg::Text(std::sync::Arc::clone(name)), verb, flags, out);
        out.push(':');
        nested(value, verb, flags, out);
    }
    out.push_str(close);
}

/// Inside a list or map, nothing is printed as such whatever the verb.
fn nested(argument: &Arg, verb: char, flags: Flags, out: &mut String) {
    match argument {
        Arg::Nil if flags.as_source => out.push_str("interface {}(nil)"),
        Arg::Nil => out.push_str("<nil>"),
        other => print(other, verb, flags, out),
    }
}

/// Prints an integer; whether the verb is one for integers.
fn integer(value: u64, negative: bool, verb: char, flags: Flags, out: &mut String) -> bool {
    let digits = match verb {
        'v' | 'd' => value.to_string(),
        'b' => format!("{value:b}"),
        'o' | 'O' => format!("{value:o}"),
        'x' => format!("{value:x}"),
        'X' => format!("{value:X}"),
        'c' | 'q' => {
            let character = if negative {
                None
            } else {
                u32::try_from(value).ok().and_then(char::from_u32)
            };
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            if verb == 'c' {
                flags.pad(character.encode_utf8(&mut [0; 4]), out);
            } else {
                flags.pad(&quote_char(character, flags.plus), out);
            }
            return true;
        }
        'U' => {
            let value = if negative {
                value.wrapping_neg()
            } else {
                value
            };
            let precision = flags.precision.unwrap_or_default().max(4);
            let mut shown = format!("U+{value:0precision$X}");
            if flags.sharp
                && let Some(character) = u32::try_from(value).ok().and_then(char::from_u32)
            {
                let _ = write!(shown, " '{character}'");
            }
            flags.pad_with_spaces(&shown, out);
            return true;
        }
        _ => return false,
    };
    if flags.precision == Some(0) && value == 0 {
        flags.pad_with_spaces("", out);
        return true;
    }
    let signed = negative || flags.plus || flags.space;
    let wanted = match flags.precision {
        Some(precision) => precision,
        None if flags.zero => flags
            .width
            .unwrap_or_default()
            .saturating_sub(usize::from(signed)),
        None => 0,
    };
    let mut shown = String::new();
    if negative {
        shown.push('-');
    } else if flags.plus {
        shown.push('+');
    } else if flags.space {
        shown.push(' ');
    }
    let zeros = wanted.saturating_sub(digits.len());
    match verb {
        'O' => shown.push_str("0o"),
        'b' if flags.sharp => shown.push_str("0b"),
        'x' if flags.sharp => shown.push_str("0x"),
        'X' if flags.sharp => shown.push_str("0X"),
        'o' if flags.sharp && zeros == 0 && !digits.starts_with('0') => shown.push('0'),
        _ => {}
    }
    shown.extend(std::iter::repeat_n('0', zeros));
    shown.push_str(&digits);
    flags.pad_with_spaces(&shown, out);
    true
}

/// Prints a float; whether the verb is one for floats.
fn number(value: f64, verb: char, flags: Flags, out: &mut String) -> bool {
    let shown = match verb {
        'v' | 'g' | 'G' => float::general(value, flags.precision),
        'b' => float::binary(value),
        'x' | 'X' => float::hexadecimal(value),
        'e' | 'E' => float::exponent(value, Some(flags.precision.unwrap_or(6))),
        'f' | 'F' => float::fixed(value, Some(flags.precision.unwrap_or(6))),
        _ => return false,
    };
    let shown = if verb.is_ascii_uppercase() && value.is_finite() {
        shown.to_uppercase()
    } else {
        shown
    };
    if !value.is_finite() {
        let bare = shown.trim_start_matches('+');
        let shown = match bare {
            "-Inf" => bare.to_owned(),
            _ if flags.plus => format!("+{bare}"),
            _ if flags.space => format!(" {bare}"),
            "Inf" => "+Inf".to_owned(),
            _ => bare.to_owned(),
        };
        flags.pad_with_spaces(&shown, out);
        return true;
    }
    let (sign, digits) = match shown.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None if flags.plus => ("+", shown.as_str()),
        None if flags.space => (" ", shown.as_str()),
        None => ("", shown.as_str()),
    };
    if flags.zero {
        out.push_str(sign);
        let width = flags.width.map(|width| width.saturating_sub(sign.len()));
        Flags { width, ..flags }.pad(digits, out);
    } else {
        flags.pad(&[sign, digits].concat(), out);
    }
    true
}

/// Prints text; whether the verb is one for text.
fn text(value: &str, verb: char, flags: Flags, out: &mut String) -> bool {
    match verb {
        'v' if flags.as_source => flags.pad(&quote(value, false), out),
        'v' | 's' => flags.pad(&limited(value, flags), out),
        'q' => {
            let value = limited(value, flags);
            let raw = flags.sharp
                && value
                    .chars()
                    .all(|c| c == '\t' || (c != '`' && c != '\u{feff}' && !c.is_control()));
            let shown = if raw {
                format!("`{value}`")
            } else {
                quote(&value, flags.plus)
            };
            flags.pad(&shown, out);
        }
        'x' | 'X' => flags.pad(&hexadecimal(value, verb, flags), out),
        _ => return false,
    }
    true
}

fn hexadecimal(value: &str, verb: char, flags: Flags) -> String {
    let bytes = value.as_bytes();
    let bytes = flags
        .precision
        .and_then(|precision| bytes.get(..precision))
        .unwrap_or(bytes);
    let mut shown = String::new();
    let prefix = match (flags.sharp, verb) {
        (false, _) => "",
        (true, 'x') => "0x",
        (true, _) => "0X",
    };
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && flags.space {
            shown.push(' ');
        }
        if at == 0 || flags.space {
            shown.push_str(prefix);
        }
        let _ = if verb == 'x' {
            write!(shown, "{byte:02x}")
        } else {
            write!(shown, "{byte:02X}")
        };
    }
    shown
}

/// The first so many characters.
fn limited(value: &str, flags: Flags) -> String {
    match flags.precision {
        Some(precision) => value.chars().take(precision).collect(),
        None => value.to_owned(),
    }
}
