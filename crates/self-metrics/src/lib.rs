//! A component's own metrics: registered in a scope, gone with it.
//!
//! ```
//! use outpost_self_metrics::{Registry, Scope};
//!
//! let registry = Registry::new();
//! let scope = Scope::new(&registry, [("component_id", "prometheus.relabel.a")]);
//! scope.counter("alloy_prometheus_relabel_metrics_processed", "Samples seen.").inc();
//! assert!(registry.text().contains(r#"component_id="prometheus.relabel.a"} 1"#));
//! drop(scope);
//! assert_eq!(registry.text(), "");
//! ```
//!
//! It is not: a metrics library. Counters, gauges and histograms are those of the `prometheus` crate.

mod dynamic;
mod registry;
mod scope;

pub use dynamic::{DynamicFamily, DynamicSource, DynamicValue};
pub use prometheus::{
    Counter, Gauge, GaugeVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec,
};
pub use registry::Registry;
pub use scope::Scope;
