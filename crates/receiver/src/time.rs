//! Times and durations in query parameters.

const MS: f64 = 1000.0;

/// Prometheus' time: Unix seconds with a fraction, or RFC 3339; as milliseconds.
pub(crate) fn prometheus_time(text: &str) -> Option<i64> {
    match text.parse::<f64>() {
        Ok(seconds) => whole(seconds * MS),
        Err(_) => Some(rfc3339(text)?.div_euclid(1_000_000)),
    }
}

/// Loki's time: Unix nanoseconds, or seconds where it is short or has a fraction, or RFC 3339; as nanoseconds.
pub(crate) fn loki_time(text: &str) -> Option<i64> {
    if let Ok(whole) = text.parse::<i64>() {
        return if text.len() <= 10 {
            whole.checked_mul(1_000_000_000)
        } else {
            Some(whole)
        };
    }
    match text.parse::<f64>() {
        Ok(seconds) => whole(seconds * 1e9),
        Err(_) => rfc3339(text),
    }
}

/// Prometheus' duration in a parameter: seconds with a fraction, or `1h30m`; as milliseconds, more than zero.
pub(crate) fn prometheus_duration(text: &str) -> Option<i64> {
    let duration = match text.parse::<f64>() {
        Ok(seconds) => whole(seconds * MS)?,
        Err(_) => duration(text)?,
    };
    (duration > 0).then_some(duration)
}

/// `1w2d3h4m5s6ms`, each unit once and in this order; as milliseconds.
pub(crate) fn duration(text: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 7] = [
        ("y", 31_536_000_000),
        ("w", 604_800_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
        ("ms", 1),
    ];
    let mut rest = text;
    let mut total = 0_i64;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits)?;
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at_checked(letters)?;
        let (_, size) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(*size)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be in range")]
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 9.2e18).then_some(number.round() as i64)
}

/// `2024-01-02T03:04:05.6Z` or with an offset; as nanoseconds.
fn rfc3339(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    let shape = |at: usize, wanted: &str| text.get(at..=at).filter(|c| wanted.contains(*c));
    shape(4, "-")?;
    shape(7, "-")?;
    shape(10, "Tt ")?;
    shape(13, ":")?;
    shape(16, ":")?;
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let seconds = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        None => ("", rest),
        Some(rest) => rest.split_at_checked(rest.bytes().take_while(u8::is_ascii_digit).count())?,
    };
    let nanos = format!("{fraction:0<9}").get(..9)?.parse::<i64>().ok()?;
    let offset = match zone {
        "Z" | "z" => 0,
        zone => {
            let at = text.len() - zone.len();
            let size = number(at + 1, at + 3)? * 3600 + number(at + 4, at + 6)? * 60;
            match zone.get(..1)? {
                _ if zone.len() != 6 => return None,
                "+" => size,
                "-" => -size,
                _ => return None,
            }
        }
    };
    // Days of the Gregorian calendar, with years that begin in March.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    (days * 86_400 + seconds - offset)
        .checked_mul(1_000_000_000)?
        .checked_add(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_all_their_forms() {
        assert_eq!(prometheus_time("1709251200.123"), Some(1_709_251_200_123));
        assert_eq!(
            prometheus_time("2024-03-01T09:00:00.5+09:00"),
            Some(1_709_251_200_500)
        );
        assert_eq!(
            prometheus_time("2024-02-29T20:30:00-03:30"),
            Some(1_709_251_200_000)
        );
        assert_eq!(loki_time("1709251200"), Some(1_709_251_200_000_000_000));
        assert_eq!(
            loki_time("1709251200000000007"),
            Some(1_709_251_200_000_000_007)
        );
        assert_eq!(loki_time("1709251200.5"), Some(1_709_251_200_500_000_000));
        assert_eq!(
            loki_time("2024-03-01T00:00:00.000000007Z"),
            Some(1_709_251_200_000_000_007)
        );
        for bad in [
            "",
            "x",
            "2024-03-01",
            "2024-03-01T00:00:00",
            "2024-13-01T00:00:00Z",
            "NaN",
            "1e300",
        ] {
            assert_eq!(prometheus_time(bad), None, "{bad}");
            assert_eq!(loki_time(bad), None, "{bad}");
        }
    }

    #[test]
    fn durations_have_units_in_order() {
        assert_eq!(duration("1h30m"), Some(5_400_000));
        assert_eq!(duration("5m"), Some(300_000));
        assert_eq!(duration("10ms"), Some(10));
        assert_eq!(prometheus_duration("15"), Some(15_000));
        assert_eq!(prometheus_duration("0.5"), Some(500));
        for bad in ["", "5", "m", "5x", "1m1h", "1m1m", "99999999999999999999y"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        assert_eq!(prometheus_duration("0"), None);
        assert_eq!(prometheus_duration("-5"), None);
    }
}
