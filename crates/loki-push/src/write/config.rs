//! What is written to, and how.

use std::time::Duration;

use http::{HeaderMap, Uri};
use outpost_http_client::ClientConfig;

use super::Limits;

/// Bodies are cut here whatever the batch size: a Loki with its usual ingestion burst can never take more at once.
pub(super) const MAX_BATCH: usize = 4 * 1024 * 1024;

/// A writer's configuration.
#[derive(Debug)]
pub struct WriteConfig {
    /// Where entries go, each to all of them.
    pub endpoints: Vec<EndpointConfig>,
    /// Labels for every entry that has none of that name.
    pub external_labels: Vec<(String, String)>,
    /// The most streams that may wait in batches at a time, 0 for no limit; lines of others are dropped.
    pub max_streams: usize,
}

/// One endpoint. Build it with [`EndpointConfig::new`] and change what differs from the defaults.
#[derive(Debug)]
pub struct EndpointConfig {
    /// Where to push, `http://loki:3100/loki/api/v1/push` say.
    pub url: Uri,
    /// Tells it apart in status and logs; empty means the URL's host.
    pub name: String,
    /// Bytes of lines and metadata that make a batch full. Default 1 MiB; never more than 4 MiB.
    pub batch_size: usize,
    /// How long a batch waits to get full. Default 1 s.
    pub batch_wait: Duration,
    /// Time for one request with its answer. Default 10 s.
    pub remote_timeout: Duration,
    /// The tenant of entries without one of their own; empty sends no `X-Scope-OrgID`.
    pub tenant_id: String,
    /// Further request headers.
    pub headers: HeaderMap,
    /// The first pause after a failure. Default 500 ms.
    pub min_backoff: Duration,
    /// The longest pause. Default 5 min.
    pub max_backoff: Duration,
    /// Tries after which a batch is dropped; None (the default) never gives up.
    pub max_tries: Option<u32>,
    /// Whether 429 is worth another try. Default true.
    pub retry_on_429: bool,
    /// What the receiver is known to refuse. Default: nothing.
    pub limits: Limits,
    /// The `User-Agent`.
    pub user_agent: String,
    /// Authentication, TLS, proxy.
    pub client: ClientConfig,
}

/// Why a configuration is no good.
#[derive(Debug, thiserror::Error)]
pub enum WriteConfigError {
    /// Nowhere to write to.
    #[error("no endpoint is given; at least one is needed")]
    NoEndpoint,
    /// Two endpoints of one name.
    #[error("two endpoints are named {name:?}; give each its own name")]
    SameName {
        /// The name.
        name: String,
    },
    /// A value that no HTTP header can hold.
    #[error("the {what} of endpoint {name:?} cannot be sent as an HTTP header")]
    Header {
        /// The endpoint.
        name: String,
        /// Which value.
        what: &'static str,
    },
}

// === impl WriteConfig ===

impl WriteConfig {
    /// A writer to one endpoint, with defaults for the rest.
    pub fn to(url: Uri, client: ClientConfig) -> Self {
        Self {
            endpoints: vec![EndpointConfig::new(url, client)],
            external_labels: Vec::new(),
            max_streams: 0,
        }
    }

    pub(super) fn check(&self) -> Result<(), WriteConfigError> {
        if self.endpoints.is_empty() {
            return Err(WriteConfigError::NoEndpoint);
        }
        for (index, endpoint) in self.endpoints.iter().enumerate() {
            let same = |other: &EndpointConfig| {
                !endpoint.name.is_empty() && other.name == endpoint.name
                    || (endpoint.name.is_empty()
                        && other.name.is_empty()
                        && other.url == endpoint.url)
            };
            if self.endpoints.iter().take(index).any(same) {
                return Err(WriteConfigError::SameName {
                    name: endpoint.display_name(),
                });
            }
        }
        Ok(())
    }
}

// === impl EndpointConfig ===

impl EndpointConfig {
    /// An endpoint with defaults for the rest.
    pub fn new(url: Uri, client: ClientConfig) -> Self {
        Self {
            url,
            name: String::new(),
            batch_size: 1024 * 1024,
            batch_wait: Duration::from_secs(1),
            remote_timeout: Duration::from_secs(10),
            tenant_id: String::new(),
            headers: HeaderMap::new(),
            min_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(300),
            max_tries: None,
            retry_on_429: true,
            limits: Limits::default(),
            user_agent: concat!("outpost/", env!("CARGO_PKG_VERSION")).to_owned(),
            client,
        }
    }

    pub(super) fn display_name(&self) -> String {
        if self.name.is_empty() {
            self.host()
        } else {
            self.name.clone()
        }
    }

    /// Host and port, which is also the label `host` of the metrics.
    pub(super) fn host(&self) -> String {
        self.url
            .authority()
            .map(|a| a.as_str().rsplit('@').next().unwrap_or_default().to_owned())
            .unwrap_or_default()
    }
}
