//! `loki.source.docker`: the logs of containers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use outpost_alloy_syntax::{Duration, Encoded, Value, arguments};
use outpost_docker::Client;
use outpost_http_client::ClientConfig;
use outpost_loki_push::{Checkpoints, DockerMetrics, DockerSource, DockerSourceConfig, Fanout};
use outpost_model::{Labels, Rules, TargetNames};
use tokio_util::sync::CancellationToken;

use super::restart::{Restartable, fingerprint, latest};
use crate::arguments::{HttpClientArguments, LogsTo, RuleSet, Target, receivers};
use crate::{Component, Context, Refusal};

/// The positions file that Alloy keeps in a component's directory.
const ALLOY_POSITIONS: &str = "positions.yml";

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
    to: Arc<Fanout>,
    metrics: DockerMetrics,
    arguments: Mutex<Given>,
    checkpoints: OnceLock<Checkpoints>,
    source: Restartable<DockerSource>,
}

/// What a source is made of, checked.
struct Given {
    made_of: String,
    client: Client,
    labels: Vec<(String, String)>,
    rules: Arc<Rules>,
    targets: Vec<Labels>,
}

// === impl Given ===

impl Given {
    fn check(arguments: &SourceDockerArguments) -> Result<Self, Refusal> {
        let config = match &arguments.http_client_config {
            Some(client) => client
                .config()
                .map_err(|refusal| refusal.within("http_client_config", 0))?,
            None => ClientConfig::default(),
        };
        let client = Client::connect(&arguments.host, config)
            .map_err(|error| Refusal::of(["host"], error.to_string()))?;
        let rules = match &arguments.relabel_rules {
            Some(rules) => rules.compile(TargetNames::Legacy, "relabel_rules")?,
            None => Rules::default(),
        };
        let targets = arguments.targets.iter();
        Ok(Self {
            made_of: fingerprint(
                arguments,
                &["targets", "forward_to", "labels", "relabel_rules"],
            ),
            client,
            labels: arguments.labels.clone().into_iter().collect(),
            rules: Arc::new(rules),
            targets: targets.map(|target| target.builder().build()).collect(),
        })
    }
}

// === impl SourceDocker ===

impl SourceDocker {
    /// Hands the arguments to the source, which is made anew if the daemon is another one.
    fn apply(&self) {
        let Some(checkpoints) = self.checkpoints.get() else {
            return;
        };
        let given = self
            .arguments
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let config = DockerSourceConfig {
                component: self.context.id().to_string(),
                client: given.client.clone(),
                labels: given.labels.clone(),
                rules: Arc::clone(&given.rules),
                checkpoints: checkpoints.clone(),
                alloy_positions: Some(self.context.data_dir().join(ALLOY_POSITIONS)),
                budget: self.context.surroundings().log_budget.clone(),
                next: Arc::clone(&self.to) as _,
            };
            Ok::<_, Infallible>(DockerSource::new(config, &self.metrics))
        };
        let Ok(_) = self.source.renew(given.made_of.clone(), make);
        if let Some(source) = self.source.current() {
            source.set_labels(given.labels.clone(), Arc::clone(&given.rules));
            source.set_targets(given.targets.clone());
        }
    }
}

impl Component for SourceDocker {
    const NAME: &'static str = "loki.source.docker";
    type Arguments = SourceDockerArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Ok(Self {
            context: context.clone(),
            to: Arc::new(Fanout::new(receivers(&arguments.forward_to))),
            metrics: DockerMetrics::new(context.metrics()),
            arguments: Mutex::new(Given::check(arguments)?),
            checkpoints: OnceLock::new(),
            source: Restartable::new(),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let given = Given::check(arguments)?;
        self.to.set(receivers(&arguments.forward_to));
        *self
            .arguments
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = given;
        self.apply();
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let checkpoints = Checkpoints::open(&self.context.data_dir())
            .map_err(|error| Refusal::because(&error))?;
        // Opened once.
        let _ = self.checkpoints.set(checkpoints);
        self.apply();
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let Some(checkpoints) = self.checkpoints.get() else {
            return Err(Refusal::new("the component was not opened"));
        };
        let read = async {
            let mut sources = self.source.subscribe();
            while let Some(source) = latest(&mut sources) {
                let stop = async {
                    tokio::select! {
                        () = shutdown.cancelled() => {}
                        // The sender lives as long as the component.
                        _ = sources.changed() => {}
                    }
                };
                source.run(stop).await;
                if shutdown.is_cancelled() {
                    break;
                }
            }
        };
        tokio::join!(read, checkpoints.run(shutdown.cancelled()));
        Ok(())
    }

    fn debug_info(&self) -> Vec<Encoded> {
        let Some(source) = self.source.current() else {
            return Vec::new();
        };
        let status = source.status().into_iter();
        status
            .map(|container| Encoded::Block {
                name: "targets_info".into(),
                label: None,
                body: vec![
                    Encoded::attribute("id", Value::from(container.id.as_str())),
                    Encoded::attribute(
                        "last_error",
                        Value::from(container.last_error.as_deref().unwrap_or_default()),
                    ),
                    Encoded::attribute(
                        "labels",
                        Value::from(container.labels.to_string().as_str()),
                    ),
                    Encoded::attribute("is_running", Value::from(container.reading)),
                ],
            })
            .collect()
    }
}
