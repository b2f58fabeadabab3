//! What an operator writes about remote write: the raw form. [`Config::check`] gives the checked one.
//!
//! Fields, names and defaults are those of Alloy's `prometheus.remote_write`; nothing here is checked yet.

mod check;

use std::collections::BTreeMap;
use std::time::Duration;

use outpost_http_client::HttpConfig;
use outpost_model::RuleConfig;

pub(crate) use check::Endpoint;
pub use check::{CheckedConfig, ConfigError};

use crate::Protocol;

/// `prometheus.remote_write`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Labels that every series gets unless it has them.
    pub external_labels: BTreeMap<String, String>,
    /// Where to send; none is allowed.
    pub endpoints: Vec<EndpointConfig>,
    /// How long unsent samples are kept.
    pub wal: WalConfig,
}

/// `endpoint { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointConfig {
    /// The receiver's URL.
    pub url: String,
    /// The endpoint's name in metrics, and of its place in the log. Empty: made from the URL. Two endpoints that may
    /// not take over each other's place need two names or two URLs.
    pub name: String,
    /// How long a request may take. Default 30 s; zero counts as the default.
    pub remote_timeout: Duration,
    /// Headers of every request; they win over our own, `Content-Type` included.
    pub headers: BTreeMap<String, String>,
    /// Whether exemplars are sent. Default: true.
    pub send_exemplars: bool,
    /// Whether native histograms are sent. Default: false.
    pub send_native_histograms: bool,
    /// The message. Default: 1.0.
    pub protocol: Protocol,
    /// Whether new connections go round the addresses of the host.
    pub round_robin_dns: bool,
    /// Authentication, TLS, proxy.
    pub http: HttpConfig,
    /// Batches, waits, parallel requests.
    pub queue: QueueConfig,
    /// Metadata.
    pub metadata: MetadataConfig,
    /// Rules that every series passes on its way to this endpoint.
    pub write_relabel: Vec<RuleConfig>,
}

/// `queue_config { … }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueConfig {
    /// Has no effect: samples wait in the log. Default 10 000.
    pub capacity: usize,
    /// Requests in flight at once, at most, when a backlog persists. Default 50; never more than 16 are used.
    pub max_shards: usize,
    /// Requests in flight at once from the start. Default 1.
    pub min_shards: usize,
    /// Samples of a request, at most. Default 2000; zero counts as one.
    pub max_samples_per_send: usize,
    /// How long a part of a batch waits for more. Default 5 s.
    pub batch_send_deadline: Duration,
    /// The wait after a first failure. Default 30 ms.
    pub min_backoff: Duration,
    /// The longest wait of our own, a receiver's `Retry-After` may be longer. Default 5 s.
    pub max_backoff: Duration,
    /// Whether 429 is tried again. Default: true.
    pub retry_on_http_429: bool,
    /// Samples older than this are dropped instead of being sent. Zero (the default): never.
    pub sample_age_limit: Duration,
}

/// `metadata_config { … }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetadataConfig {
    /// Whether types, units and help texts are sent. Default: true.
    pub send: bool,
    /// How often, where requests of their own carry them (1.0). Default 1 min.
    pub send_interval: Duration,
    /// Entries of such a request, at most. Default 2000.
    pub max_samples_per_send: usize,
}

/// `wal { … }`, and what the configuration language has no argument for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalConfig {
    /// How often old segments are looked for, besides whenever one is full. Default 2 h; not zero.
    pub truncate_frequency: Duration,
    /// What was sent is kept until it is this old. Default 5 min.
    pub min_keepalive_time: Duration,
    /// What was not sent is kept until it is this old. Default 8 h; longer than `min_keepalive_time`.
    pub max_keepalive_time: Duration,
    /// Bytes on disk, beyond which the oldest samples are dropped. Default 1 GiB.
    pub max_bytes: u64,
    /// A segment's size. Default 8 MiB.
    pub segment_bytes: u64,
    /// Memory for samples on their way, beyond which they are read from disk. Default 8 MiB.
    pub recent_bytes: usize,
    /// How often written data is forced to the medium. Default 5 s.
    pub sync_interval: Duration,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            url: String::new(),
            name: String::new(),
            remote_timeout: Duration::from_secs(30),
            headers: BTreeMap::new(),
            send_exemplars: true,
            send_native_histograms: false,
            protocol: Protocol::V1,
            round_robin_dns: false,
            http: HttpConfig {
                enable_http2: false,
                ..HttpConfig::default()
            },
            queue: QueueConfig::default(),
            metadata: MetadataConfig::default(),
            write_relabel: Vec::new(),
        }
    }
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self {
            capacity: 10_000,
            max_shards: 50,
            min_shards: 1,
            max_samples_per_send: 2000,
            batch_send_deadline: Duration::from_secs(5),
            min_backoff: Duration::from_millis(30),
            max_backoff: Duration::from_secs(5),
            retry_on_http_429: true,
            sample_age_limit: Duration::ZERO,
        }
    }
}

impl Default for MetadataConfig {
    fn default() -> Self {
        Self {
            send: true,
            send_interval: Duration::from_secs(60),
            max_samples_per_send: 2000,
        }
    }
}

impl Default for WalConfig {
    fn default() -> Self {
        Self {
            truncate_frequency: Duration::from_secs(2 * 60 * 60),
            min_keepalive_time: Duration::from_secs(5 * 60),
            max_keepalive_time: Duration::from_secs(8 * 60 * 60),
            max_bytes: 1 << 30,
            segment_bytes: 8 << 20,
            recent_bytes: 8 << 20,
            sync_interval: Duration::from_secs(5),
        }
    }
}
