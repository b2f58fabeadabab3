//! Samples as columns: one batch is what one scrape (or one call of a library user) brings.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Generation, Histogram, Labels};

/// A receiver's own number for a series, got from [`crate::MetricsReceiver::resolve`].
///
/// It means something to that receiver alone and only within one [`Generation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesId(pub u32);

/// Names a list of series. A producer takes a [`LayoutId::fresh`] one whenever its list differs from the one before, or
/// was resolved in another generation, so that a receiver need not compare the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LayoutId(pub u64);

// === impl LayoutId ===

impl LayoutId {
    /// An id that no producer of this process has taken before.
    pub fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A sample with a time of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StampedSample {
    /// The series.
    pub series: SeriesId,
    /// Unix time in milliseconds.
    pub timestamp_ms: i64,
    /// The value; a stale marker is [`stale_marker`].
    pub value: f64,
}

/// An example of what a series counted, a trace ID as a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    /// The exemplar's own labels (not the series').
    pub labels: Labels,
    /// The exemplar's value.
    pub value: f64,
    /// Unix time in milliseconds.
    pub timestamp_ms: i64,
}

/// What one scrape brought, in columns.
///
/// `series` and `values` have the same length and hold the samples that carry the batch's own time. The columns after
/// them are rare and mostly empty.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The generation of the receiver in which the ids were resolved.
    pub generation: Generation,
    /// Unix time in milliseconds, of every sample without a time of its own.
    pub timestamp_ms: i64,
    /// Names `series`: equal ids from one producer mean equal lists.
    pub layout: LayoutId,
    /// The series; a producer names each once, but rules further down may have made two of them one.
    pub series: &'a [SeriesId],
    /// One value for each of `series`.
    pub values: &'a [f64],
    /// Series that ended: each gets a stale marker at `timestamp_ms`.
    pub stale: &'a [SeriesId],
    /// Samples with times of their own.
    pub stamped: &'a [StampedSample],
    /// Native histograms with their times (Unix time in milliseconds).
    pub histograms: &'a [(SeriesId, i64, Histogram)],
    /// Exemplars of any of the series.
    pub exemplars: &'a [(SeriesId, Exemplar)],
    /// When a counter or histogram began to count (Unix time in milliseconds), where the target says so.
    pub start_times: &'a [(SeriesId, i64)],
}

// === impl Batch ===

impl Batch<'_> {
    /// A batch of nothing, to be filled with `..Batch::empty(…)`.
    pub const fn empty(generation: Generation, layout: LayoutId, timestamp_ms: i64) -> Self {
        Batch {
            generation,
            timestamp_ms,
            layout,
            series: &[],
            values: &[],
            stale: &[],
            stamped: &[],
            histograms: &[],
            exemplars: &[],
            start_times: &[],
        }
    }

    /// How many samples the batch holds: values, stale markers and histograms.
    pub fn len(&self) -> usize {
        self.series.len() + self.stale.len() + self.stamped.len() + self.histograms.len()
    }

    /// Whether the batch holds no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The bit pattern of Prometheus' stale marker (`model/value`: `StaleNaN`).
const STALE_BITS: u64 = 0x7ff0_0000_0000_0002;

/// The value that says "this series has ended".
pub fn stale_marker() -> f64 {
    f64::from_bits(STALE_BITS)
}

/// Whether `value` is the stale marker; any other NaN is an ordinary value.
pub fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE_BITS
}
