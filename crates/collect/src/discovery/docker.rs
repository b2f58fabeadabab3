//! Containers of a Docker daemon as targets, updated by the daemon's events.
//!
//! Events say that something changed; what there is now is always read from a list, so a lost event costs time and
//! nothing else. The list is read at every interval anyway. A daemon that is down is asked again soon, then less often.

mod targets;

use std::time::Duration;

use outpost_docker::{Client, DockerError, Event, Events, Filters};
use outpost_http_client::Backoff;
use tokio::time::{Instant, sleep_until};

use super::{Discovery, Targets};

pub use targets::DockerTargets;

/// How long changes may gather: `docker compose up` makes dozens of events.
const SETTLE: Duration = Duration::from_millis(200);

/// The first wait after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// What can change a target.
const ACTIONS: [&str; 9] = [
    "create",
    "start",
    "die",
    "destroy",
    "rename",
    "pause",
    "unpause",
    "connect",
    "disconnect",
];

/// Discovers containers.
#[derive(Debug)]
pub struct DockerDiscovery {
    client: Client,
    filters: Filters,
    rules: DockerTargets,
    interval: Duration,
    backoff: Backoff,
    events: Option<Events>,
    /// When the list is read again.
    due: Instant,
    last: Option<Targets>,
}

// === impl DockerDiscovery ===

impl DockerDiscovery {
    /// Discovers the containers that pass `filters`; the list is read at least every `interval`.
    pub fn new(client: Client, filters: Filters, rules: DockerTargets, interval: Duration) -> Self {
        Self {
            client,
            filters,
            rules,
            interval,
            backoff: Backoff::new(RETRY.min(interval), interval),
            events: None,
            due: Instant::now(),
            last: None,
        }
    }

    /// Waits until the list is due, which an event may bring forward.
    async fn wait(&mut self) {
        while Instant::now() < self.due {
            let Some(events) = &mut self.events else {
                return sleep_until(self.due).await;
            };
            let event = tokio::select! {
                () = sleep_until(self.due) => return,
                event = events.next() => event,
            };
            let now = Instant::now();
            match event {
                Ok(Some(event)) if is_relevant(&event) => self.due = self.due.min(now + SETTLE),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => {
                    self.events = None;
                    self.due = self.due.min(now + RETRY);
                }
            }
        }
    }

    async fn refresh(&mut self) -> Result<Targets, DockerError> {
        // Events first: what happens between the two calls then shows up as an event.
        if self.events.is_none() {
            let filters = Filters::default()
                .with("type", ["container", "network"])
                .with("event", ACTIONS);
            match self.client.events(None, &filters).await {
                Ok(events) => self.events = Some(events),
                Err(error) if error.is_unreachable() => return Err(error),
                // A proxy before the socket may allow lists only: they will do.
                Err(error) => tracing::debug!(%error, "no events: polling only"),
            }
        }
        let containers = self.client.list(&self.filters, false).await?;
        let networks = self.client.networks().await?;
        Ok(self.rules.targets(&containers, &networks))
    }
}

impl Discovery for DockerDiscovery {
    type Error = DockerError;

    async fn next(&mut self) -> Result<Targets, DockerError> {
        loop {
            self.wait().await;
            match self.refresh().await {
                Ok(targets) => {
                    self.backoff.succeeded();
                    self.due = Instant::now() + self.interval;
                    if self.last.as_ref() != Some(&targets) {
                        self.last = Some(targets.clone());
                        return Ok(targets);
                    }
                }
                Err(error) => {
                    self.events = None;
                    self.last = None;
                    self.due = Instant::now() + self.backoff.failed(None);
                    return Err(error);
                }
            }
        }
    }
}

fn is_relevant(event: &Event) -> bool {
    matches!(event.kind.as_str(), "container" | "network")
        && ACTIONS.contains(&event.action.as_str())
}
