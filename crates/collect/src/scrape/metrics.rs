//! What the scrapes of one component count, under the names that Alloy registers.

use outpost_self_metrics::{Histogram, IntCounter, IntGauge, Scope};

use super::{ScrapeError, Scraped};

/// Upper bounds of the scrape duration's buckets, in seconds; those of Prometheus' default histogram.
const DURATION_BOUNDS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The metrics of one component's scrapes.
#[derive(Clone, Debug)]
pub struct ScrapeMetrics {
    pub(super) targets: IntGauge,
    pub(super) reloads: IntCounter,
    forwarded: IntCounter,
    duration: Histogram,
    duplicates: IntCounter,
    out_of_bounds: IntCounter,
    sample_limit: IntCounter,
    body_limit: IntCounter,
    no_room: IntCounter,
    bucket_limit: IntCounter,
    label_limits: IntCounter,
    target_limit: IntCounter,
}

// === impl ScrapeMetrics ===

impl ScrapeMetrics {
    /// Registers the metrics in `scope`.
    pub fn new(scope: &Scope) -> Self {
        let counter = |name, help| scope.counter(name, help);
        Self {
            targets: scope.int_gauge(
                "prometheus_scrape_targets_gauge",
                "Targets that this component scrapes.",
            ),
            reloads: counter(
                "prometheus_target_scrape_pool_reloads_total",
                "Changes of arguments that made all scrapes begin anew.",
            ),
            forwarded: counter(
                "prometheus_forwarded_samples_total",
                "Samples handed on, those of the report among them.",
            ),
            duration: scope.histogram(
                "prometheus_target_scrape_duration_seconds",
                "How long scrapes took, until the batch was handed on.",
                &DURATION_BOUNDS,
            ),
            duplicates: counter(
                "prometheus_target_scrapes_sample_duplicate_timestamp_total",
                "Samples dropped because the page had the series above.",
            ),
            out_of_bounds: counter(
                "prometheus_target_scrapes_sample_out_of_bounds_total",
                "Samples dropped because their time is too far ahead.",
            ),
            sample_limit: counter(
                "prometheus_target_scrapes_exceeded_sample_limit_total",
                "Scrapes that failed because of sample_limit.",
            ),
            body_limit: counter(
                "prometheus_target_scrapes_exceeded_body_size_limit_total",
                "Scrapes that failed because of body_size_limit.",
            ),
            no_room: counter(
                "outpost_scrapes_without_room_total",
                "Scrapes that failed because pages read at the same time left no memory for theirs.",
            ),
            bucket_limit: counter(
                "prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total",
                "Scrapes that failed because of native_histogram_bucket_limit.",
            ),
            label_limits: counter(
                "prometheus_target_scrape_pool_exceeded_label_limits_total",
                "Scrapes that failed because of one of the label limits.",
            ),
            target_limit: counter(
                "prometheus_target_scrape_pool_exceeded_target_limit_total",
                "Times that there were more targets than target_limit.",
            ),
        }
    }

    /// Counts a scrape.
    pub(super) fn note(&self, scraped: &Scraped) {
        self.duration.observe(scraped.duration.as_secs_f64());
        self.duplicates.inc_by(scraped.duplicates as u64);
        self.out_of_bounds.inc_by(scraped.out_of_bounds as u64);
        self.forwarded.inc_by(scraped.forwarded as u64);
        match &scraped.error {
            Some(ScrapeError::SampleLimit { .. }) => self.sample_limit.inc(),
            Some(ScrapeError::BodySize { .. }) => self.body_limit.inc(),
            Some(ScrapeError::NoRoom { .. }) => self.no_room.inc(),
            Some(ScrapeError::BucketLimit { .. }) => self.bucket_limit.inc(),
            Some(ScrapeError::LabelLimit { .. }) => self.label_limits.inc(),
            _ => {}
        }
    }

    /// Counts that there are more targets than may be.
    pub(super) fn note_target_limit(&self) {
        self.target_limit.inc();
    }
}
