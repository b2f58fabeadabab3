//! `discovery.http`: the targets that an HTTP endpoint names.

use std::sync::Arc;

use outpost_alloy_syntax::{Duration, arguments};
use outpost_collect::discovery::HttpDiscovery;
use outpost_http_client::{Client, Uri};
use tokio_util::sync::CancellationToken;

use super::search::{Question, Search, interval};
use crate::arguments::HttpClientArguments;
use crate::{Component, Context, Refusal};

arguments! {
    /// The targets that an HTTP endpoint names.
    pub(crate) struct HttpArguments {
        /// The endpoint.
        attr url: String,
        /// How often it is asked.
        attr refresh_interval: Duration = Duration::from_secs(60),
        /// The HTTP client.
        flatten client: HttpClientArguments,
    }
}

/// The component.
pub(crate) struct Http(Search<Endpoint>);

/// Whom to ask.
struct Endpoint {
    client: Client,
    url: Uri,
    interval: std::time::Duration,
}

// === impl Endpoint ===

impl Endpoint {
    fn new(arguments: &HttpArguments) -> Result<Self, Refusal> {
        let url: Option<Uri> = arguments.url.parse().ok();
        let url = url.filter(|url| {
            matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some()
        });
        let url = url.ok_or_else(|| Refusal::of(["url"], "url must be an http or https URL"))?;
        Ok(Self {
            client: Client::new(arguments.client.config()?),
            url,
            interval: interval(arguments.refresh_interval)?,
        })
    }
}

impl Question for Endpoint {
    type Discovery = HttpDiscovery;

    fn discovery(&self) -> HttpDiscovery {
        HttpDiscovery::new(self.client.clone(), self.url.clone(), self.interval)
    }
}

impl Component for Http {
    const NAME: &'static str = "discovery.http";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = HttpArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Ok(Self(Search::new(context, Endpoint::new(arguments)?)))
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.0.ask(Endpoint::new(arguments)?);
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        self.0.run(shutdown).await
    }
}
