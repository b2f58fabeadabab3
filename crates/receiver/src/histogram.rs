//! A native histogram as it is kept and shown: absolute counts per bucket.
//!
//! Bounds are computed, not looked up: beyond powers of two their last digit may differ from Prometheus'.

use crate::number::go_float;
use crate::wire::v1::{BucketSpan, Count, Histogram as Wire, ZeroCount};
use serde_json::{Value, json};

/// More buckets than any real histogram has; a lying span must not take the memory.
const MAX_BUCKETS: usize = 4096;

/// The schema of histograms with bounds of their own.
const CUSTOM_BOUNDS: i32 = -53;

/// A histogram.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Histogram {
    count: f64,
    pub(crate) sum: f64,
    buckets: Vec<Bucket>,
}

#[derive(Clone, Debug, PartialEq)]
struct Bucket {
    lower: f64,
    upper: f64,
    count: f64,
    ends: Ends,
}

/// Which ends belong to a bucket, in the numbers of Prometheus' API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Upper = 0,
    Lower = 1,
    Both = 3,
}

// === impl Histogram ===

impl Histogram {
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.buckets.len() * size_of::<Bucket>()
    }

    /// As the query API shows it: `{"count", "sum", "buckets"}`.
    pub(crate) fn to_json(&self) -> Value {
        let buckets: Vec<Value> = self
            .buckets
            .iter()
            .map(|bucket| {
                json!([
                    bucket.ends as u8,
                    go_float(bucket.lower),
                    go_float(bucket.upper),
                    go_float(bucket.count)
                ])
            })
            .collect();
        let mut shown = json!({"count": go_float(self.count), "sum": go_float(self.sum)});
        if !buckets.is_empty()
            && let Some(object) = shown.as_object_mut()
        {
            object.insert("buckets".to_owned(), buckets.into());
        }
        shown
    }
}

impl From<&Wire> for Histogram {
    fn from(wire: &Wire) -> Self {
        let mut buckets = Vec::new();
        let negative = side(
            &wire.negative_spans,
            &wire.negative_deltas,
            &wire.negative_counts,
        );
        for (index, count) in negative.into_iter().rev() {
            let (lower, upper) = (bound(wire, index - 1), bound(wire, index));
            buckets.push(Bucket {
                lower: -upper,
                upper: -lower,
                count,
                ends: Ends::Lower,
            });
        }
        let zero = match wire.zero_count {
            Some(ZeroCount::Int(count)) => count as f64,
            Some(ZeroCount::Float(count)) => count,
            None => 0.0,
        };
        if zero != 0.0 {
            buckets.push(Bucket {
                lower: -wire.zero_threshold,
                upper: wire.zero_threshold,
                count: zero,
                ends: Ends::Both,
            });
        }
        let positive = side(
            &wire.positive_spans,
            &wire.positive_deltas,
            &wire.positive_counts,
        );
        for (index, count) in positive {
            buckets.push(Bucket {
                lower: bound(wire, index - 1),
                upper: bound(wire, index),
                count,
                ends: Ends::Upper,
            });
        }
        Self {
            count: match wire.count {
                Some(Count::Int(count)) => count as f64,
                Some(Count::Float(count)) => count,
                None => 0.0,
            },
            sum: wire.sum,
            buckets,
        }
    }
}

/// Index and count of every bucket of one side that is not empty.
fn side(spans: &[BucketSpan], deltas: &[i64], counts: &[f64]) -> Vec<(i64, f64)> {
    let mut absolute: Box<dyn Iterator<Item = f64> + '_> = if counts.is_empty() {
        let mut sum = 0_i64;
        Box::new(deltas.iter().map(move |delta| {
            sum = sum.wrapping_add(*delta);
            sum as f64
        }))
    } else {
        Box::new(counts.iter().copied())
    };
    let mut buckets = Vec::new();
    let mut index = 0_i64;
    for span in spans {
        index += i64::from(span.offset);
        for _ in 0..span.length {
            let Some(count) = absolute.next() else {
                return buckets;
            };
            if count != 0.0 && buckets.len() < MAX_BUCKETS {
                buckets.push((index, count));
            }
            index += 1;
        }
    }
    buckets
}

/// The upper bound of a bucket.
fn bound(wire: &Wire, index: i64) -> f64 {
    if wire.schema == CUSTOM_BOUNDS {
        return match usize::try_from(index) {
            Err(_) => f64::NEG_INFINITY,
            Ok(index) => wire
                .custom_values
                .get(index)
                .copied()
                .unwrap_or(f64::INFINITY),
        };
    }
    (index as f64 * f64::from(-wire.schema).exp2()).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_have_bounds_and_absolute_counts() {
        let span = |offset, length| BucketSpan { offset, length };
        let wire = Wire {
            count: Some(Count::Int(9)),
            sum: 18.4,
            zero_threshold: 0.001,
            zero_count: Some(ZeroCount::Int(2)),
            positive_spans: vec![span(0, 2), span(1, 1)],
            positive_deltas: vec![1, 1, -1],
            negative_spans: vec![span(1, 1)],
            negative_deltas: vec![3],
            ..Wire::default()
        };
        assert_eq!(
            Histogram::from(&wire).to_json(),
            json!({"count": "9", "sum": "18.4", "buckets": [
                [1, "-2", "-1", "3"],
                [3, "-0.001", "0.001", "2"],
                [0, "0.5", "1", "1"],
                [0, "1", "2", "2"],
                [0, "4", "8", "1"],
            ]})
        );
    }

    #[test]
    fn a_lying_span_takes_no_memory() {
        let wire = Wire {
            positive_spans: vec![
                BucketSpan {
                    offset: i32::MAX,
                    length: u32::MAX
                };
                3
            ],
            positive_deltas: vec![1; 10_000],
            ..Wire::default()
        };
        assert_eq!(Histogram::from(&wire).buckets.len(), MAX_BUCKETS);
    }
}
