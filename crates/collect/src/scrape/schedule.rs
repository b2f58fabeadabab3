//! When a target is scraped: in its own slot of each interval, at a phase that restarts do not change.
//!
//! Slots lie on a grid over absolute time, shifted by the target's phase, so that targets spread over the interval and a
//! restart goes on in the same rhythm. A first scrape does not wait for its slot: it comes within a second, so that
//! data shows at once, unless the slot comes earlier anyway.
//!
//! Slots are kept in monotonic time; the wall clock only stamps samples. Where both agree to a hair the sample gets the
//! slot's time, which makes successive stamps differ by exactly the interval: they compress better.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// A first scrape comes within this time.
const FIRST_WITHIN: Duration = Duration::from_secs(1);

/// Stamps that are off by less than this, or a hundredth of the interval, are moved to their slot.
const TOLERANCE: Duration = Duration::from_millis(2);

/// Where the wall clock's time comes from.
#[derive(Clone, Copy, Debug)]
pub enum WallClock {
    /// From the system.
    System,
    /// From tokio's clock, which tests can pause: it was `at` when the wall clock would have shown `time`.
    Anchored {
        /// A moment of tokio's clock.
        at: Instant,
        /// The wall clock's time at that moment.
        time: SystemTime,
    },
}

/// The slots of one target.
#[derive(Debug)]
pub(super) struct Schedule {
    interval: Duration,
    /// The next slot in monotonic time, and the wall clock's time then.
    next: Instant,
    next_ms: i64,
    /// Whether the next scrape is the first one and comes before its slot.
    early: Option<Instant>,
}

// === impl WallClock ===

impl WallClock {
    /// Unix time now.
    pub(super) fn now(self) -> Duration {
        let now = match self {
            Self::System => SystemTime::now(),
            Self::Anchored { at, time } => time + at.elapsed(),
        };
        // A clock before 1970 has not been set; any time will do.
        now.duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

// === impl Schedule ===

impl Schedule {
    /// The schedule of a target that is first seen now.
    pub(super) fn new(interval: Duration, phase: u64, clock: WallClock) -> Self {
        let interval = interval.max(Duration::from_millis(1));
        let (now, wall) = (Instant::now(), clock.now());
        let grid = interval.as_nanos();
        let offset = u128::from(phase) % grid;
        let since = (wall.as_nanos() + grid - offset) % grid;
        let wait = nanoseconds(grid - since);
        let first = nanoseconds(u128::from(phase) % interval.min(FIRST_WITHIN).as_nanos());
        Self {
            interval,
            next: now + wait,
            next_ms: milliseconds(wall + wait),
            early: (first < wait).then(|| now + first),
        }
    }

    /// When the next scrape begins.
    pub(super) fn next(&self) -> Instant {
        self.early.unwrap_or(self.next)
    }

    /// When the next slot is.
    pub(super) fn next_slot(&self) -> Instant {
        self.next
    }

    /// The time of the next slot, Unix time in milliseconds.
    pub(super) fn time_of_next(&self) -> i64 {
        self.next_ms
    }

    /// The time of the samples of the scrape that begins now; moves on to the next slot.
    pub(super) fn begin(&mut self, clock: WallClock) -> i64 {
        let now_ms = milliseconds(clock.now());
        if self.early.take().is_some() {
            return now_ms;
        }
        let slot_ms = self.next_ms;
        // Slots that were missed are left out, not made up for.
        let late = Instant::now().saturating_duration_since(self.next);
        let slots = 1 + u32::try_from(late.as_nanos() / self.interval.as_nanos()).unwrap_or(0);
        let step = self.interval.saturating_mul(slots);
        self.next += step;
        self.next_ms = slot_ms.saturating_add(milliseconds(step));
        let tolerance = milliseconds(TOLERANCE.min(self.interval / 100));
        if slots == 1 && now_ms.abs_diff(slot_ms) <= tolerance.unsigned_abs() {
            return slot_ms;
        }
        if now_ms.abs_diff(slot_ms) >= milliseconds(self.interval).unsigned_abs() {
            // The wall clock was set: from now on slots have its time.
            self.next_ms = now_ms.saturating_add(milliseconds(self.interval));
        }
        now_ms
    }
}

fn nanoseconds(nanoseconds: u128) -> Duration {
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

pub(super) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(at_ms: u64) -> WallClock {
        WallClock::Anchored {
            at: Instant::now(),
            time: UNIX_EPOCH + Duration::from_millis(at_ms),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_scrape_comes_within_a_second_and_the_others_in_their_slots() {
        let clock = clock(1_000_000);
        let phase = 7_300_000_000;
        let mut schedule = Schedule::new(Duration::from_secs(10), phase, clock);
        let mut times = Vec::new();
        for _ in 0..3 {
            tokio::time::sleep_until(schedule.next()).await;
            times.push(schedule.begin(clock));
        }
        assert_eq!(times, [1_000_300, 1_007_300, 1_017_300]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_that_was_missed_is_left_out_and_the_rhythm_stays() {
        let clock = clock(0);
        let mut schedule = Schedule::new(Duration::from_secs(10), 500_000_000, clock);
        tokio::time::sleep(Duration::from_millis(35_700)).await;
        assert_eq!(schedule.begin(clock), 35_700);
        tokio::time::sleep_until(schedule.next()).await;
        assert_eq!(schedule.begin(clock), 40_500);
    }

    #[tokio::test(start_paused = true)]
    async fn a_restart_goes_on_in_the_same_rhythm() {
        let interval = Duration::from_secs(15);
        let before = Schedule::new(interval, 3_000_000_000, clock(60_000_000));
        let after = Schedule::new(interval, 3_000_000_000, clock(60_052_000));
        assert_eq!((after.next_ms - before.next_ms) % 15_000, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn stamps_that_are_off_by_a_hair_are_moved_to_their_slot() {
        let clock = clock(0);
        let mut schedule = Schedule::new(Duration::from_secs(1), 0, clock);
        assert_eq!(schedule.begin(clock), 0);
        tokio::time::sleep(Duration::from_millis(1002)).await;
        assert_eq!(schedule.begin(clock), 1000);
        tokio::time::sleep(Duration::from_millis(1010)).await;
        assert_eq!(schedule.begin(clock), 2012);
    }
}
