//! `discovery.docker`: the containers of a Docker daemon as targets.

use outpost_alloy_syntax::{Duration, Value, arguments};

use crate::arguments::HttpClientArguments;
use crate::components::unwired;
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
pub(crate) struct Docker {
    context: Context,
}

impl Component for Docker {
    const NAME: &'static str = "discovery.docker";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = DockerArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        arguments.client.config()?;
        context.exports().set("targets", Value::array([]));
        Ok(Self {
            context: context.clone(),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        arguments.client.config().map(|_| ())
    }

    fn open(&self) -> Result<(), Refusal> {
        unwired::refuse(&self.context)
    }
}
