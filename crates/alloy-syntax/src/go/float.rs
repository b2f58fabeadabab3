//! Floats: reading them from text, and writing them as Go's `strconv` does.

/// Reads a decimal float; `None` for anything else, for infinity, and for what a float has no room for.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let decimal = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let value: f64 = if decimal {
        text.parse().ok()?
    } else {
        return None;
    };
    value.is_finite().then_some(value)
}

/// Without an exponent: `precision` decimals, or as few as tell the value apart.
pub(crate) fn fixed(value: f64, precision: Option<usize>) -> String {
    match (special(value), precision) {
        (Some(text), _) => text.to_owned(),
        (None, None) => format!("{value}"),
        (None, Some(precision)) => format!("{value:.precision$}"),
    }
}

/// With an exponent of at least two digits: `precision` decimals, or as few as tell the value apart.
pub(crate) fn exponent(value: f64, precision: Option<usize>) -> String {
    match (special(value), precision) {
        (Some(text), _) => text.to_owned(),
        (None, None) => spell_exponent(&format!("{value:e}")),
        (None, Some(precision)) => spell_exponent(&format!("{value:.precision$e}")),
    }
}

/// With an exponent for large and small values only: `precision` digits, or as few as tell the value apart.
pub(crate) fn general(value: f64, precision: Option<usize>) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let scientific = match precision {
        None => format!("{value:e}"),
        Some(precision) => format!("{value:.*e}", precision.max(1) - 1),
    };
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or_default();
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    let digits =
        i32::try_from(mantissa.bytes().filter(u8::is_ascii_digit).count()).unwrap_or(i32::MAX);
    let limit = match precision {
        None => 6,
        // Digits that are all there need no exponent, however few were asked for.
        Some(precision) => {
            let limit = i32::try_from(precision.max(1)).unwrap_or(i32::MAX);
            if limit > digits && digits > power {
                digits
            } else {
                limit
            }
        }
    };
    if power < -4 || power >= limit {
        return spell_exponent(&format!("{mantissa}e{power}"));
    }
    let decimals = usize::try_from((digits - 1 - power).max(0)).unwrap_or_default();
    if precision.is_none() {
        return format!("{value}");
    }
    // Rounded once, to the digits asked for; writing those out again is exact.
    let rounded: f64 = scientific.parse().unwrap_or(value);
    format!("{rounded:.decimals$}")
}

/// `1.5e7` becomes `1.5e+07`.
fn spell_exponent(text: &str) -> String {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, power) = match power.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', power),
    };
    format!("{mantissa}e{sign}{power:0>2}")
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("+Inf")
    } else if value == f64::NEG_INFINITY {
        Some("-Inf")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_go_writes_them() {
        let cases: [(f64, &str, &str); 9] = [
            (0.0, "0", "0"),
            (-0.0, "-0", "-0"),
            (1_000_000.0, "1e+06", "1e+06"),
            (100_000.0, "100000", "1e+05"),
            (1234.5678, "1234.5678", "1.23e+03"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001, "1e-05", "1e-05"),
            (123_456_789.125, "1.23456789125e+08", "1.23e+08"),
            (99.96, "99.96", "100"),
        ];
        for (value, shortest, three) in cases {
            assert_eq!(general(value, None), shortest);
            assert_eq!(general(value, Some(3)), three);
        }
        assert_eq!(exponent(1500.0, Some(6)), "1.500000e+03");
        assert_eq!(fixed(1e21, None), "1000000000000000000000");
        assert_eq!(fixed(f64::INFINITY, Some(2)), "+Inf");
    }

    #[test]
    fn only_decimal_numbers_are_floats() {
        assert_eq!(parse("1.5e3"), Some(1500.0));
        for text in [
            "inf", "NaN", "infinity", "1_0.5", "0x1p2", "1e400", " 1.5", "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
