//! RFC 3339 times as Docker writes them in front of each record: fixed places, so no search and no library.

const NANOS: i64 = 1_000_000_000;

/// Unix nanoseconds of `2026-11-24T05:06:07.123456789Z` or with an offset; none if it is no such time.
pub(crate) fn parse_rfc3339(text: &[u8]) -> Option<i64> {
    let (head, mut rest) = text.split_at_checked(19)?;
    let two = |at: usize| digits(head.get(at..at + 2)?);
    let year = digits(head.get(..4)?)?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| head.get(*at) != Some(mark)) {
        return None;
    }
    let (month, day, hour, minute, second) = (two(5)?, two(8)?, two(11)?, two(14)?, two(17)?);
    if !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let mut nanos = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        let (fraction, after) = fraction.split_at_checked(length)?;
        nanos = digits(fraction.get(..length.min(9))?)?;
        for _ in length..9 {
            nanos *= 10;
        }
        rest = after;
    }
    let offset = match rest {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let seconds = digits(&[*h1, *h2])? * 3600 + digits(&[*m1, *m2])? * 60;
            if *sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    seconds.checked_mul(NANOS)?.checked_add(nanos)
}

fn digits(text: &[u8]) -> Option<i64> {
    let mut value = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(value)
}

/// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant's method: years begin in March).
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse_rfc3339;

    #[test]
    fn times_are_read_to_the_nanosecond() {
        let cases: [(&str, Option<i64>); 8] = [
            ("1970-01-01T00:00:00Z", Some(0)),
            (
                "2026-11-24T05:06:07.123456789Z",
                Some(1_795_496_767_123_456_789),
            ),
            (
                "2024-02-29T23:59:59.5+09:00",
                Some(1_709_218_799_500_000_000),
            ),
            ("1969-12-31T23:59:59.999999999Z", Some(-1)),
            ("2026-11-24 05:06:07Z", None),
            ("2026-13-24T05:06:07Z", None),
            ("2026-11-24T05:06:07", None),
            ("", None),
        ];
        for (text, nanos) in cases {
            assert_eq!(parse_rfc3339(text.as_bytes()), nanos, "{text}");
        }
    }
}
