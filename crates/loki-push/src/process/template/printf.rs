//! Go's `printf`, for the kinds of values that templates have.

use std::fmt::Write as _;

use super::number::with_exponent;
use super::value::T;

/// Wider fields are not written.
const WIDEST: usize = 4096;

#[derive(Default)]
struct Spec {
    flags: String,
    width: usize,
    precision: Option<usize>,
}

/// The text of a format and its arguments.
pub(super) fn printf(format: &str, arguments: &[T]) -> String {
    let mut out = String::new();
    let mut arguments = arguments.iter();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = Spec::default();
        while let Some(flag) = chars.next_if(|c| "-+0# ".contains(*c)) {
            spec.flags.push(flag);
        }
        let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut value = 0_usize;
            let mut any = false;
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                any = true;
                value = (value * 10 + digit.to_digit(10).unwrap_or_default() as usize).min(WIDEST);
            }
            any.then_some(value)
        };
        spec.width = number(&mut chars).unwrap_or_default();
        if chars.next_if_eq(&'.').is_some() {
            spec.precision = Some(number(&mut chars).unwrap_or_default());
        }
        match chars.next() {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some(verb) => match arguments.next() {
                Some(argument) => spec.write(verb, argument, &mut out),
                None => {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "%!{verb}(MISSING)");
                }
            },
        }
    }
    let rest: Vec<String> = arguments
        .map(|value| format!("{}={}", value.type_name(), value.printed()))
        .collect();
    if !rest.is_empty() {
        let _ = write!(out, "%!(EXTRA {})", rest.join(", "));
    }
    out
}

// === impl Spec ===

impl Spec {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn write(&self, verb: char, value: &T, out: &mut String) {
        let text = match (verb, value) {
            ('T', value) => value.type_name().to_owned(),
            ('v' | 's', T::Text(text)) => self.cut(text),
            ('v', T::Float(number)) => {
                self.sign(*number >= 0.0, super::number::float_text(*number))
            }
            ('v' | 'd', T::Int(number)) => self.sign(*number >= 0, number.to_string()),
            ('v', value) => value.printed(),
            ('s', T::List(_) | T::Map(_)) => value.printed(),
            ('q', T::Text(text)) => crate::label_string([("", text.as_str())])
                .trim_start_matches("{=")
                .trim_end_matches('}')
                .to_owned(),
            ('x', T::Text(text)) => text.bytes().fold(String::new(), |mut out, b| {
                let _ = write!(out, "{b:02x}");
                out
            }),
            ('X', T::Text(text)) => text.bytes().fold(String::new(), |mut out, b| {
                let _ = write!(out, "{b:02X}");
                out
            }),
            ('x', T::Int(number)) => format!("{}{number:x}", if self.has('#') { "0x" } else { "" }),
            ('X', T::Int(number)) => format!("{}{number:X}", if self.has('#') { "0X" } else { "" }),
            ('o', T::Int(number)) => format!("{number:o}"),
            ('b', T::Int(number)) => format!("{number:b}"),
            ('c', T::Int(number)) => u32::try_from(*number)
                .ok()
                .and_then(char::from_u32)
                .unwrap_or(char::REPLACEMENT_CHARACTER)
                .to_string(),
            ('f' | 'F', T::Float(number)) => self.sign(
                *number >= 0.0,
                format!("{number:.*}", self.precision.unwrap_or(6)),
            ),
            ('e', T::Float(number)) => {
                with_exponent(&format!("{number:.*e}", self.precision.unwrap_or(6)))
            }
            ('g', T::Float(number)) => super::number::float_text(*number),
            ('t', T::Bool(truth)) => truth.to_string(),
            (verb, value) => {
                let _ = write!(out, "%!{verb}({}={})", value.type_name(), value.printed());
                return;
            }
        };
        self.pad(&text, out);
    }

    fn cut(&self, text: &str) -> String {
        match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text.to_owned(),
        }
    }

    fn sign(&self, is_positive: bool, text: String) -> String {
        match (is_positive, self.has('+'), self.has(' ')) {
            (true, true, _) => format!("+{text}"),
            (true, false, true) => format!(" {text}"),
            _ => text,
        }
    }

    fn pad(&self, text: &str, out: &mut String) {
        let missing = self.width.saturating_sub(text.chars().count());
        if self.has('-') {
            out.push_str(text);
            out.extend(std::iter::repeat_n(' ', missing));
        } else if self.has('0') {
            let (sign, digits) = match text.strip_prefix(['-', '+']) {
                Some(digits) => text.split_at(text.len() - digits.len()),
                None => ("", text),
            };
            out.push_str(sign);
            out.extend(std::iter::repeat_n('0', missing));
            out.push_str(digits);
        } else {
            out.extend(std::iter::repeat_n(' ', missing));
            out.push_str(text);
        }
    }
}
