//! What Loki's answers mean for the lines of a request. Pure.

use std::time::Duration;

use crate::Timestamp;

/// Why lines were given up; the names are Alloy's where it has one, else those of Loki's own metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum DropReason {
    /// Loki refused them for a reason that it did not name in a known way, or the tries that were set ran out.
    IngesterError,
    /// The tries that were set ran out on 429.
    RateLimited,
    /// More streams than `max_streams`.
    StreamLimited,
    /// Longer than the receiver takes.
    LineTooLong,
    /// Older than the receiver takes.
    TooOld,
    /// Newer than the receiver takes.
    TooNew,
    /// Too far behind the newest line of its stream.
    TooFarBehind,
    /// The stream has more labels than the receiver takes.
    TooManyLabels,
    /// A label's name or value is longer than the receiver takes.
    LabelTooLong,
}

/// The fate of a request's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Loki has them.
    Stored,
    /// Loki refused `ignored` of them (all, if it named no number) and has the others. Sending again is no use.
    Refused {
        reason: DropReason,
        ignored: Option<usize>,
        /// The oldest time that it takes, if it said so.
        oldest: Option<Timestamp>,
        message: String,
    },
    /// The request is too large: send its halves.
    TooLarge { message: String },
    /// Not stored; later it may be. At the earliest after `after`.
    Later {
        limited: bool,
        after: Option<Duration>,
        message: String,
    },
}

/// What `status` and `body` mean. `after` is the answer's `Retry-After`.
pub(super) fn read_answer(status: u16, body: &str, after: Option<Duration>) -> Answer {
    let message = || {
        let line = body.trim().lines().next().unwrap_or_default();
        let line: String = line.chars().take(300).collect();
        if line.is_empty() {
            format!("status {status}")
        } else {
            format!("status {status}: {line}")
        }
    };
    match status {
        // Loki's default answer to a tenant whose ingestion is blocked: nothing was stored.
        260 => Answer::Later {
            limited: false,
            after: None,
            message: format!("{} (ingestion is blocked for this tenant)", message()),
        },
        200..=299 => Answer::Stored,
        400 | 422 => Answer::Refused {
            reason: refusal(body),
            ignored: ignored(body),
            oldest: oldest(body),
            message: message(),
        },
        413 => Answer::TooLarge { message: message() },
        429 => Answer::Later {
            limited: true,
            after,
            message: message(),
        },
        // 5xx and time-outs pass; 3xx, 401, 403, 404 and their like are mistakes in the set-up, which somebody will
        // mend while the lines wait where they are.
        _ => Answer::Later {
            limited: false,
            after,
            message: message(),
        },
    }
}

fn refusal(body: &str) -> DropReason {
    const KNOWN: [(&str, DropReason); 7] = [
        ("too far behind", DropReason::TooFarBehind),
        ("timestamp too old", DropReason::TooOld),
        ("timestamp too new", DropReason::TooNew),
        ("max entry size", DropReason::LineTooLong),
        ("label names; limit", DropReason::TooManyLabels),
        ("label name too long", DropReason::LabelTooLong),
        ("label value too long", DropReason::LabelTooLong),
    ];
    let body = body.to_ascii_lowercase();
    KNOWN
        .iter()
        .find(|(text, _)| body.contains(text))
        .map_or(DropReason::IngesterError, |(_, reason)| *reason)
}

/// The number in `total ignored: 1 out of 3`.
fn ignored(body: &str) -> Option<usize> {
    let (_, rest) = body.split_once("total ignored: ")?;
    rest.split(' ').next()?.parse().ok()
}

/// The time in `oldest acceptable timestamp is: 2026-11-17T05:00:00Z` of a refusal for age.
fn oldest(body: &str) -> Option<Timestamp> {
    if refusal(body) != DropReason::TooOld {
        return None;
    }
    let (_, rest) = body.split_once("oldest acceptable timestamp is: ")?;
    let text = rest.split([' ', ',', '\'', '\n']).next()?;
    crate::docker_time::parse_rfc3339(text.as_bytes()).map(Timestamp::from_unix_nanos)
}

// === impl DropReason ===

impl DropReason {
    /// The reasons that Alloy's metrics show from the start.
    pub(super) const FROM_THE_START: [Self; 4] = [
        Self::IngesterError,
        Self::RateLimited,
        Self::StreamLimited,
        Self::LineTooLong,
    ];

    /// The value of the label `reason`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::IngesterError => "ingester_error",
            Self::RateLimited => "rate_limited",
            Self::StreamLimited => "stream_limited",
            Self::LineTooLong => "line_too_long",
            Self::TooOld => "greater_than_max_sample_age",
            Self::TooNew => "too_far_in_future",
            Self::TooFarBehind => "too_far_behind",
            Self::TooManyLabels => "max_label_names_per_series",
            Self::LabelTooLong => "label_too_long",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_400_for_age_names_the_lines_and_the_oldest_time() {
        let body = "entry for stream '{a=\"b\"}' has timestamp too old: 2026-11-01T00:00:00Z, oldest acceptable timestamp is: 1970-01-01T00:00:09Z";
        let Answer::Refused {
            reason,
            ignored,
            oldest,
            ..
        } = read_answer(400, body, None)
        else {
            panic!("not refused");
        };
        assert_eq!(reason, DropReason::TooOld);
        assert_eq!(
            (ignored, oldest),
            (
                None,
                Some(Timestamp {
                    seconds: 9,
                    nanos: 0
                })
            )
        );
    }

    #[test]
    fn a_400_for_some_lines_leaves_the_others_stored() {
        let body = "entry with timestamp 2026-11-24 02:00:00 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-11-24T02:00:00Z, oldest acceptable timestamp is: 2026-11-24T04:00:00Z',\nuser 'fake', total ignored: 1 out of 3 for stream: {a=\"b\"}";
        let answer = read_answer(400, body, None);
        assert!(
            matches!(
                answer,
                Answer::Refused {
                    reason: DropReason::TooFarBehind,
                    ignored: Some(1),
                    oldest: None,
                    ..
                }
            ),
            "{answer:?}"
        );
    }

    #[test]
    fn blocked_ingestion_and_set_up_mistakes_wait() {
        for status in [260, 301, 401, 403, 404, 408, 500, 503] {
            let answer = read_answer(status, "", None);
            assert!(
                matches!(answer, Answer::Later { limited: false, .. }),
                "{status}: {answer:?}"
            );
        }
        let after = Some(Duration::from_secs(3));
        let answer = read_answer(429, "slow\ndown", after);
        assert_eq!(
            answer,
            Answer::Later {
                limited: true,
                after,
                message: "status 429: slow".to_owned()
            }
        );
        assert_eq!(read_answer(204, "", None), Answer::Stored);
    }
}
