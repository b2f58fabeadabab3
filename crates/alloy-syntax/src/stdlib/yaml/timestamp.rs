//! Points in time in YAML: a date, or a date and a time with or without a zone, as RFC 3339 text.

/// The time that a scalar stands for; `None` if it is none.
pub(super) fn as_rfc3339(text: &str) -> Option<String> {
    let (year, rest) = text.split_once('-')?;
    let (month, rest) = rest.split_once('-')?;
    let day_end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (day, rest) = rest.split_at(day_end);
    if year.len() != 4 {
        return None;
    }
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    let mut letters = rest.chars();
    match letters.next() {
        None => Some(format!("{date}T00:00:00Z")),
        Some('T' | 't') => {
            let (time, zone) = time(letters.as_str())?;
            Some(format!("{date}T{time}{}", zone_text(zone)?))
        }
        Some(' ') => match time(letters.as_str())? {
            (time, "") => Some(format!("{date}T{time}Z")),
            _ => None,
        },
        Some(_) => None,
    }
}

fn digits(text: &str, most: usize) -> Option<u32> {
    let fits = !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Hours, minutes and seconds in two digits each, and what follows them.
fn time(text: &str) -> Option<(String, &str)> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (second, rest) = rest.split_at(end);
    let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, rest) = match rest.strip_prefix('.') {
        None => ("", rest),
        Some(rest) => rest.split_at(
            rest.find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len()),
        ),
    };
    let fraction = fraction
        .get(..fraction.len().min(9))
        .unwrap_or_default()
        .trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    Some((
        format!("{hour:02}:{minute:02}:{second:02}{dot}{fraction}"),
        rest,
    ))
}

fn zone_text(zone: &str) -> Option<&str> {
    match zone {
        "Z" | "+00:00" | "-00:00" => return Some("Z"),
        _ => {}
    }
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    let fits = hours.len() == 2
        && minutes.len() == 2
        && digits(hours, 2)? <= 24
        && digits(minutes, 2)? < 60;
    fits.then_some(zone)
}

#[cfg(test)]
mod tests {
    use super::as_rfc3339;

    #[test]
    fn dates_and_times_are_told_from_other_text() {
        for (text, time) in [
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("2024-2-9 1:2:3.50", "2024-02-09T01:02:03.5Z"),
            ("2024-02-29t12:30:00+09:00", "2024-02-29T12:30:00+09:00"),
        ] {
            assert_eq!(as_rfc3339(text).as_deref(), Some(time));
        }
        for text in [
            "2023-02-29",
            "24-02-29",
            "2024-02",
            "2024-02-29T12:30",
            "2024-02-29x",
            "2024-13-01",
            "1-2-3",
        ] {
            assert_eq!(as_rfc3339(text), None, "{text}");
        }
    }
}
