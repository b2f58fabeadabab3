//! A moment as Loki's protobuf has it: seconds and nanoseconds, wide enough for every year that a log line may claim.

const NANOS: i64 = 1_000_000_000;

/// Unix time in seconds, rounded down, and the nanoseconds after them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Whole seconds since 1970, negative before it.
    pub seconds: i64,
    /// 0 to 999 999 999.
    pub nanos: u32,
}

// === impl Timestamp ===

impl Timestamp {
    /// The system clock's time.
    pub fn now() -> Self {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            nanos: since.subsec_nanos(),
        }
    }

    /// From nanoseconds since 1970.
    pub fn from_unix_nanos(nanos: i64) -> Self {
        Self {
            seconds: nanos.div_euclid(NANOS),
            nanos: u32::try_from(nanos.rem_euclid(NANOS)).unwrap_or_default(),
        }
    }

    /// Nanoseconds since 1970; years outside 1677 to 2262 stop at the ends.
    pub fn unix_nanos(self) -> i64 {
        let wide = self.wide();
        i64::try_from(wide).unwrap_or(if wide < 0 { i64::MIN } else { i64::MAX })
    }

    /// This moment and `nanos` more (or less).
    #[must_use]
    pub fn plus_nanos(self, nanos: i64) -> Self {
        let sum = i64::from(self.nanos) + nanos.rem_euclid(NANOS);
        Self {
            seconds: self
                .seconds
                .saturating_add(nanos.div_euclid(NANOS))
                .saturating_add(sum / NANOS),
            nanos: u32::try_from(sum % NANOS).unwrap_or_default(),
        }
    }

    fn wide(self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOS) + i128::from(self.nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_before_1970_counts_its_nanoseconds_forward() {
        let moment = Timestamp::from_unix_nanos(-1_500_000_000);
        assert_eq!((moment.seconds, moment.nanos), (-2, 500_000_000));
        assert_eq!(moment.unix_nanos(), -1_500_000_000);
        assert_eq!(moment.plus_nanos(500_000_001).unix_nanos(), -999_999_999);
        assert_eq!(moment.plus_nanos(-500_000_001).unix_nanos(), -2_000_000_001);
    }
}
