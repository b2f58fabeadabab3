//! How long to wait between tries: twice as long after each failure, within bounds, a little more by chance.

use std::time::Duration;

/// At most this share is added, so that senders which failed together do not come back together.
const JITTER: f64 = 0.2;

/// The waits of one sender.
#[derive(Clone, Debug)]
pub struct Backoff {
    min: Duration,
    max: Duration,
    next: Duration,
    chance: fastrand::Rng,
}

// === impl Backoff ===

impl Backoff {
    /// Waits from `min`, doubling up to `max`; a `max` below `min` counts as `min`.
    pub fn new(min: Duration, max: Duration) -> Self {
        Self {
            min,
            max: max.max(min),
            next: min,
            chance: fastrand::Rng::new(),
        }
    }

    /// The wait after one more failure. The receiver's wish goes before our own step and even beyond the upper bound;
    /// the step after it is twice that, within the bounds. The jitter only ever adds, by at most a fifth.
    pub fn failed(&mut self, wish: Option<Duration>) -> Duration {
        let wait = wish.unwrap_or(self.next);
        self.next = wait.saturating_mul(2).clamp(self.min, self.max);
        wait.saturating_add(wait.mul_f64(JITTER * self.chance.f64()))
    }

    /// The receiver took something: start anew.
    pub fn succeeded(&mut self) {
        self.next = self.min;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn within(wait: Duration, base: Duration) {
        assert!(
            wait >= base && wait <= base + base / 5,
            "{wait:?} for {base:?}"
        );
    }

    #[test]
    fn waits_double_up_to_the_bound_and_begin_anew_after_success() {
        let mut backoff = Backoff::new(30 * MS, 100 * MS);
        for base in [30, 60, 100, 100] {
            within(backoff.failed(None), base * MS);
        }
        backoff.succeeded();
        within(backoff.failed(None), 30 * MS);
    }

    #[test]
    fn a_wish_beats_the_bound_and_the_next_step_stays_within_it() {
        let mut backoff = Backoff::new(30 * MS, 5000 * MS);
        within(backoff.failed(Some(60_000 * MS)), 60_000 * MS);
        within(backoff.failed(None), 5000 * MS);
        within(backoff.failed(Some(MS)), MS);
        within(backoff.failed(None), 30 * MS);
    }

    #[test]
    fn senders_do_not_wait_alike() {
        let mut backoff = Backoff::new(1000 * MS, 1000 * MS);
        let first = backoff.failed(None);
        assert!((0..100).any(|_| backoff.failed(None) != first));
    }
}
