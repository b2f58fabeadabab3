//! Numbers as Go reads and writes them.

/// A float as `%v` writes it: shortest digits, an exponent from 1e21 on and below 1e-4.
pub(super) fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let size = number.abs();
    if number != 0.0 && !(1e-4..1e21).contains(&size) {
        return with_exponent(&format!("{number:e}"));
    }
    format!("{number}")
}

/// Rust's `1e-7` as Go's `1e-07`.
pub(super) fn with_exponent(text: &str) -> String {
    let Some((digits, exponent)) = text.split_once('e') else {
        return text.to_owned();
    };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// A whole number with any of Go's prefixes.
pub(super) fn parse_int(text: &str) -> Option<i64> {
    let text = text.replace('_', "");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let lower = digits.to_ascii_lowercase();
    let parsed = if let Some(hex) = lower.strip_prefix("0x") {
        i64::from_str_radix(hex, 16)
    } else if let Some(binary) = lower.strip_prefix("0b") {
        i64::from_str_radix(binary, 2)
    } else if let Some(octal) = lower.strip_prefix("0o") {
        i64::from_str_radix(octal, 8)
    } else if lower.len() > 1 && lower.starts_with('0') {
        i64::from_str_radix(&lower, 8)
    } else {
        lower.parse()
    };
    parsed.ok().map(|number| sign * number)
}

/// The whole part of a float, 0 where there is none.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast saturates, which is what is wanted"
)]
pub(super) fn to_int(number: f64) -> i64 {
    number as i64
}
