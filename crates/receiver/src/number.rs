//! Numbers as Prometheus' API writes them: Go's shortest form.

/// `value` as the API shows it: `1`, `0.5`, `1e+21`, `NaN`, `+Inf`.
pub(crate) fn go_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{value}")
}

/// Milliseconds as seconds with three digits, or none where they are whole.
pub(crate) fn seconds(milliseconds: i64) -> serde_json::Number {
    let text = if milliseconds % 1000 == 0 {
        format!("{}", milliseconds / 1000)
    } else {
        let sign = if milliseconds < 0 { "-" } else { "" };
        let size = milliseconds.unsigned_abs();
        format!("{sign}{}.{:03}", size / 1000, size % 1000)
    };
    text.parse()
        .unwrap_or_else(|_| serde_json::Number::from(milliseconds / 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        for (value, wanted) in [
            (1.0, "1"),
            (-0.0, "-0"),
            (0.1, "0.1"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (1e-6, "0.000001"),
            (1e-7, "1e-07"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(go_float(value), wanted);
        }
    }

    #[test]
    fn times_have_milliseconds_where_they_are_not_whole() {
        for (time, wanted) in [
            (1_435_781_451_781, "1435781451.781"),
            (1_435_781_451_700, "1435781451.7"),
            (5_000, "5"),
            (-1_500, "-1.5"),
        ] {
            assert_eq!(
                serde_json::to_string(&seconds(time)).expect("a number"),
                wanted
            );
        }
    }
}
