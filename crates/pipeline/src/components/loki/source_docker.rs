//! `loki.source.docker`: the logs of containers.

use std::collections::BTreeMap;

use outpost_alloy_syntax::{Duration, arguments};
use outpost_model::TargetNames;

use crate::arguments::{HttpClientArguments, LogsTo, RuleSet, Target};
use crate::components::unwired;
use crate::{Component, Context, Refusal};

arguments! {
    /// The logs of containers.
    pub(crate) struct SourceDockerArguments {
        /// The daemon's address.
        attr host: String,
        /// The containers, by `__meta_docker_container_id`.
        attr targets: Vec<Target>,
        /// Where the lines go.
        attr forward_to: Vec<Option<LogsTo>>,
        /// Labels added to every line; they win over the target's.
        attr labels: BTreeMap<String, String> = BTreeMap::new(),
        /// Rules for the labels of lines.
        attr relabel_rules: Option<RuleSet>,
        /// In Alloy, how long one request to an HTTP daemon may take.
        attr refresh_interval: Duration = Duration::from_secs(60),
        /// The HTTP client, for daemons that are not behind a socket.
        block http_client_config: Option<HttpClientArguments>,
    }
}

/// The component.
pub(crate) struct SourceDocker {
    context: Context,
}

// === impl SourceDocker ===

impl SourceDocker {
    fn check(arguments: &SourceDockerArguments) -> Result<(), Refusal> {
        if let Some(client) = &arguments.http_client_config {
            client
                .config()
                .map_err(|refusal| refusal.within("http_client_config", 0))?;
        }
        if let Some(rules) = &arguments.relabel_rules {
            rules.compile(TargetNames::Any, "relabel_rules")?;
        }
        Ok(())
    }
}

impl Component for SourceDocker {
    const NAME: &'static str = "loki.source.docker";
    type Arguments = SourceDockerArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Self::check(arguments)?;
        Ok(Self {
            context: context.clone(),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        Self::check(arguments)
    }

    fn open(&self) -> Result<(), Refusal> {
        unwired::refuse(&self.context)
    }
}
