//! The component's own metrics, under the names that Prometheus' and Alloy's code give them, and a few of ours.
//!
//! Names that describe what there is not here (shard queues, checkpoints, pages) exist where dashboards use them.

use std::sync::Arc;

use outpost_self_metrics::{
    Gauge, GaugeVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Scope,
};

/// Upper bounds of `sent_batch_duration_seconds`.
const DURATIONS: [f64; 15] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0, 120.0, 300.0,
];
const ENDPOINT: [&str; 2] = ["remote_name", "url"];
const ENDPOINT_REASON: [&str; 3] = ["remote_name", "url", "reason"];

/// Why points were not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Older than `sample_age_limit` or than `wal.max_keepalive_time`.
    TooOld,
    /// A rule of `write_relabel_config` drops the series.
    DroppedSeries,
    /// Native histograms with custom buckets, which 1.0 cannot carry.
    CustomBuckets,
    /// The receiver refused them for good.
    Rejected,
    /// The receiver took the request, but said that it had not stored them.
    NotWritten,
    /// One sample alone makes a request larger than the receiver takes.
    TooLarge,
    /// The log had reached its size, or the disk was full.
    LogFull,
    /// They could not be read from the log.
    Damaged,
    /// The endpoint does not send this kind (`send_exemplars`, `send_native_histograms`).
    NotEnabled,
}

/// The metrics of one component.
#[derive(Debug)]
pub(crate) struct Metrics {
    pub(crate) active_series: IntGauge,
    pub(crate) samples_appended: IntCounter,
    pub(crate) exemplars_appended: IntCounter,
    pub(crate) histograms_appended: IntCounter,
    pub(crate) out_of_order: IntCounter,
    pub(crate) storage_bytes: IntGauge,
    pub(crate) segment: IntGauge,
    pub(crate) writes_failed: IntCounter,
    pub(crate) written_bytes: IntCounter,
    pub(crate) writes: IntCounter,
    corruptions: IntCounter,
    pub(crate) truncations: IntCounter,
    pub(crate) fsync_seconds: Histogram,
    pub(crate) highest_timestamp: Gauge,
    pub(crate) samples_in: IntCounter,
    pub(crate) histograms_in: IntCounter,
    pub(crate) exemplars_in: IntCounter,
    pub(crate) lost: IntCounter,
    pub(crate) series_memory: IntGauge,
    per_endpoint: Families,
    // The metrics leave the page with their scope.
    _scope: Arc<Scope>,
}

/// The families with an endpoint's labels.
#[derive(Debug)]
struct Families {
    sent: [IntCounterVec; 4],
    failed: [IntCounterVec; 4],
    retried: [IntCounterVec; 4],
    dropped: [IntCounterVec; 3],
    pending: [IntGaugeVec; 3],
    duration: HistogramVec,
    bytes: IntCounterVec,
    metadata_bytes: IntCounterVec,
    highest: GaugeVec,
    highest_sent: GaugeVec,
    shards: [IntGaugeVec; 4],
    capacity: IntGaugeVec,
    max_samples: IntGaugeVec,
    enqueue_retries: IntCounterVec,
    unsent_bytes: IntGaugeVec,
    unsent_age: GaugeVec,
    protocol: IntGaugeVec,
}

/// The metrics of one endpoint; the arrays are samples, histograms, exemplars (, metadata).
#[derive(Clone, Debug)]
pub(crate) struct EndpointMetrics {
    pub(crate) sent: [IntCounter; 4],
    pub(crate) failed: [IntCounter; 4],
    pub(crate) retried: [IntCounter; 4],
    dropped: [IntCounterVec; 3],
    labels: [String; 2],
    pub(crate) pending: [IntGauge; 3],
    pub(crate) duration: Histogram,
    pub(crate) bytes: IntCounter,
    pub(crate) metadata_bytes: IntCounter,
    pub(crate) highest: Gauge,
    pub(crate) highest_sent: Gauge,
    pub(crate) shards: IntGauge,
    pub(crate) shards_desired: IntGauge,
    pub(crate) unsent_bytes: IntGauge,
    pub(crate) unsent_age: Gauge,
    pub(crate) protocol: IntGauge,
    /// The component's: frames found damaged.
    pub(crate) corruptions: IntCounter,
}

// === impl Reason ===

impl Reason {
    /// The value of the label `reason`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooOld => "too_old",
            Self::DroppedSeries => "dropped_series",
            Self::CustomBuckets => "nhcb_in_rw1_not_supported",
            Self::Rejected => "rejected",
            Self::NotWritten => "not_written",
            Self::TooLarge => "too_large",
            Self::LogFull => "wal_full",
            Self::Damaged => "wal_damaged",
            Self::NotEnabled => "not_enabled",
        }
    }

    /// Whether the receiver, not we, decided: such points count as failed, the others as dropped.
    pub(crate) fn is_failure(self) -> bool {
        matches!(self, Self::Rejected | Self::NotWritten | Self::TooLarge)
    }
}

// === impl Metrics ===

impl Metrics {
    pub(crate) fn new(scope: Arc<Scope>) -> Self {
        let s = &*scope;
        Self {
            active_series: s.int_gauge(
                "prometheus_remote_write_wal_storage_active_series",
                "Series in use.",
            ),
            samples_appended: s.counter(
                "prometheus_remote_write_wal_samples_appended_total",
                "Samples written to the log.",
            ),
            exemplars_appended: s.counter(
                "prometheus_remote_write_wal_exemplars_appended_total",
                "Exemplars written to the log.",
            ),
            histograms_appended: s.counter(
                "outpost_remote_write_wal_histograms_appended_total",
                "Native histograms written to the log.",
            ),
            out_of_order: s.counter(
                "prometheus_remote_write_wal_out_of_order_samples_total",
                "Stale markers left out because the series had a newer sample.",
            ),
            storage_bytes: s.int_gauge(
                "prometheus_tsdb_wal_storage_size_bytes",
                "Bytes of the log on disk.",
            ),
            segment: s.int_gauge(
                "prometheus_tsdb_wal_segment_current",
                "Number of the segment that is being written.",
            ),
            writes_failed: s.counter(
                "prometheus_tsdb_wal_writes_failed_total",
                "Writes to the log that failed.",
            ),
            written_bytes: s.counter(
                "prometheus_tsdb_wal_record_parts_bytes_written_total",
                "Bytes written to the log.",
            ),
            writes: s.counter(
                "prometheus_tsdb_wal_record_part_writes_total",
                "Batches written to the log.",
            ),
            corruptions: s.counter(
                "prometheus_remote_write_wal_corruptions_total",
                "Damaged frames found in the log.",
            ),
            truncations: s.counter(
                "prometheus_tsdb_wal_truncations_total",
                "Times that old segments were looked for.",
            ),
            fsync_seconds: s.histogram(
                "outpost_remote_write_wal_fsync_seconds",
                "How long it took to force the log to the medium.",
                &DURATIONS,
            ),
            highest_timestamp: s.gauge(
                "prometheus_remote_storage_highest_timestamp_in_seconds",
                "Newest time of any sample taken, Unix seconds.",
            ),
            samples_in: s.counter(
                "prometheus_remote_storage_samples_in_total",
                "Samples taken.",
            ),
            histograms_in: s.counter(
                "prometheus_remote_storage_histograms_in_total",
                "Native histograms taken.",
            ),
            exemplars_in: s.counter(
                "prometheus_remote_storage_exemplars_in_total",
                "Exemplars taken.",
            ),
            lost: s.counter(
                "outpost_remote_write_unstored_total",
                "Samples, histograms and exemplars lost because the log could not be written.",
            ),
            series_memory: s.int_gauge(
                "outpost_remote_write_series_memory_bytes",
                "Memory of the interned series.",
            ),
            per_endpoint: Families::new(s),
            _scope: scope,
        }
    }

    /// The metrics of one endpoint, which exist from now on.
    pub(crate) fn endpoint(&self, name: &str, url: &str) -> EndpointMetrics {
        let of = [name, url];
        let f = &self.per_endpoint;
        let counters =
            |list: &[IntCounterVec; 4]| list.each_ref().map(|c| c.with_label_values(&of));
        let [shards, shards_desired, ..] = f.shards.each_ref().map(|g| g.with_label_values(&of));
        f.enqueue_retries.with_label_values(&of);
        EndpointMetrics {
            sent: counters(&f.sent),
            failed: counters(&f.failed),
            retried: counters(&f.retried),
            dropped: f.dropped.clone(),
            labels: of.map(str::to_owned),
            pending: f.pending.each_ref().map(|g| g.with_label_values(&of)),
            duration: f.duration.with_label_values(&of),
            bytes: f.bytes.with_label_values(&of),
            metadata_bytes: f.metadata_bytes.with_label_values(&of),
            highest: f.highest.with_label_values(&of),
            highest_sent: f.highest_sent.with_label_values(&of),
            shards,
            shards_desired,
            unsent_bytes: f.unsent_bytes.with_label_values(&of),
            unsent_age: f.unsent_age.with_label_values(&of),
            protocol: f.protocol.with_label_values(&of),
            corruptions: self.corruptions.clone(),
        }
    }

    /// Sets what only the configuration decides.
    pub(crate) fn configured(&self, name: &str, url: &str, queue: &crate::QueueConfig) {
        let of = [name, url];
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let [_, _, max, min] = &self.per_endpoint.shards;
        max.with_label_values(&of).set(number(queue.max_shards));
        min.with_label_values(&of).set(number(queue.min_shards));
        self.per_endpoint
            .capacity
            .with_label_values(&of)
            .set(number(queue.capacity));
        self.per_endpoint
            .max_samples
            .with_label_values(&of)
            .set(number(queue.max_samples_per_send));
    }
}

// === impl Families ===

impl Families {
    fn new(s: &Scope) -> Self {
        let counter = |name: &str, help: &str| {
            s.counter_vec(
                &format!("prometheus_remote_storage_{name}"),
                help,
                &ENDPOINT,
            )
        };
        let gauge = |name: &str, help: &str| {
            s.int_gauge_vec(
                &format!("prometheus_remote_storage_{name}"),
                help,
                &ENDPOINT,
            )
        };
        let kinds = ["samples", "histograms", "exemplars", "metadata"];
        let [samples, histograms, exemplars, _] = kinds;
        Self {
            sent: kinds.map(|kind| {
                counter(
                    &format!("{kind}_total"),
                    "Sent, tries that failed included.",
                )
            }),
            failed: kinds.map(|kind| {
                counter(
                    &format!("{kind}_failed_total"),
                    "Refused by the receiver for good.",
                )
            }),
            retried: kinds.map(|kind| counter(&format!("{kind}_retried_total"), "Sent again.")),
            dropped: [samples, histograms, exemplars].map(|kind| {
                let name = format!("prometheus_remote_storage_{kind}_dropped_total");
                s.counter_vec(&name, "Not sent, by reason.", &ENDPOINT_REASON)
            }),
            pending: [samples, histograms, exemplars].map(|kind| {
                gauge(
                    &format!("{kind}_pending"),
                    "Waiting in the log for this endpoint.",
                )
            }),
            duration: s.histogram_vec(
                "prometheus_remote_storage_sent_batch_duration_seconds",
                "How long requests took.",
                &DURATIONS,
                &ENDPOINT,
            ),
            bytes: counter("bytes_total", "Bytes of samples sent, compressed."),
            metadata_bytes: counter(
                "metadata_bytes_total",
                "Bytes of metadata sent, compressed.",
            ),
            highest: s.gauge_vec(
                "prometheus_remote_storage_queue_highest_timestamp_seconds",
                "Newest time of any sample for this endpoint, Unix seconds.",
                &ENDPOINT,
            ),
            highest_sent: s.gauge_vec(
                "prometheus_remote_storage_queue_highest_sent_timestamp_seconds",
                "Newest time of any sample with a verdict, Unix seconds.",
                &ENDPOINT,
            ),
            shards: [
                gauge("shards", "Requests that may be in flight."),
                gauge(
                    "shards_desired",
                    "Requests that should be in flight for the backlog.",
                ),
                gauge("shards_max", "Requests that may ever be in flight."),
                gauge("shards_min", "Requests that may always be in flight."),
            ],
            capacity: gauge("shard_capacity", "As configured; samples wait in the log."),
            max_samples: gauge("max_samples_per_send", "Samples of a request, at most."),
            enqueue_retries: counter(
                "enqueue_retries_total",
                "Always zero: appending never waits for a sender.",
            ),
            unsent_bytes: s.int_gauge_vec(
                "outpost_remote_write_unsent_bytes",
                "Bytes of the log that wait for this endpoint.",
                &ENDPOINT,
            ),
            unsent_age: s.gauge_vec(
                "outpost_remote_write_unsent_age_seconds",
                "Age of the oldest sample that waits for this endpoint.",
                &ENDPOINT,
            ),
            protocol: s.int_gauge_vec(
                "outpost_remote_write_protocol_version",
                "1 or 2: the version spoken at present.",
                &ENDPOINT,
            ),
        }
    }
}

// === impl EndpointMetrics ===

impl EndpointMetrics {
    /// The counters of points dropped for `reason`.
    pub(crate) fn dropped(&self, reason: Reason) -> [IntCounter; 3] {
        let [name, url] = &self.labels;
        self.dropped
            .each_ref()
            .map(|c| c.with_label_values(&[name.as_str(), url.as_str(), reason.as_str()]))
    }
}
