//! Builds the layer and its sender.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use http::Uri;
use outpost_http_client::{ClientConfig, HttpConfig};
use outpost_model::Labels;
use outpost_self_metrics::{Registry, Scope};

use super::{EventPush, LokiLayer, Shared};
use crate::{
    Budget, DEFAULT_BUDGET, EndpointConfig, Tracker, WriteConfig, WriteConfigError, WriteMetrics,
    Writer,
};

/// Names of the levels, as the label `level` has them.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Settings of a [`LokiLayer`].
#[derive(Debug)]
#[must_use = "a builder does nothing before `build`"]
pub struct LokiLayerBuilder {
    url: String,
    labels: Vec<(String, String)>,
    tenant: String,
    budget: usize,
    client: Option<ClientConfig>,
}

/// Why no layer can be built.
#[derive(Debug, thiserror::Error)]
pub enum EventPushError {
    /// Not a place to push to.
    #[error("{url:?} is no URL to push to; give one like http://loki:3100/loki/api/v1/push")]
    Url {
        /// What was given.
        url: String,
    },
    /// The default client cannot be set up.
    #[error("cannot set up the HTTP client")]
    Client(#[from] outpost_http_client::ConfigError),
    /// A setting that cannot be sent.
    #[error(transparent)]
    Config(#[from] WriteConfigError),
}

// === impl LokiLayerBuilder ===

impl LokiLayerBuilder {
    pub(super) fn new(url: String) -> Self {
        Self {
            url,
            labels: Vec::new(),
            tenant: String::new(),
            budget: DEFAULT_BUDGET,
            client: None,
        }
    }

    /// A label of every line; `level` is added to these. Keep to what names the service: each set is a stream.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.push((name.into(), value.into()));
        self
    }

    /// The tenant, sent as `X-Scope-OrgID`.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// The most bytes of events that may wait for Loki. Default 16 MiB, at least 64 KiB.
    pub fn budget(mut self, bytes: usize) -> Self {
        self.budget = bytes;
        self
    }

    /// Authentication, TLS and proxy in place of the defaults.
    pub fn client(mut self, client: ClientConfig) -> Self {
        self.client = Some(client);
        self
    }

    /// The layer, and the sender to run beside it; nothing is sent before [`EventPush::run`].
    pub fn build(self) -> Result<(LokiLayer, EventPush), EventPushError> {
        let uri: Option<Uri> = self.url.parse().ok();
        let Some(uri) = uri.filter(|uri| uri.scheme().is_some() && uri.host().is_some()) else {
            return Err(EventPushError::Url { url: self.url });
        };
        let client = match self.client {
            Some(client) => client,
            None => ClientConfig::try_from(HttpConfig::default())?,
        };
        let mut endpoint = EndpointConfig::new(uri, client);
        endpoint.tenant_id = self.tenant;
        let config = WriteConfig {
            endpoints: vec![endpoint],
            external_labels: Vec::new(),
            max_streams: 0,
        };
        let metrics = WriteMetrics::new(&Scope::new(&Registry::new(), []));
        let budget = Budget::new(self.budget);
        let own = self.labels;
        let labels = LEVELS.map(|level| {
            let pairs = own.iter().map(|(n, v)| (n.as_str(), v.as_str()));
            Arc::new(Labels::from_pairs(pairs.chain([("level", level)])))
        });
        let shared = Arc::new(Shared {
            writer: Writer::new(config, &metrics)?,
            labels,
            tracker: Tracker::without_position(budget.clone()),
            budget,
            dropped: AtomicU64::new(0),
        });
        let layer = LokiLayer {
            shared: Arc::clone(&shared),
        };
        Ok((layer, EventPush { shared }))
    }
}
