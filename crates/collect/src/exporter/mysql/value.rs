//! What a text that the server shows is worth as a number.

/// The number that `text` stands for, if it does: switches, states of a replica or a cluster, times, numbers.
pub(super) fn number(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "primary" => Some(1.0),
        "no" | "off" | "disabled" | "connecting" | "non-primary" | "disconnected" => Some(0.0),
        _ => float(text)
            .or_else(|| certificate_time(text))
            .or_else(|| date_time(text)),
    }
}

/// A number in digits; words such as `inf` and `nan` are none.
pub(super) fn float(text: &str) -> Option<f64> {
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    (digits && !text.contains(['x', 'X'])).then(|| text.parse().ok())?
}

/// `Nov  1 10:13:07 2027 GMT`, as TLS certificates have it, in Unix time.
fn certificate_time(text: &str) -> Option<f64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut words = text.split_ascii_whitespace();
    let (month, day, clock, year) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let seconds = clock_seconds(clock)?;
    let days = days_since_1970(
        year.parse().ok()?,
        i64::try_from(month).ok()?,
        day.parse().ok()?,
    )?;
    Some((days * 86_400 + seconds) as f64)
}

/// `2027-11-01 10:13:07` in Unix time.
fn date_time(text: &str) -> Option<f64> {
    let (date, clock) = text.split_once(' ')?;
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let days = days_since_1970(parts.next()??, parts.next()??, parts.next()??)?;
    Some((days * 86_400 + clock_seconds(clock)?) as f64)
}

fn clock_seconds(clock: &str) -> Option<i64> {
    let mut parts = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let sound = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..61).contains(&second);
    sound.then_some(hour * 3600 + minute * 60 + second)
}

fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1..=9999).contains(&year) {
        return None;
    }
    // Years begin in March, so that the leap day is their last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(365 * year + leap + (153 * month + 2) / 5 + day - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_states_times_and_numbers_are_numbers() {
        let cases = [
            ("ON", Some(1.0)),
            ("Yes", Some(1.0)),
            ("DISABLED", Some(0.0)),
            ("Connecting", Some(0.0)),
            ("Primary", Some(1.0)),
            ("non-Primary", Some(0.0)),
            ("10.000000", Some(10.0)),
            ("-1", Some(-1.0)),
            ("18446744073709551615", Some(18_446_744_073_709_551_615.0)),
            ("Nov  1 10:13:07 2027 GMT", Some(1_825_063_987.0)),
            ("1970-01-02 00:00:01", Some(86_401.0)),
            ("mysql-bin.000003", None),
            ("10.11.19-MariaDB", None),
            ("inf", None),
            ("", None),
            ("2027-13-01 00:00:00", None),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
