//! The time in front of every record of a log.

/// Nanoseconds since the Unix epoch: what a log record carries, and where reading is taken up again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

const NANOS: i64 = 1_000_000_000;

// === impl Instant ===

impl Instant {
    /// As the daemon's `since` wants it: exact seconds and nanoseconds. Times before 1970 count as 1970.
    pub(crate) fn to_query(self) -> String {
        let nanos = self.0.max(0);
        format!("{}.{:09}", nanos / NANOS, nanos % NANOS)
    }
}

/// The time and the rest of a record that begins with an RFC 3339 time and a blank.
///
/// Docker writes 30 characters, always in UTC and with nine digits; Podman writes local time with an offset. `None`:
/// the record does not begin with a time.
pub fn split_timestamp(record: &[u8]) -> Option<(Instant, &[u8])> {
    let field = |from: usize, to: usize| number(record.get(from..to)?);
    let mark = |at: usize, mark: u8| (record.get(at) == Some(&mark)).then_some(());
    mark(4, b'-')?;
    mark(7, b'-')?;
    mark(10, b'T')?;
    mark(13, b':')?;
    mark(16, b':')?;
    let days = days_since_1970(field(0, 4)?, field(5, 7)?, field(8, 10)?)?;
    let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    let mut nanos = 0;
    if record.get(at) == Some(&b'.') {
        at += 1;
        let digits = record.get(at..)?.iter().take_while(|b| b.is_ascii_digit());
        let length = digits.count();
        if length == 0 || length > 9 {
            return None;
        }
        nanos = field(at, at + length)? * 10_i64.pow(u32::try_from(9 - length).ok()?);
        at += length;
    }
    let offset = match record.get(at)? {
        b'Z' => {
            at += 1;
            0
        }
        sign @ (b'+' | b'-') => {
            mark(at + 3, b':')?;
            let offset = field(at + 1, at + 3)? * 3600 + field(at + 4, at + 6)? * 60;
            at += 6;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    mark(at, b' ')?;
    let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset;
    let time = seconds.checked_mul(NANOS)?.checked_add(nanos)?;
    Some((Instant(time), record.get(at + 1..)?))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i64::from(digit - b'0'))
    })
}

/// Days of the Gregorian calendar (Hinnant's `days_from_civil`, for years from 0 on).
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // The year begins in March, so that the leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_in_front_is_taken_off() {
        for (record, nanos, rest) in [
            ("1970-01-01T00:00:00.000000000Z a b", 0, "a b"),
            (
                "2024-02-29T23:59:59.999999999Z ",
                1_709_251_199_999_999_999,
                "",
            ),
            ("2024-03-01T00:00:00Z x\n", 1_709_251_200_000_000_000, "x\n"),
            (
                "2024-03-01T09:00:00.5+09:00 x",
                1_709_251_200_500_000_000,
                "x",
            ),
            (
                "2024-02-29T20:30:00.000000001-03:30 x",
                1_709_251_200_000_000_001,
                "x",
            ),
            ("1969-12-31T23:59:59.000000000Z x", -1_000_000_000, "x"),
            ("2100-03-01T00:00:00Z x", 4_107_542_400_000_000_000, "x"),
        ] {
            let wanted = Some((Instant(nanos), rest.as_bytes()));
            assert_eq!(split_timestamp(record.as_bytes()), wanted, "{record}");
        }
    }

    #[test]
    fn what_is_no_time_is_left_alone() {
        let whole = "2024-02-29T23:59:59.123456789Z x";
        for cut in 0..whole.len() - 1 {
            assert_eq!(
                split_timestamp(&whole.as_bytes()[..cut]),
                None,
                "cut at {cut}"
            );
        }
        for record in [
            "2024-13-01T00:00:00Z x",
            "2024-01-01T24:00:00Z x",
            "2024-01-01T00:00:00.Z x",
            "2024-01-01T00:00:00.1234567890Z x",
            "2024-01-01T00:00:00Zx",
            "9999-01-01T00:00:00Z x",
            "a line of its own that is long enough",
        ] {
            assert_eq!(split_timestamp(record.as_bytes()), None, "{record}");
        }
    }

    #[test]
    fn since_is_exact_to_the_nanosecond() {
        assert_eq!(
            Instant(1_709_251_199_000_000_007).to_query(),
            "1709251199.000000007"
        );
        assert_eq!(Instant(-5).to_query(), "0.000000000");
    }
}
