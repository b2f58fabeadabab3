//! The `cpuN` lines of `/proc/stat`.

use super::super::parse;

/// The kernel tells time in ticks of this many a second, whatever its own clock does.
const TICKS_PER_SECOND: f64 = 100.0;
/// An idle time that falls by more is another CPU's: this one was unplugged and came back.
const PLUGGED_AGAIN_SECONDS: f64 = 3.0;
/// The modes of a line, in its order; the last two are parts of the first two.
const MODES: [&str; 10] = [
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "user", "nice",
];
const IDLE: usize = 3;
/// Where the guest modes begin.
const GUEST: usize = 8;

/// The seconds of one CPU, by mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Times([f64; MODES.len()]);

/// The CPUs of a `/proc/stat`; modes that an old kernel does not have are 0.
pub(super) fn read(text: &str) -> impl Iterator<Item = (u32, Times)> {
    parse::keyed_lines(text).filter_map(|(key, rest)| {
        let cpu = key.strip_prefix("cpu")?.parse().ok()?;
        let mut times = [0.0; MODES.len()];
        for (slot, ticks) in times.iter_mut().zip(parse::numbers(rest)) {
            *slot = ticks / TICKS_PER_SECOND;
        }
        Some((cpu, Times(times)))
    })
}

// === impl Times ===

impl Times {
    /// These times, held where one of them has gone back since `before`.
    pub(super) fn after(self, before: Option<&Self>) -> Self {
        let Some(before) = before else { return self };
        let idle = |times: &Self| times.0.get(IDLE).copied().unwrap_or_default();
        if idle(before) - idle(&self) >= PLUGGED_AGAIN_SECONDS {
            return self;
        }
        let mut times = self;
        for (now, before) in times.0.iter_mut().zip(before.0) {
            *now = now.max(before);
        }
        times
    }

    /// The modes that add up to all of the CPU's time.
    pub(super) fn modes(&self) -> impl Iterator<Item = (&'static str, f64)> {
        MODES.into_iter().zip(self.0).take(GUEST)
    }

    /// The share of user and nice time that was spent in guests.
    pub(super) fn guest(&self) -> impl Iterator<Item = (&'static str, f64)> {
        MODES.into_iter().zip(self.0).skip(GUEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> Times {
        read(line).next().unwrap().1
    }

    #[test]
    fn the_total_line_is_no_cpu_and_missing_modes_are_nought() {
        let cpus: Vec<_> = read("cpu  1 2 3\ncpu95 100 0 50 7\nintr 5\n").collect();
        assert_eq!(cpus.len(), 1);
        assert_eq!(cpus[0].0, 95);
        let modes: Vec<_> = cpus[0].1.modes().take(4).collect();
        assert_eq!(
            modes,
            [
                ("user", 1.0),
                ("nice", 0.0),
                ("system", 0.5),
                ("idle", 0.07)
            ]
        );
    }

    #[test]
    fn a_time_that_goes_back_is_held_unless_the_cpu_was_plugged_again() {
        let before = one("cpu0 100 0 0 1000 500");
        let after = one("cpu0 200 0 0 900 400").after(Some(&before));
        assert_eq!(after, one("cpu0 200 0 0 1000 500"));
        let fresh = one("cpu0 1 0 0 2 0");
        assert_eq!(fresh.after(Some(&before)), fresh);
    }
}
