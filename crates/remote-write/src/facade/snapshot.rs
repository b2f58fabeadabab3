//! Metrics of the facade as series of Prometheus.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::Key;
use outpost_model::Labels;

use super::histogram::Buckets;

type Series = (Labels, f64);

pub(super) fn counter(
    common: &[(String, String)],
    key: &Key,
    value: &AtomicU64,
    into: &mut Vec<Series>,
) {
    let value = value.load(Ordering::Relaxed) as f64;
    into.push((labels(common, key, "", None), value));
}

pub(super) fn gauge(
    common: &[(String, String)],
    key: &Key,
    bits: &AtomicU64,
    into: &mut Vec<Series>,
) {
    let value = f64::from_bits(bits.load(Ordering::Relaxed));
    into.push((labels(common, key, "", None), value));
}

pub(super) fn histogram(
    common: &[(String, String)],
    key: &Key,
    buckets: &Buckets,
    into: &mut Vec<Series>,
) {
    let mut count = 0;
    for (bound, so_far) in buckets.cumulative() {
        count = so_far;
        let bound = if bound.is_infinite() {
            "+Inf".to_owned()
        } else {
            // As Prometheus writes them: 1.0, not 1.
            format!("{bound:?}")
        };
        let series = labels(common, key, "_bucket", Some(&bound));
        into.push((series, so_far as f64));
    }
    into.push((labels(common, key, "_sum", None), buckets.sum()));
    into.push((labels(common, key, "_count", None), count as f64));
}

fn labels(common: &[(String, String)], key: &Key, suffix: &str, bound: Option<&str>) -> Labels {
    let mut name = legal(key.name(), true).into_owned();
    name.push_str(suffix);
    let mut pairs: Vec<(Cow<'_, str>, &str)> = vec![("__name__".into(), &name)];
    if let Some(bound) = bound {
        pairs.push(("le".into(), bound));
    }
    for label in key.labels() {
        let name = legal(label.key(), false);
        if pairs.iter().all(|(taken, _)| *taken != name) {
            pairs.push((name, label.value()));
        }
    }
    for (name, value) in common {
        if pairs.iter().all(|(taken, _)| taken != name) {
            pairs.push((name.as_str().into(), value));
        }
    }
    Labels::from_pairs(pairs.iter().map(|(name, value)| (name.as_ref(), *value)))
}

/// The name with `_` for what Prometheus' classic names may not hold; only a metric's may hold colons.
fn legal(name: &str, colons: bool) -> Cow<'_, str> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || (colons && c == ':');
    let digit = name.starts_with(|c: char| c.is_ascii_digit());
    if !digit && !name.is_empty() && name.chars().all(fine) {
        return name.into();
    }
    let start = if digit || name.is_empty() { "_" } else { "" };
    let rest = name.chars().map(|c| if fine(c) { c } else { '_' });
    start.chars().chain(rest).collect()
}
