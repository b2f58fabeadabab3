//! The metrics of one component: they share constant labels and leave the registry together.
//!
//! A name that is already registered with other label names cannot be registered again; the metric then still counts,
//! but shows on no page. That is a mistake in this code base, so debug builds stop at it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use prometheus::core::Collector;
use prometheus::{
    Counter, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    IntGauge, IntGaugeVec, Opts,
};

use crate::dynamic::DynamicCollector;
use crate::{DynamicSource, Registry};

/// Registers metrics with constant labels; dropping it takes them off the page.
pub struct Scope {
    registry: Registry,
    labels: HashMap<String, String>,
    registered: Mutex<Vec<Box<dyn Collector>>>,
}

// === impl Scope ===

impl Scope {
    /// A scope whose metrics all carry `labels`.
    pub fn new<'a>(
        registry: &Registry,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let labels = labels
            .into_iter()
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect();
        Self {
            registry: registry.clone(),
            labels,
            registered: Mutex::default(),
        }
    }

    /// A counter without further labels.
    pub fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.register(IntCounter::with_opts(self.opts(name, help)))
    }

    /// A counter of fractions, seconds say.
    pub fn float_counter(&self, name: &str, help: &str) -> Counter {
        self.register(Counter::with_opts(self.opts(name, help)))
    }

    /// A counter with further labels.
    pub fn counter_vec(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.register(IntCounterVec::new(self.opts(name, help), labels))
    }

    /// A gauge of whole numbers.
    pub fn int_gauge(&self, name: &str, help: &str) -> IntGauge {
        self.register(IntGauge::with_opts(self.opts(name, help)))
    }

    /// A gauge of whole numbers with further labels.
    pub fn int_gauge_vec(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.register(IntGaugeVec::new(self.opts(name, help), labels))
    }

    /// A gauge.
    pub fn gauge(&self, name: &str, help: &str) -> Gauge {
        self.register(Gauge::with_opts(self.opts(name, help)))
    }

    /// A gauge with further labels.
    pub fn gauge_vec(&self, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
        self.register(GaugeVec::new(self.opts(name, help), labels))
    }

    /// A histogram with the given upper bounds.
    pub fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Histogram {
        let opts = HistogramOpts::from(self.opts(name, help)).buckets(buckets.to_vec());
        self.register(Histogram::with_opts(opts))
    }

    /// A histogram with the given upper bounds and further labels.
    pub fn histogram_vec(
        &self,
        name: &str,
        help: &str,
        buckets: &[f64],
        labels: &[&str],
    ) -> HistogramVec {
        let opts = HistogramOpts::from(self.opts(name, help)).buckets(buckets.to_vec());
        self.register(HistogramVec::new(opts, labels))
    }

    /// Families that `source` names whenever the page is asked for; once per scope.
    pub fn dynamic(&self, source: Arc<dyn DynamicSource>) {
        self.register(DynamicCollector::new(source, self.labels.clone()));
    }

    fn opts(&self, name: &str, help: &str) -> Opts {
        Opts::new(name, help).const_labels(self.labels.clone())
    }

    #[expect(
        clippy::expect_used,
        reason = "names are constants of this code base; a bad one is found by any test"
    )]
    fn register<C: Collector + Clone + 'static>(&self, metric: prometheus::Result<C>) -> C {
        let metric = metric.expect("metric names and label names are well formed");
        let result = self.registry.inner.register(Box::new(metric.clone()));
        debug_assert!(result.is_ok(), "{result:?}");
        if let Ok(mut registered) = self.registered.lock() {
            registered.push(Box::new(metric.clone()));
        }
        metric
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        if let Ok(registered) = self.registered.get_mut() {
            for collector in registered.drain(..) {
                // Only a metric that was never registered can fail to leave.
                let _ = self.registry.inner.unregister(collector);
            }
        }
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}
