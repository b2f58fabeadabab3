//! What a Loki would refuse, dropped before it is sent.
//!
//! Nothing is limited until it is known to be: a Loki may take lines of any age or length, so the defaults are open.
//! The age limit is learned from Loki's own refusal and forgotten after [`LEARNED_FOR`], in case its limit was raised.

use std::time::Duration;

use tokio::time::Instant;

use super::answer::DropReason;
use crate::Timestamp;

/// How long a learned limit holds.
const LEARNED_FOR: Duration = Duration::from_secs(600);

/// Limits of the receiver that are known beforehand. None: not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The greatest age of a line. Loki's default: 7 days.
    pub max_age: Option<Duration>,
    /// The longest line in bytes. Loki's default: 256 KiB.
    pub max_line_bytes: Option<usize>,
    /// The most labels of a stream. Loki's default: 15, one of which it may add itself.
    pub max_labels: Option<usize>,
}

/// The limits in force: known and learned.
#[derive(Debug)]
pub(super) struct Gate {
    known: Limits,
    learned_age: Option<(Duration, Instant)>,
}

// === impl Limits ===

impl Limits {
    /// The limits of a Loki with the configuration that it comes with.
    pub fn of_loki() -> Self {
        Self {
            max_age: Some(Duration::from_secs(7 * 24 * 3600)),
            max_line_bytes: Some(256 * 1024),
            max_labels: Some(14),
        }
    }
}

// === impl Gate ===

impl Gate {
    pub(super) fn new(known: Limits) -> Self {
        Self {
            known,
            learned_age: None,
        }
    }

    /// Loki has refused a line for its age, naming the oldest time it takes.
    pub(super) fn learn_oldest(&mut self, oldest: Timestamp, wall: Timestamp, now: Instant) {
        let age = u64::try_from(wall.seconds.saturating_sub(oldest.seconds)).unwrap_or_default();
        // A moment more than what was refused: what passes here may still be refused, never the other way round.
        self.learned_age = Some((Duration::from_secs(age.saturating_add(1)), now));
    }

    /// Why a line would be refused.
    pub(super) fn refuses(
        &self,
        timestamp: Timestamp,
        line: usize,
        labels: usize,
        wall: Timestamp,
        now: Instant,
    ) -> Option<DropReason> {
        let learned = self
            .learned_age
            .filter(|(_, at)| now.saturating_duration_since(*at) < LEARNED_FOR)
            .map(|(age, _)| age);
        if let Some(age) = [learned, self.known.max_age].into_iter().flatten().min() {
            let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
            if timestamp.seconds < wall.seconds.saturating_sub(age) {
                return Some(DropReason::TooOld);
            }
        }
        if self.known.max_line_bytes.is_some_and(|max| line > max) {
            return Some(DropReason::LineTooLong);
        }
        if self.known.max_labels.is_some_and(|max| labels > max) {
            return Some(DropReason::TooManyLabels);
        }
        None
    }
}
