//! From arguments to what the library takes.

use std::time::Duration;

use outpost_alloy_syntax as syntax;
use outpost_remote_write::{
    Config, EndpointConfig, MetadataConfig, Protocol, QueueConfig, WalConfig,
};

use super::arguments::{
    EndpointArguments, MetadataArguments, QueueArguments, RemoteWriteArguments, WalArguments,
};
use crate::arguments::RuleArguments;

// === impl RemoteWriteArguments ===

impl RemoteWriteArguments {
    /// As the library takes it; a log has at most `max_bytes` on disk, for which the language has no argument.
    pub(super) fn config(&self, max_bytes: u64) -> Config {
        Config {
            external_labels: self.external_labels.clone(),
            endpoints: self
                .endpoint
                .iter()
                .map(EndpointArguments::library)
                .collect(),
            wal: self.wal.library(max_bytes),
        }
    }
}

// === impl EndpointArguments ===

impl EndpointArguments {
    fn library(&self) -> EndpointConfig {
        EndpointConfig {
            url: self.url.clone(),
            name: self.name.clone(),
            remote_timeout: time(self.remote_timeout),
            headers: self.headers.clone(),
            send_exemplars: self.send_exemplars,
            send_native_histograms: self.send_native_histograms,
            protocol: Protocol::from_message(&self.protobuf_message).unwrap_or_default(),
            round_robin_dns: self.round_robin_dns,
            http: self.client.raw(),
            queue: self.queue_config.library(),
            metadata: self.metadata_config.library(),
            write_relabel: self
                .write_relabel_config
                .iter()
                .map(RuleArguments::config)
                .collect(),
        }
    }
}

// === impl QueueArguments ===

impl QueueArguments {
    fn library(&self) -> QueueConfig {
        QueueConfig {
            capacity: count(self.capacity),
            max_shards: count(self.max_shards),
            min_shards: count(self.min_shards),
            max_samples_per_send: count(self.max_samples_per_send),
            batch_send_deadline: time(self.batch_send_deadline),
            min_backoff: time(self.min_backoff),
            max_backoff: time(self.max_backoff),
            retry_on_http_429: self.retry_on_http_429,
            sample_age_limit: time(self.sample_age_limit),
        }
    }
}

// === impl MetadataArguments ===

impl MetadataArguments {
    fn library(&self) -> MetadataConfig {
        MetadataConfig {
            send: self.send,
            send_interval: time(self.send_interval),
            max_samples_per_send: count(self.max_samples_per_send),
        }
    }
}

// === impl WalArguments ===

impl WalArguments {
    fn library(&self, max_bytes: u64) -> WalConfig {
        let usual = WalConfig::default();
        WalConfig {
            truncate_frequency: time(self.truncate_frequency),
            min_keepalive_time: time(self.min_keepalive_time),
            max_keepalive_time: time(self.max_keepalive_time),
            max_bytes,
            // What is dropped is whole segments: a small log has small ones.
            segment_bytes: usual.segment_bytes.min(max_bytes / 8),
            ..usual
        }
    }
}

fn time(duration: syntax::Duration) -> Duration {
    duration.to_std_or_zero()
}

/// Numbers below zero count as zero.
fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
