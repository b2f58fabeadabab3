//! Families whose names and labels are known only while running, such as those that an operator configures.

use std::collections::HashMap;
use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto;

/// A family as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct DynamicFamily {
    /// Its name.
    pub name: String,
    /// Its help text.
    pub help: String,
    /// Its series: labels and value.
    pub series: Vec<(Vec<(String, String)>, DynamicValue)>,
}

/// A series' value; all of a family have one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum DynamicValue {
    /// A counter.
    Counter(f64),
    /// A gauge.
    Gauge(f64),
    /// A histogram.
    Histogram {
        /// Upper bound and how many observations are not above it.
        buckets: Vec<(f64, u64)>,
        /// How many observations there were.
        count: u64,
        /// Their sum.
        sum: f64,
    },
}

/// Gives the families whenever the page is asked for.
pub trait DynamicSource: Send + Sync {
    /// The families of this moment.
    fn families(&self) -> Vec<DynamicFamily>;
}

/// A source as the registry holds it.
#[derive(Clone)]
pub(crate) struct DynamicCollector {
    source: Arc<dyn DynamicSource>,
    labels: HashMap<String, String>,
    /// Tells this collector from others; no series has this name.
    identity: Desc,
}

// === impl DynamicCollector ===

impl DynamicCollector {
    pub(crate) fn new(
        source: Arc<dyn DynamicSource>,
        labels: HashMap<String, String>,
    ) -> prometheus::Result<Self> {
        let identity = Desc::new(
            "outpost_dynamic_families".to_owned(),
            "Families known only while running.".to_owned(),
            Vec::new(),
            labels.clone(),
        )?;
        Ok(Self {
            source,
            labels,
            identity,
        })
    }

    fn metric(&self, labels: &[(String, String)], value: DynamicValue) -> proto::Metric {
        let own = labels.iter();
        let fixed = self
            .labels
            .iter()
            .filter(|(name, _)| !labels.iter().any(|(n, _)| n == *name));
        let mut pairs: Vec<(String, String)> = fixed
            .map(|(name, value)| (name.clone(), value.clone()))
            .chain(own.cloned())
            .collect();
        pairs.sort_unstable();
        let pairs = pairs.into_iter().map(|(name, value)| {
            let mut pair = proto::LabelPair::default();
            pair.set_name(name);
            pair.set_value(value);
            pair
        });
        let mut metric = proto::Metric::default();
        metric.set_label(pairs.collect());
        match value {
            DynamicValue::Counter(value) => {
                let mut counter = proto::Counter::default();
                counter.set_value(value);
                metric.set_counter(counter);
            }
            DynamicValue::Gauge(value) => {
                let mut gauge = proto::Gauge::default();
                gauge.set_value(value);
                metric.set_gauge(gauge);
            }
            DynamicValue::Histogram {
                buckets,
                count,
                sum,
            } => {
                let buckets = buckets.into_iter().map(|(bound, count)| {
                    let mut bucket = proto::Bucket::default();
                    bucket.set_upper_bound(bound);
                    bucket.set_cumulative_count(count);
                    bucket
                });
                let mut histogram = proto::Histogram::default();
                histogram.set_bucket(buckets.collect());
                histogram.set_sample_count(count);
                histogram.set_sample_sum(sum);
                metric.set_histogram(histogram);
            }
        }
        metric
    }
}

impl Collector for DynamicCollector {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.identity]
    }

    fn collect(&self) -> Vec<proto::MetricFamily> {
        let families = self.source.families().into_iter();
        families
            .filter(|family| !family.series.is_empty())
            .map(|family| {
                let mut shown = proto::MetricFamily::default();
                shown.set_name(family.name);
                shown.set_help(family.help);
                shown.set_field_type(match family.series.first() {
                    Some((_, DynamicValue::Gauge(_))) => proto::MetricType::GAUGE,
                    Some((_, DynamicValue::Histogram { .. })) => proto::MetricType::HISTOGRAM,
                    _ => proto::MetricType::COUNTER,
                });
                let series = family.series.into_iter();
                shown.set_metric(
                    series
                        .map(|(labels, value)| self.metric(&labels, value))
                        .collect(),
                );
                shown
            })
            .collect()
    }
}
