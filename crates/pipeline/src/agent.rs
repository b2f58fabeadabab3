//! The running graph: tasks, changes of exports, reload, health, shutdown.
//!
//! Invariants: `state` always holds one whole configuration; whoever holds its lock never waits. Reloads run one after
//! the other. Every task belongs to a part and ends with it.

mod reload;
mod report;
mod stop;
mod task;
mod tell;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use outpost_alloy_syntax::{Diagnostics, Source};
use tokio_util::sync::CancellationToken;

use crate::built::{self, Part};
use crate::controller_metrics::ControllerMetrics;
use crate::{Built, ComponentId, Health, HealthState, Program, Refresh, Registry, Surroundings};

use task::Task;

/// Gives the configuration's sources, at start and at every reload.
pub type ReadSources = Box<dyn Fn() -> Result<Vec<Arc<Source>>, Diagnostics> + Send + Sync>;

/// A configuration in the life of a process. Clones are the same agent.
#[derive(Clone)]
pub struct Agent {
    inner: Arc<Inner>,
}

struct Inner {
    read: ReadSources,
    registry: Registry,
    surroundings: Arc<Surroundings>,
    state: Mutex<State>,
    reloading: tokio::sync::Mutex<()>,
    metrics: ControllerMetrics,
    ready: AtomicBool,
    http_address: Mutex<String>,
    /// Held for the page of own metrics.
    refresh: std::sync::OnceLock<Arc<Refresh>>,
}

struct State {
    program: Program,
    parts: BTreeMap<ComponentId, Part>,
    tasks: BTreeMap<ComponentId, Task>,
}

// === impl Agent ===

impl Agent {
    /// Reads, evaluates and builds the configuration. Nothing runs yet, nothing was written.
    pub fn load(
        read: ReadSources,
        registry: Registry,
        surroundings: Surroundings,
    ) -> Result<(Self, Diagnostics), Diagnostics> {
        let surroundings = Arc::new(surroundings);
        let sources = read()?;
        let program = Program::read(
            &sources,
            &registry,
            surroundings.stability,
            &surroundings.host,
        )?;
        let built = Built::new(program, &surroundings)?;
        // Building exported things for the first time; everybody has seen them.
        surroundings.changes.take();
        let mut warnings = built.warnings;
        warnings.extend(built.advice);
        let metrics = ControllerMetrics::new(&surroundings.registry);
        metrics.loaded(&sources);
        let inner = Inner {
            read,
            registry,
            surroundings,
            state: Mutex::new(State {
                program: built.program,
                parts: built.parts,
                tasks: BTreeMap::new(),
            }),
            reloading: tokio::sync::Mutex::new(()),
            metrics,
            ready: AtomicBool::new(false),
            http_address: Mutex::default(),
            refresh: std::sync::OnceLock::new(),
        };
        let agent = Self {
            inner: Arc::new(inner),
        };
        agent.offer_metrics();
        Ok((agent, warnings))
    }

    /// Opens the components' storage, those that others need first.
    pub fn open(&self) -> Result<(), Diagnostics> {
        let state = self.state();
        let mut wrong = Diagnostics::default();
        for id in &state.program.order {
            if let (Some(part), Some(node)) = (state.parts.get(id), state.program.nodes.get(id))
                && let Err(refusal) = part.instance.open()
            {
                wrong.extend(node.placed.refused(&refusal));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// Runs everything until `shutdown`, then stops it within `grace`.
    pub async fn run(&self, shutdown: CancellationToken, grace: Duration) {
        {
            let mut state = self.state();
            let order = state.program.order.clone();
            for id in &order {
                state.start(id);
            }
        }
        self.inner.ready.store(true, Ordering::Release);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                changed = self.inner.surroundings.changes.next() => self.follow(changed),
            }
        }
        self.inner.ready.store(false, Ordering::Release);
        // A reload under way ends first, so that it cannot start anything behind our back.
        let _alone = self.inner.reloading.lock().await;
        self.stop_all(grace).await;
    }

    /// Evaluates whatever depends on components whose exports have changed.
    fn follow(&self, mut changed: BTreeSet<ComponentId>) {
        let state = self.state();
        for id in &state.program.order {
            let Some(node) = state.program.nodes.get(id) else {
                continue;
            };
            if node.links.iter().any(|link| changed.contains(&link.to)) {
                self.inner.metrics.evaluation(|| {
                    if let Err(wrong) = state.evaluate(id) {
                        tracing::error!(component_id = %id, "the component keeps its arguments: the new ones cannot be evaluated");
                        tell::tell(&wrong);
                    }
                });
                // Its own exports may have changed with it, and its dependents come later in the order.
                changed.extend(self.inner.surroundings.changes.take());
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.state().parts.keys()).finish()
    }
}

// === impl State ===

impl State {
    /// Evaluates a component that exists; if that fails it keeps what it has and is unhealthy.
    fn evaluate(&self, id: &ComponentId) -> Result<Diagnostics, Diagnostics> {
        let (Some(node), Some(part)) = (self.program.nodes.get(id), self.parts.get(id)) else {
            return Ok(Diagnostics::default());
        };
        let scope = built::visible(node, &self.parts);
        let result = part.instance.update(&part.context, &node.placed, &scope);
        part.context.health().set_evaluation(match &result {
            Ok(_) => Health::now(HealthState::Healthy, "component evaluated"),
            Err(wrong) => Health::now(HealthState::Unhealthy, first_message(wrong)),
        });
        result.map(|remarks| built::advise(&node.placed, &remarks))
    }

    /// Starts a component's task.
    fn start(&mut self, id: &ComponentId) {
        if let Some(part) = self.parts.get(id) {
            self.tasks.insert(id.clone(), Task::start(id, part));
        }
    }
}

/// The first of several objections in one line.
fn first_message(wrong: &Diagnostics) -> String {
    let Some(first) = wrong.iter().next() else {
        return "cannot be evaluated".to_owned();
    };
    match &first.location {
        Some(location) => format!("{location}: {}", first.message),
        None => first.message.clone(),
    }
}
