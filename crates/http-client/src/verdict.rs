//! What a receiver's status means for the batch that it answers.

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

/// What to do with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Stored: 2xx.
    Accepted,
    /// Send the same again, after the receiver's wish if it has one: 429 and 5xx.
    Retry {
        /// The receiver's `Retry-After`.
        after: Option<Duration>,
    },
    /// Send it in smaller pieces: 413.
    TooLarge,
    /// The receiver does not read this kind of message: 415.
    UnsupportedMedia,
    /// Never send it again: any other status.
    Rejected,
}

/// The verdict of an answer; `now` is for a `Retry-After` that names a time of day.
pub fn classify(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Verdict {
    match status.as_u16() {
        200..=299 => Verdict::Accepted,
        429 | 500..=599 => Verdict::Retry {
            after: retry_after(headers, now),
        },
        413 => Verdict::TooLarge,
        415 => Verdict::UnsupportedMedia,
        _ => Verdict::Rejected,
    }
}

/// `Retry-After`: whole seconds or an HTTP date. Zero, the past and anything else count as not said.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = text.parse::<u32>() {
        Duration::from_secs(seconds.into())
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        Duration::from_secs(date.duration_since(now).ok()?.as_secs())
    };
    (!wait.is_zero()).then_some(wait)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn wait(value: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).expect("a value"));
        // Sun, 06 Nov 1994 08:49:37 GMT less 90.4 s.
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(784_111_777_000 - 90_400);
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_nothing_else() {
        for (value, wanted) in [
            ("7", Some(7)),
            (" 120 ", Some(120)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(90)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(90)),
            ("Sun Nov  6 08:49:37 1994", Some(90)),
            ("Sun, 06 Nov 1994 08:48:06 GMT", None),
            ("0", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(wait(value), wanted, "{value:?}");
        }
    }

    #[test]
    fn every_status_has_one_verdict() {
        let verdict = |status| {
            let status = StatusCode::from_u16(status).expect("a status");
            classify(status, &HeaderMap::new(), SystemTime::UNIX_EPOCH)
        };
        let again = Verdict::Retry { after: None };
        for (status, wanted) in [
            (200, Verdict::Accepted),
            (204, Verdict::Accepted),
            (304, Verdict::Rejected),
            (400, Verdict::Rejected),
            (408, Verdict::Rejected),
            (413, Verdict::TooLarge),
            (415, Verdict::UnsupportedMedia),
            (429, again),
            (500, again),
            (501, again),
            (599, again),
            (600, Verdict::Rejected),
        ] {
            assert_eq!(verdict(status), wanted, "{status}");
        }
    }
}
