//! One endpoint's books: every point that was appended for it is sent, dropped for a reason, or pending.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::log::Pending;
use crate::metrics::{EndpointMetrics, Reason};
use crate::points::Counts;
use crate::wal::reader::Damage;

/// Counts, metrics and health of one endpoint; shared by its sender and whoever asks.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) metrics: EndpointMetrics,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sent: Counts,
    dropped: BTreeMap<Reason, Counts>,
    health: Health,
}

/// How sending goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// Nothing was sent yet.
    #[default]
    Unknown,
    /// The last request was accepted.
    Delivering,
    /// The last request failed and is tried again.
    Retrying {
        /// Why.
        reason: String,
    },
    /// The receiver refuses what we send; it is dropped.
    Refused {
        /// In its words.
        reason: String,
    },
}

/// One endpoint's numbers since it was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointStatus {
    /// The endpoint's name in metrics.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// Points that the receiver accepted.
    pub sent: Counts,
    /// Points that never reached the receiver, or that it refused, by reason.
    pub dropped: BTreeMap<Reason, Counts>,
    /// Points without a verdict.
    pub pending: Counts,
    /// Bytes of the log that hold them.
    pub unsent_bytes: u64,
    /// The time of the oldest of them, Unix milliseconds, where known.
    pub oldest_unsent_ms: Option<i64>,
    /// How sending goes.
    pub health: Health,
}

// === impl Ledger ===

impl Ledger {
    pub(crate) fn new(metrics: EndpointMetrics) -> Self {
        Self {
            metrics,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The receiver has accepted these.
    pub(crate) fn sent(&self, counts: Counts) {
        self.state().sent += counts;
    }

    /// These will not be delivered.
    pub(crate) fn dropped(&self, reason: Reason, counts: Counts) {
        if counts.total() == 0 {
            return;
        }
        *self.state().dropped.entry(reason).or_default() += counts;
        let numbers = [counts.samples, counts.histograms, counts.exemplars];
        if reason.is_failure() {
            for (counter, number) in self.metrics.failed.iter().zip(numbers) {
                counter.inc_by(number);
            }
        } else {
            for (counter, number) in self.metrics.dropped(reason).iter().zip(numbers) {
                counter.inc_by(number);
            }
        }
    }

    pub(crate) fn damaged(&self, damage: Damage) {
        self.metrics.corruptions.inc_by(damage.frames);
        self.dropped(Reason::Damaged, damage.points);
    }

    /// Notes how sending goes; whether that is news.
    pub(crate) fn set_health(&self, health: Health) -> bool {
        let mut state = self.state();
        let news = std::mem::discriminant(&state.health) != std::mem::discriminant(&health);
        state.health = health;
        news
    }

    pub(crate) fn status(&self, name: &str, url: &str, pending: Pending) -> EndpointStatus {
        let state = self.state();
        EndpointStatus {
            name: name.to_owned(),
            url: url.to_owned(),
            sent: state.sent,
            dropped: state.dropped.clone(),
            pending: pending.counts,
            unsent_bytes: pending.bytes,
            oldest_unsent_ms: pending.oldest_ms,
            health: state.health.clone(),
        }
    }
}
