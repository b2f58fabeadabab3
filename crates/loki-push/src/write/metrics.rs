//! The writer's metrics, under Alloy's names.

use std::collections::BTreeMap;

use outpost_self_metrics::{HistogramVec, IntCounterVec, Scope};

use super::answer::DropReason;

/// Bounds of `loki_write_request_duration_seconds` and the propagation latency.
const SECONDS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// Bounds of `loki_write_request_size_bytes`.
const BYTES: [f64; 8] = [
    1024.0,
    4096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    2_097_152.0,
    4_194_304.0,
];

/// The metrics of writers: register them once, for however many writers follow one another.
#[derive(Clone, Debug)]
pub struct WriteMetrics {
    sent_bytes: IntCounterVec,
    sent_entries: IntCounterVec,
    dropped_bytes: IntCounterVec,
    dropped_entries: IntCounterVec,
    retries: IntCounterVec,
    request_size: HistogramVec,
    request_duration: HistogramVec,
    latency: HistogramVec,
}

/// Counts of one endpoint, also kept as plain numbers for its status.
#[derive(Debug)]
pub(super) struct EndpointMetrics {
    metrics: WriteMetrics,
    host: String,
    pub(super) sent: u64,
    pub(super) dropped: BTreeMap<&'static str, u64>,
    pub(super) retries: u64,
}

// === impl WriteMetrics ===

impl WriteMetrics {
    /// Registers them.
    pub fn new(scope: &Scope) -> Self {
        let two = ["host", "tenant"];
        let three = ["host", "tenant", "reason"];
        Self {
            sent_bytes: scope.counter_vec(
                "loki_write_sent_bytes_total",
                "Bytes of request bodies that Loki has taken, compressed.",
                &two,
            ),
            sent_entries: scope.counter_vec(
                "loki_write_sent_entries_total",
                "Log lines that Loki has taken.",
                &two,
            ),
            dropped_bytes: scope.counter_vec(
                "loki_write_dropped_bytes_total",
                "Bytes of log lines that were given up, by reason.",
                &three,
            ),
            dropped_entries: scope.counter_vec(
                "loki_write_dropped_entries_total",
                "Log lines that were given up, by reason.",
                &three,
            ),
            retries: scope.counter_vec(
                "loki_write_batch_retries_total",
                "Tries that failed and were worth another one.",
                &two,
            ),
            request_size: scope.histogram_vec(
                "loki_write_request_size_bytes",
                "Sizes of request bodies, compressed.",
                &BYTES,
                &two,
            ),
            request_duration: scope.histogram_vec(
                "loki_write_request_duration_seconds",
                "Times of push requests with their answers.",
                &SECONDS,
                &["host", "status_code", "tenant"],
            ),
            latency: scope.histogram_vec(
                "loki_write_entry_propagation_latency_seconds",
                "Times from a batch's first line until Loki has taken the batch.",
                &SECONDS,
                &two,
            ),
        }
    }

    pub(super) fn of(&self, host: &str, tenant: &str) -> EndpointMetrics {
        let metrics = EndpointMetrics {
            metrics: self.clone(),
            host: host.to_owned(),
            sent: 0,
            dropped: BTreeMap::new(),
            retries: 0,
        };
        self.sent_bytes.with_label_values(&[host, tenant]);
        self.sent_entries.with_label_values(&[host, tenant]);
        self.retries.with_label_values(&[host, tenant]);
        for reason in DropReason::FROM_THE_START {
            let values = [host, tenant, reason.name()];
            self.dropped_bytes.with_label_values(&values);
            self.dropped_entries.with_label_values(&values);
        }
        metrics
    }
}

// === impl EndpointMetrics ===

impl EndpointMetrics {
    pub(super) fn sent(&mut self, tenant: &str, entries: usize, body: usize, latency: f64) {
        let values = [self.host.as_str(), tenant];
        self.sent += entries as u64;
        self.metrics
            .sent_entries
            .with_label_values(&values)
            .inc_by(entries as u64);
        self.metrics
            .sent_bytes
            .with_label_values(&values)
            .inc_by(body as u64);
        self.metrics
            .latency
            .with_label_values(&values)
            .observe(latency);
    }

    pub(super) fn dropped(
        &mut self,
        tenant: &str,
        reason: DropReason,
        entries: usize,
        bytes: usize,
    ) {
        let values = [self.host.as_str(), tenant, reason.name()];
        *self.dropped.entry(reason.name()).or_default() += entries as u64;
        self.metrics
            .dropped_entries
            .with_label_values(&values)
            .inc_by(entries as u64);
        self.metrics
            .dropped_bytes
            .with_label_values(&values)
            .inc_by(bytes as u64);
    }

    pub(super) fn retried(&mut self, tenant: &str) {
        self.retries += 1;
        self.metrics
            .retries
            .with_label_values(&[&self.host, tenant])
            .inc();
    }

    pub(super) fn answered(&self, tenant: &str, status: &str, body: usize, seconds: f64) {
        let two = [self.host.as_str(), tenant];
        self.metrics
            .request_size
            .with_label_values(&two)
            .observe(body as f64);
        self.metrics
            .request_duration
            .with_label_values(&[&self.host, status, tenant])
            .observe(seconds);
    }
}
