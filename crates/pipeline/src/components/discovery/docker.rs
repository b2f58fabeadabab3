//! `discovery.docker`: the containers of a Docker daemon as targets.

use std::sync::Arc;

use outpost_alloy_syntax::{Duration, arguments};
use outpost_collect::discovery::{DockerDiscovery, DockerTargets};
use outpost_docker::{Client, Filters};
use tokio_util::sync::CancellationToken;

use super::search::{Question, Search, interval};
use crate::arguments::HttpClientArguments;
use crate::{Component, Context, Refusal};

arguments! {
    /// The containers of a Docker daemon.
    pub(crate) struct DockerArguments {
        /// The daemon's address.
        attr host: String,
        /// The port of containers that expose none.
        attr port: i64 = 80,
        /// The address of containers in the host's network.
        attr host_networking_host: String = "localhost".to_owned(),
        /// How often the containers are listed.
        attr refresh_interval: Duration = Duration::from_secs(60),
        /// Of several networks of a container take the first by name only.
        attr match_first_network: bool = true,
        /// Which containers; Docker's own filters.
        block filter: Vec<FilterArguments>,
        /// The HTTP client.
        flatten client: HttpClientArguments,
    }
}

arguments! {
    /// A filter of Docker's.
    pub(crate) struct FilterArguments {
        /// Its name.
        attr name: String,
        /// Its values, any of which may match.
        attr values: Vec<String>,
    }
}

/// The component.
pub(crate) struct Docker(Search<Daemon>);

/// Whom to ask, and for what.
struct Daemon {
    client: Client,
    filters: Filters,
    rules: DockerTargets,
    interval: std::time::Duration,
}

// === impl Daemon ===

impl Daemon {
    fn new(arguments: &DockerArguments) -> Result<Self, Refusal> {
        let client = Client::connect(&arguments.host, arguments.client.config()?)
            .map_err(|error| Refusal::of(["host"], error.to_string()))?;
        let port = u16::try_from(arguments.port)
            .map_err(|_| Refusal::of(["port"], format!("{} is no port", arguments.port)))?;
        let interval = interval(arguments.refresh_interval)?;
        let filters = arguments.filter.iter();
        Ok(Self {
            client,
            filters: filters.fold(Filters::default(), |filters, filter| {
                filters.with(&filter.name, filter.values.iter().map(String::as_str))
            }),
            rules: DockerTargets {
                port,
                host_networking_host: arguments.host_networking_host.clone(),
                match_first_network: arguments.match_first_network,
            },
            interval,
        })
    }
}

impl Question for Daemon {
    type Discovery = DockerDiscovery;

    fn discovery(&self) -> DockerDiscovery {
        DockerDiscovery::new(
            self.client.clone(),
            self.filters.clone(),
            self.rules.clone(),
            self.interval,
        )
    }
}

impl Component for Docker {
    const NAME: &'static str = "discovery.docker";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = DockerArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Ok(Self(Search::new(context, Daemon::new(arguments)?)))
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.0.ask(Daemon::new(arguments)?);
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        self.0.run(shutdown).await
    }
}
