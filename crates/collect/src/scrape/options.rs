//! What a scrape is told beside its target.

use std::time::Duration;

/// Options of all scrapes of one component.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an argument of the component, by its name"
)]
pub struct ScrapeOptions {
    /// Labels of the page win over the target's. Default false: the page's get the prefix `exported_`.
    pub honor_labels: bool,
    /// Samples keep the times that they have on the page. Default true.
    pub honor_timestamps: bool,
    /// Samples with times of their own get stale markers, too. Default false.
    pub track_timestamps_staleness: bool,
    /// Metric and label names may be any UTF-8 text. Default false: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    pub utf8_names: bool,
    /// Adds `scrape_timeout_seconds`, `scrape_sample_limit` and `scrape_body_size_bytes`. Default false.
    pub extra_metrics: bool,
    /// `_created` lines become a zero sample at that time. Default false: they are samples of their own.
    pub start_timestamp_zero_ingestion: bool,
    /// The limits that fail a scrape.
    pub limits: Limits,
    /// The timeout, as `scrape_timeout_seconds` shows it.
    pub timeout: Duration,
}

/// Limits that fail a scrape; 0 means none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Samples of one page.
    pub samples: usize,
    /// Labels of one series, the metric's name among them.
    pub labels: usize,
    /// Bytes of one label's name.
    pub label_name_length: usize,
    /// Bytes of one label's value.
    pub label_value_length: usize,
    /// Buckets of one native histogram.
    pub buckets: usize,
    /// Bytes of a page after inflating; reaching it fails, too.
    pub body: u64,
}

// === impl ScrapeOptions ===

impl Default for ScrapeOptions {
    fn default() -> Self {
        Self {
            honor_labels: false,
            honor_timestamps: true,
            track_timestamps_staleness: false,
            utf8_names: false,
            extra_metrics: false,
            start_timestamp_zero_ingestion: false,
            limits: Limits::default(),
            timeout: Duration::from_secs(10),
        }
    }
}
