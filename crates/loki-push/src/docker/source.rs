//! All containers of one `loki.source.docker`: which are read, by which tasks, from where.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use outpost_docker::{Client, DockerError, Event, Events, Filters};
use outpost_model::{Labels, Rules};
use outpost_self_metrics::{IntCounter, Scope};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::intake::Taken;
use super::labels::StreamLabels;
use super::reader::{Reader, Wanted};
use crate::words::in_words;
use crate::{
    Budget, CheckpointSlot, Checkpoints, DockerPosition, Entry, LogsReceiver, Position,
    read_alloy_positions,
};

const CONTAINER_ID: &str = "__meta_docker_container_id";
/// How often the daemon is asked which containers there still are.
const RECONCILE: Duration = Duration::from_secs(60);
/// How long a position outlives its container's absence from the daemon's list.
const FORGET_AFTER: Duration = Duration::from_secs(24 * 3600);

/// What a source is made of.
pub struct DockerSourceConfig {
    /// The component's id, under which positions are kept.
    pub component: String,
    /// The daemon.
    pub client: Client,
    /// Labels for every line; they win over the targets'.
    pub labels: Vec<(String, String)>,
    /// Rules for the labels of each stream.
    pub rules: Arc<Rules>,
    /// Where positions are kept.
    pub checkpoints: Checkpoints,
    /// The positions file of an Alloy that ran here before, read if there are no positions yet.
    pub alloy_positions: Option<PathBuf>,
    /// The pipeline's bytes.
    pub budget: Budget,
    /// Who takes the lines.
    pub next: Arc<dyn LogsReceiver>,
}

/// Reads the logs of containers.
pub struct DockerSource {
    shared: Arc<Shared>,
    labels: Mutex<Labelling>,
    targets: watch::Sender<BTreeMap<String, Labels>>,
}

/// What a container's reading has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerStatus {
    /// The container's id.
    pub id: String,
    /// The labels of its lines on standard output.
    pub labels: Labels,
    /// Whether its log is being followed.
    pub reading: bool,
    /// Lines since the start.
    pub lines: u64,
    /// What went wrong last; None since it went well.
    pub last_error: Option<String>,
}

/// What a source's tasks share.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) budget: Budget,
    pub(super) metrics: DockerMetrics,
    component: String,
    checkpoints: Checkpoints,
    next: Arc<dyn LogsReceiver>,
    status: Mutex<BTreeMap<String, ContainerStatus>>,
}

/// The metrics of docker sources: register them once, for however many sources follow one another.
#[derive(Clone, Debug)]
pub struct DockerMetrics {
    entries: IntCounter,
    garbled: IntCounter,
    gaps: IntCounter,
    pub(super) closed_for_room: IntCounter,
}

struct Labelling {
    own: Vec<(String, String)>,
    rules: Arc<Rules>,
}

/// A container's task, as the source sees it.
struct Task {
    wanted: watch::Sender<Wanted>,
    woken: Arc<Notify>,
}

// === impl DockerSource ===

impl DockerSource {
    /// A source that reads nothing before [`DockerSource::run`].
    pub fn new(config: DockerSourceConfig, metrics: &DockerMetrics) -> Self {
        let shared = Shared {
            client: config.client,
            budget: config.budget,
            metrics: metrics.clone(),
            component: config.component,
            checkpoints: config.checkpoints,
            next: config.next,
            status: Mutex::default(),
        };
        if let Some(path) = config.alloy_positions {
            shared.import(&path);
        }
        Self {
            shared: Arc::new(shared),
            labels: Mutex::new(Labelling {
                own: config.labels,
                rules: config.rules,
            }),
            targets: watch::Sender::new(BTreeMap::new()),
        }
    }

    /// The containers to read, by their label `__meta_docker_container_id`; others are left out.
    ///
    /// Of several targets of one container the first in the order of their labels counts.
    pub fn set_targets(&self, targets: impl IntoIterator<Item = Labels>) {
        let mut by_id: BTreeMap<String, Labels> = BTreeMap::new();
        for target in targets {
            let Some(id) = target.get(CONTAINER_ID).filter(|id| !id.is_empty()) else {
                continue;
            };
            let id = id.to_owned();
            match by_id.get(&id) {
                Some(known) if *known <= target => {}
                _ => drop(by_id.insert(id, target)),
            }
        }
        self.targets.send_replace(by_id);
    }

    /// Changes the labels of lines that are read from now on.
    pub fn set_labels(&self, own: Vec<(String, String)>, rules: Arc<Rules>) {
        *self.labelling() = Labelling { own, rules };
        self.targets.send_modify(|_| {});
    }

    /// What each container's reading has come to.
    pub fn status(&self) -> Vec<ContainerStatus> {
        self.shared.statuses().values().cloned().collect()
    }

    /// Reads until `shutdown`; what was read by then and not delivered is read again by the next run.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        let mut targets = self.targets.subscribe();
        targets.mark_changed();
        let mut tasks: BTreeMap<String, Task> = BTreeMap::new();
        let mut running: JoinSet<String> = JoinSet::new();
        let mut absent = BTreeMap::new();
        let mut events: Option<Events> = None;
        let mut reconcile = Box::pin(sleep(Duration::ZERO));
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                // The sender lives as long as this source.
                _ = targets.changed() => {
                    let targets = targets.borrow_and_update().clone();
                    self.apply(&targets, &mut tasks, &mut running);
                }
                Some(ended) = running.join_next() => {
                    if let Ok(id) = ended {
                        tasks.remove(&id);
                        self.shared.statuses().remove(&id);
                    }
                }
                event = next_event(&mut events), if events.is_some() => if let Some(event) = event { if let Some(task) = tasks.get(&event.id) {
                    task.woken.notify_one();
                } } else {
                    events = None;
                    reconcile = Box::pin(sleep(Duration::from_secs(1)));
                },
                () = &mut reconcile => {
                    if events.is_none() {
                        let filters = Filters::default().with("type", ["container"]);
                        events = self.shared.client.events(None, &filters).await.ok();
                        for task in tasks.values() {
                            task.woken.notify_one();
                        }
                    }
                    self.shared.forget_absent(&mut absent).await;
                    let pause = if events.is_some() { RECONCILE } else { Duration::from_secs(5) };
                    reconcile = Box::pin(sleep(pause));
                }
            }
        }
    }

    fn apply(
        &self,
        targets: &BTreeMap<String, Labels>,
        tasks: &mut BTreeMap<String, Task>,
        running: &mut JoinSet<String>,
    ) {
        for (id, target) in targets {
            let labels = {
                let labelling = self.labelling();
                StreamLabels::of(target, &labelling.own, &labelling.rules)
            };
            self.shared
                .note(id, |status| status.labels = (*labels.stdout).clone());
            let wanted = Wanted::Read(labels);
            if let Some(task) = tasks.get(id) {
                task.wanted.send_if_modified(|now| {
                    let differs = *now != wanted;
                    *now = wanted;
                    differs
                });
                continue;
            }
            let (sender, receiver) = watch::channel(wanted);
            let woken = Arc::new(Notify::new());
            let reader = Reader {
                shared: Arc::clone(&self.shared),
                id: id.clone(),
                wanted: receiver,
                woken: Arc::clone(&woken),
            };
            let name = id.clone();
            running.spawn(async move {
                reader.run().await;
                name
            });
            tasks.insert(
                id.clone(),
                Task {
                    wanted: sender,
                    woken,
                },
            );
        }
        for (_, task) in tasks.iter().filter(|(id, _)| !targets.contains_key(*id)) {
            task.wanted.send_if_modified(|now| match now {
                Wanted::Read(labels) => {
                    *now = Wanted::Finish(labels.clone());
                    true
                }
                Wanted::Finish(_) => false,
            });
            task.woken.notify_one();
        }
    }

    fn labelling(&self) -> MutexGuard<'_, Labelling> {
        self.labels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for DockerSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DockerSource")
            .field("component", &self.shared.component)
            .finish_non_exhaustive()
    }
}

async fn next_event(events: &mut Option<Events>) -> Option<Event> {
    events.as_mut()?.next().await.ok().flatten()
}

// === impl Shared ===

impl Shared {
    pub(super) fn push(&self, entries: Vec<Entry>) {
        if !entries.is_empty() {
            self.next.push(entries);
        }
    }

    pub(super) fn slot(&self, id: &str) -> CheckpointSlot {
        self.checkpoints.slot(&self.component, id)
    }

    pub(super) fn took(&self, id: &str, taken: &Taken) {
        let lines = taken.entries.len() as u64;
        self.metrics.entries.inc_by(lines);
        self.metrics.garbled.inc_by(taken.garbled);
        self.note(id, |status| status.lines += lines);
        if taken.gap {
            self.metrics.gaps.inc();
            tracing::warn!(
                container = id,
                "lines are missing: the daemon rotated the log further than it had been read; raise max-file or max-size of its logging driver"
            );
        }
    }

    pub(super) fn unreadable(&self, id: &str, message: &str) {
        tracing::warn!(
            container = id,
            message,
            "this container's logs cannot be read; give it a logging driver that can (json-file, local, journald)"
        );
        self.note(id, |status| status.last_error = Some(message.to_owned()));
    }

    pub(super) fn failed(&self, id: &str, error: &DockerError) {
        let message = in_words(error);
        self.note(id, |status| {
            if status.last_error.as_ref() != Some(&message) {
                tracing::warn!(
                    container = id,
                    message,
                    "reading a container's log was interrupted"
                );
            }
            status.last_error = Some(message);
        });
    }

    pub(super) fn note(&self, id: &str, change: impl FnOnce(&mut ContainerStatus)) {
        let mut all = self.statuses();
        let status = all.entry(id.to_owned()).or_insert_with(|| ContainerStatus {
            id: id.to_owned(),
            ..ContainerStatus::default()
        });
        change(status);
    }

    fn statuses(&self) -> MutexGuard<'_, BTreeMap<String, ContainerStatus>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets positions of containers that the daemon has not listed for a day.
    async fn forget_absent(&self, absent: &mut BTreeMap<String, Instant>) {
        let Ok(listed) = self.client.list(&Filters::default(), true).await else {
            return;
        };
        for (id, _) in self.checkpoints.of_component(&self.component) {
            if listed.iter().any(|container| container.id == id) {
                absent.remove(&id);
                continue;
            }
            let since = absent.entry(id.clone()).or_insert_with(Instant::now);
            if since.elapsed() >= FORGET_AFTER {
                self.slot(&id).remove();
                absent.remove(&id);
            }
        }
    }

    /// Takes over the positions of an Alloy: whole seconds, the latest of each container.
    fn import(&self, path: &std::path::Path) {
        if self.checkpoints.knows(&self.component) {
            return;
        }
        let Ok(text) = std::fs::read_to_string(path) else {
            return;
        };
        let mut latest: BTreeMap<String, i64> = BTreeMap::new();
        for position in read_alloy_positions(&text) {
            let id = position.path.strip_prefix("cursor-");
            if let (Some(id), Ok(seconds)) = (id, position.value.parse::<i64>()) {
                let known = latest.entry(id.to_owned()).or_default();
                *known = seconds.max(*known);
            }
        }
        tracing::info!(path = %path.display(), containers = latest.len(), "positions of Alloy are taken over");
        for (id, seconds) in latest {
            let since = seconds.saturating_mul(1_000_000_000);
            self.slot(&id).set(Position::Docker(DockerPosition {
                since,
                newest: since,
                ..DockerPosition::default()
            }));
        }
    }
}

// === impl DockerMetrics ===

impl DockerMetrics {
    /// Registers them.
    pub fn new(scope: &Scope) -> Self {
        Self {
            entries: scope.counter(
                "loki_source_docker_target_entries_total",
                "Lines read from containers.",
            ),
            garbled: scope.counter(
                "loki_source_docker_target_parsing_errors_total",
                "Records without a time in front.",
            ),
            gaps: scope.counter(
                "loki_source_docker_gaps_total",
                "Times that the daemon had thrown records away before they were read.",
            ),
            closed_for_room: scope.counter(
                "loki_source_docker_closed_for_room_total",
                "Times that a stream was closed because too many lines were waiting for delivery.",
            ),
        }
    }
}
