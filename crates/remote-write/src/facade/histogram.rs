//! A histogram of fixed buckets that many threads record to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::HistogramFn;

/// Counts per bucket, not yet cumulative; the last is for what is above every bound.
#[derive(Debug)]
pub(super) struct Buckets {
    bounds: Arc<[f64]>,
    counts: Box<[AtomicU64]>,
    sum: Mutex<f64>,
}

// === impl Buckets ===

impl Buckets {
    pub(super) fn new(bounds: Arc<[f64]>) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self {
            bounds,
            counts,
            sum: Mutex::new(0.0),
        }
    }

    /// Upper bounds with how many values were at or below each; the last is infinity and stands for all.
    pub(super) fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        let bounds = self.bounds.iter().copied().chain([f64::INFINITY]);
        let mut total = 0;
        bounds.zip(&self.counts).map(move |(bound, count)| {
            total += count.load(Ordering::Relaxed);
            (bound, total)
        })
    }

    pub(super) fn sum(&self) -> f64 {
        *self.sum.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        // What is no number is above every bound.
        let bucket = if value.is_nan() {
            self.bounds.len()
        } else {
            self.bounds.partition_point(|bound| *bound < value)
        };
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        *self.sum.lock().unwrap_or_else(PoisonError::into_inner) += value;
    }
}
