//! Native histograms, as Prometheus' `model/histogram` and the remote-write messages have them.

/// A native histogram: exponential buckets, or custom bounds when `schema` is -53.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Buckets and counts.
    pub buckets: Buckets,
    /// Sum of the observations; the stale marker here ends the series.
    pub sum: f64,
    /// Resolution: -4 to 8 for exponential buckets, -53 for custom bounds.
    pub schema: i32,
    /// Width of the zero bucket.
    pub zero_threshold: f64,
    /// Runs of negative buckets.
    pub negative_spans: Vec<Span>,
    /// Runs of positive buckets.
    pub positive_spans: Vec<Span>,
    /// What the source knows about counter resets.
    pub reset_hint: ResetHint,
    /// Upper bounds of custom buckets, ascending, without `+Inf`; empty otherwise.
    pub custom_values: Vec<f64>,
}

/// Counts of a native histogram: integers as deltas, or floats as they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Buckets {
    /// Each bucket as the difference to the one before.
    Integer {
        /// All observations.
        count: u64,
        /// Observations in the zero bucket.
        zero_count: u64,
        /// Negative buckets.
        negative_deltas: Vec<i64>,
        /// Positive buckets.
        positive_deltas: Vec<i64>,
    },
    /// Each bucket's absolute count.
    Float {
        /// All observations.
        count: f64,
        /// Observations in the zero bucket.
        zero_count: f64,
        /// Negative buckets.
        negative_counts: Vec<f64>,
        /// Positive buckets.
        positive_counts: Vec<f64>,
    },
}

/// A run of buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Gap to the run before, or the first bucket's index.
    pub offset: i32,
    /// How many buckets.
    pub length: u32,
}

/// What the source knows about counter resets; the numbers are those of the wire format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResetHint {
    /// Nothing.
    #[default]
    Unknown = 0,
    /// This histogram begins anew.
    Yes = 1,
    /// It goes on from the one before.
    No = 2,
    /// A gauge histogram: resets have no meaning.
    Gauge = 3,
}
