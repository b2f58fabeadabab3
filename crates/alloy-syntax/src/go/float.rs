//! Floats: reading them from text, and writing them as Go's `strconv` does.

/// Reads a decimal float, underscores between digits allowed; `None` for anything else, for infinity, and for what a
/// float has no room for.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let decimal = bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'_' => digit(at.checked_sub(1)) && digit(Some(at + 1)),
        byte => byte.is_ascii_digit() || b".eE+-".contains(byte),
    });
    let value: f64 = if decimal {
        text.replace('_', "").parse().ok()?
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

/// In base two: an integer of 53 bits and the power of two that it is multiplied with.
pub(crate) fn binary(value: f64) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let (mantissa, power) = parts(value);
    format!("{}{mantissa}p{power:+}", sign(value))
}

/// In base sixteen: one digit, as many more as are not zero, and a power of two.
pub(crate) fn hexadecimal(value: f64) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let (mantissa, power) = parts(value);
    if mantissa == 0 {
        return format!("{}0x0p+00", sign(value));
    }
    let unused = mantissa.leading_zeros();
    let digits = format!("{:016x}", mantissa << unused << 1);
    let digits = digits.trim_end_matches('0');
    let dot = if digits.is_empty() { "" } else { "." };
    let power = power + 63 - i32::try_from(unused).unwrap_or_default();
    let (direction, power) = if power < 0 {
        ('-', -power)
    } else {
        ('+', power)
    };
    format!("{}0x1{dot}{digits}p{direction}{power:02}", sign(value))
}

fn sign(value: f64) -> &'static str {
    if value.is_sign_negative() { "-" } else { "" }
}

/// The mantissa as an integer, and its power of two.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or_default();
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 0 {
        (fraction, -1074)
    } else {
        (fraction | (1 << 52), exponent - 1075)
    }
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
    fn floats_are_written_in_other_bases() {
        assert_eq!(binary(1.5), "6755399441055744p-52");
        assert_eq!(binary(-1024.0), "-4503599627370496p-42");
        assert_eq!(hexadecimal(1.5), "0x1.8p+00");
        assert_eq!(hexadecimal(-0.0), "-0x0p+00");
        assert_eq!(hexadecimal(5e-324), "0x1p-1074");
        assert_eq!(hexadecimal(1e21), "0x1.b1ae4d6e2ef5p+69");
    }

    #[test]
    fn only_decimal_numbers_are_floats() {
        assert_eq!(parse("1.5e3"), Some(1500.0));
        assert_eq!(parse("+1_0.5"), Some(10.5));
        for text in [] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
