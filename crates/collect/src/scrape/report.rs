//! The report series of a target: what each scrape says about itself.

use std::sync::Arc;

use outpost_model::{
    Labels, LabelsBuilder, METRIC_NAME, Metadata, MetricType, MetricsReceiver, Resolution, SeriesId,
};

use super::sample_labels::EXPORTED;

/// What a scrape says about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Values {
    pub(super) up: f64,
    pub(super) duration_seconds: f64,
    pub(super) scraped: f64,
    pub(super) kept: f64,
    pub(super) added: f64,
    pub(super) timeout_seconds: f64,
    pub(super) sample_limit: f64,
    pub(super) body_bytes: f64,
}

/// A report series: its name, its metadata, and where its value comes from.
struct Series {
    name: &'static str,
    kind: MetricType,
    unit: &'static str,
    help: &'static str,
    value: fn(&Values) -> f64,
}

/// How many of [`SERIES`] there always are; the others come with `extra_metrics`.
const ALWAYS: usize = 5;

const SERIES: [Series; 8] = [
    Series {
        name: "up",
        kind: MetricType::Gauge,
        unit: "",
        help: "1 if the target could be scraped, 0 if not.",
        value: |values| values.up,
    },
    Series {
        name: "scrape_duration_seconds",
        kind: MetricType::Gauge,
        unit: "seconds",
        help: "How long the scrape took.",
        value: |values| values.duration_seconds,
    },
    Series {
        name: "scrape_samples_scraped",
        kind: MetricType::Gauge,
        unit: "",
        help: "Samples on the page.",
        value: |values| values.scraped,
    },
    Series {
        name: "scrape_samples_post_metric_relabeling",
        kind: MetricType::Gauge,
        unit: "",
        help: "Samples that were left after the scrape's own relabelling.",
        value: |values| values.kept,
    },
    Series {
        name: "scrape_series_added",
        kind: MetricType::Gauge,
        unit: "",
        help: "Series on the page that the page before did not have.",
        value: |values| values.added,
    },
    Series {
        name: "scrape_timeout_seconds",
        kind: MetricType::Gauge,
        unit: "seconds",
        help: "The scrape's timeout.",
        value: |values| values.timeout_seconds,
    },
    Series {
        name: "scrape_sample_limit",
        kind: MetricType::Gauge,
        unit: "",
        help: "The most samples that a page may have, 0 for any number.",
        value: |values| values.sample_limit,
    },
    Series {
        name: "scrape_body_size_bytes",
        kind: MetricType::Gauge,
        unit: "bytes",
        help: "Bytes of the page after inflating, -1 if it was over the limit.",
        value: |values| values.body_bytes,
    },
];

/// The report series that the receiver wants.
#[derive(Default)]
pub(super) struct Report {
    values: Vec<fn(&Values) -> f64>,
}

// === impl Report ===

impl Report {
    /// Resolves the report series of a target; answers their ids, in the order of the values.
    pub(super) fn resolve(
        receiver: &dyn MetricsReceiver,
        target: &Labels,
        extra: bool,
    ) -> (Self, Vec<SeriesId>) {
        let mut report = Self::default();
        let mut ids = Vec::new();
        let count = if extra { SERIES.len() } else { ALWAYS };
        for series in SERIES.iter().take(count) {
            let mut labels = LabelsBuilder::default();
            labels.push(METRIC_NAME, series.name);
            for (name, value) in target.iter() {
                // A target's `exported_x` gives way to its `x`: so Prometheus has it.
                labels.remove(&format!("{EXPORTED}{name}"));
                labels.set(name, value);
            }
            let metadata = Arc::new(Metadata {
                family: series.name.to_owned(),
                kind: series.kind,
                help: series.help.to_owned(),
                unit: series.unit.to_owned(),
            });
            if let Resolution::Series(id) = receiver.resolve(&labels.build(), Some(&metadata)) {
                ids.push(id);
                report.values.push(series.value);
            }
        }
        (report, ids)
    }

    /// Writes the values over the first ones of `column`.
    pub(super) fn write(&self, values: &Values, column: &mut [f64]) {
        for (value, slot) in self.values.iter().zip(column) {
            *slot = value(values);
        }
    }
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report")
            .field("series", &self.values.len())
            .finish()
    }
}
