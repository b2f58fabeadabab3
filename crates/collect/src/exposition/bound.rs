//! The values of `le` and `quantile`, written as OpenMetrics writes floats: `1` becomes `1.0`.
//!
//! Prometheus does this in the text format too, so that a series keeps its name when a target changes its format. Here
//! the number is read by all of Go's rules, also those that a sample's value is not read by.

use std::borrow::Cow;
use std::fmt::Write as _;

use outpost_model::MetricType;

use super::number;

/// Hexadecimal digits that fit 64 bits; the ones after them only matter as "there is more".
const HEX_DIGITS: usize = 15;

/// `value` as it is stored, for the label `name` of a series after a type line of `kind`.
pub(super) fn normal<'v>(kind: MetricType, name: &str, value: &'v str) -> Cow<'v, str> {
    let is_bound = matches!(
        (kind, name),
        (MetricType::Histogram, "le") | (MetricType::Summary, "quantile")
    );
    match is_bound.then(|| parse(value)).flatten() {
        Some(number) => Cow::Owned(format(number)),
        None => Cow::Borrowed(value),
    }
}

/// A float as OpenMetrics writes it: shortest digits, an exponent from 1e+06 and below 1e-04, never a bare integer.
pub(crate) fn format(number: f64) -> String {
    if number == 0.0 {
        return "0.0".to_owned();
    }
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        let mut text = mantissa.to_owned();
        // Writing to a string cannot fail.
        let _ = write!(text, "e{sign}{:02}", exponent.unsigned_abs());
        return text;
    }
    let mut text = number.to_string();
    if !text.contains('.') {
        text.push_str(".0");
    }
    text
}

/// A float by all rules of Go's `ParseFloat`.
fn parse(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return parse_plain(text);
    }
    if underscores_separate_digits(text) {
        parse_plain(&text.replace('_', ""))
    } else {
        None
    }
}

fn parse_plain(text: &str) -> Option<f64> {
    let size = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some(hexadecimal) = size.strip_prefix("0x").or(size.strip_prefix("0X")) else {
        return number::value(text.as_bytes());
    };
    let size = hexadecimal_float(hexadecimal)?;
    let value = if text.starts_with('-') { -size } else { size };
    value.is_finite().then_some(value)
}

/// Each underscore stands between two digits, or between `0x` and a digit.
fn underscores_separate_digits(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X"));
    let is_digit = |c: char| c.is_ascii_digit() || (digits.is_some() && c.is_ascii_hexdigit());
    let mut after_digit = digits.is_some();
    let mut open = false;
    for c in digits.unwrap_or(text).chars() {
        if c == '_' {
            if !after_digit {
                return false;
            }
            (open, after_digit) = (true, false);
        } else if is_digit(c) {
            (open, after_digit) = (false, true);
        } else {
            if open {
                return false;
            }
            after_digit = false;
        }
    }
    !open
}

/// Hexadecimal digits with at most one point, and the power of two that must follow them.
fn hexadecimal_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let (kept, more) = digits.split_at_checked(HEX_DIGITS).unwrap_or((digits, ""));
    let sticky = u64::from(more.bytes().any(|byte| byte != b'0'));
    let bits = u64::from_str_radix(kept, 16).unwrap_or_default() | sticky;
    let shift = i64::try_from(more.len()).ok()? - i64::try_from(fraction.len()).ok()?;
    // An exponent that does not fit is as good as infinite.
    let limit = |exponent: i64| exponent.clamp(-5000, 5000);
    let fallback = if exponent.starts_with('-') {
        -5000
    } else {
        5000
    };
    let power = limit(limit(exponent.parse().unwrap_or(fallback)) + 4 * shift);
    let mut value = bits as f64;
    // In steps, because 2^power alone may leave the range that the result is in.
    let mut left = i32::try_from(power).ok()?;
    while left != 0 && value != 0.0 && value.is_finite() {
        let step = left.clamp(-512, 512);
        value *= f64::powi(2.0, step);
        left -= step;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_by_all_of_gos_rules() {
        for (written, number) in [
            ("0x1p1", 2.0),
            ("-0x1.8p+1", -3.0),
            ("0x_1p-2", 0.25),
            ("1_000.5_0", 1000.5),
            ("0x0.00000000000000000001p80", 1.0),
            ("+Inf", f64::INFINITY),
            ("5e-324", 5e-324),
        ] {
            assert_eq!(parse(written), Some(number), "{written}");
        }
        for refused in [
            "_1", "1_", "1__0", "1_.5", "0x1", "0xp1", "0x1p", "+NaN", "1e400", "0x1p2000",
        ] {
            assert_eq!(parse(refused), None, "{refused}");
        }
    }

    #[test]
    fn floats_are_written_as_open_metrics_has_them() {
        for (number, text) in [
            (0.0, "0.0"),
            (-0.0, "0.0"),
            (100_000.0, "100000.0"),
            (1_000_000.0, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
            (1e100, "1e+100"),
            (-2.5, "-2.5"),
        ] {
            assert_eq!(format(number), text);
        }
    }
}
