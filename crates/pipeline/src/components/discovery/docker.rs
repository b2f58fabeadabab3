//! `discovery.docker`: the containers of a Docker daemon as targets.

use std::sync::Arc;

use outpost_alloy_syntax::{Duration, Value, arguments};
use outpost_collect::discovery::{DockerDiscovery, DockerTargets, Targets};
use outpost_docker::{Client, Filters};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::arguments::{HttpClientArguments, Target, targets_value};
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

/// The component: what is asked may change while it asks.
pub(crate) struct Docker {
    context: Context,
    question: watch::Sender<Arc<Question>>,
}

/// Whom to ask, and for what.
struct Question {
    client: Client,
    filters: Filters,
    rules: DockerTargets,
    interval: std::time::Duration,
}

// === impl Question ===

impl Question {
    fn new(arguments: &DockerArguments) -> Result<Self, Refusal> {
        let client = Client::connect(&arguments.host, arguments.client.config()?)
            .map_err(|error| Refusal::of(["host"], error.to_string()))?;
        let port = u16::try_from(arguments.port)
            .map_err(|_| Refusal::of(["port"], format!("{} is no port", arguments.port)))?;
        let interval = arguments.refresh_interval.to_std_or_zero();
        if interval.is_zero() {
            return Err(Refusal::of(
                ["refresh_interval"],
                "refresh_interval must be more than 0",
            ));
        }
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

    fn discovery(&self) -> DockerDiscovery {
        DockerDiscovery::new(
            self.client.clone(),
            self.filters.clone(),
            self.rules.clone(),
            self.interval,
        )
    }
}

fn export(context: &Context, targets: &Targets) {
    let targets: Vec<Target> = targets
        .iter()
        .map(|labels| labels.iter().collect())
        .collect();
    context.exports().set("targets", targets_value(&targets));
}

impl Component for Docker {
    const NAME: &'static str = "discovery.docker";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = DockerArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let question = Question::new(arguments)?;
        context.exports().set("targets", Value::array([]));
        Ok(Self {
            context: context.clone(),
            question: watch::Sender::new(Arc::new(question)),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.question
            .send_replace(Arc::new(Question::new(arguments)?));
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let mut questions = self.question.subscribe();
        loop {
            let question = Arc::clone(&questions.borrow_and_update());
            let mut discovery = question.discovery();
            let ask = async {
                loop {
                    match discovery.next().await {
                        Ok(targets) => {
                            export(&self.context, &targets);
                            self.context
                                .healthy(format!("{} targets found", targets.len()));
                        }
                        Err(error) => {
                            let refusal = Refusal::because(&error);
                            tracing::warn!(error = %refusal, "cannot discover containers");
                            self.context.unhealthy(refusal.to_string());
                        }
                    }
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                changed = questions.changed() => if changed.is_err() {
                    return Ok(());
                },
                () = ask => {}
            }
        }
    }
}
