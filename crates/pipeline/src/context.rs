//! What a component is given besides its arguments.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use outpost_alloy_syntax::Host;
use outpost_loki_push::Budget;
use outpost_self_metrics::{Registry, Scope};

use crate::exports::{Changes, Exports};
use crate::{
    ComponentId, Health, HealthCell, HealthState, InternalTargets, LogTee, OwnPage, Refresh,
    Stability,
};

/// What all components of one agent share.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Where components keep their data.
    pub storage: PathBuf,
    /// The least finished things that may be used.
    pub stability: Stability,
    /// The machine and the environment that configurations read.
    pub host: Arc<Host>,
    /// The agent's own metrics.
    pub registry: Registry,
    /// The page of the agent's own metrics.
    pub own_page: Arc<OwnPage>,
    /// Exporters inside the agent.
    pub targets: Arc<InternalTargets>,
    /// The most bytes that each `prometheus.remote_write` keeps on disk.
    pub wal_max_bytes: u64,
    /// Bytes of log lines that may be on their way at once.
    pub log_budget: Budget,
    /// Copies of the agent's own log lines.
    pub log_tee: Arc<LogTee>,
    /// The agent's own log.
    pub log: Arc<dyn LogControl>,
    pub(crate) changes: Arc<Changes>,
}

/// Sets how the process writes its own log; the binary owns it.
pub trait LogControl: std::fmt::Debug + Send + Sync {
    /// Sets the level and the format of every later line.
    fn set(&self, level: LogLevel, format: LogFormat);
}

/// The levels of the `logging` block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// Errors only.
    Error,
    /// Warnings too.
    Warn,
    /// What a user wants to know.
    #[default]
    Info,
    /// Everything.
    Debug,
}

/// The formats of the `logging` block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `key=value`.
    #[default]
    Logfmt,
    /// JSON objects.
    Json,
}

/// A log that cannot be set: for checking configurations, and for libraries' users that own their log.
#[derive(Clone, Copy, Debug, Default)]
pub struct FixedLog;

/// What one component is given. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    id: ComponentId,
    surroundings: Arc<Surroundings>,
    metrics: Arc<Scope>,
    health: Arc<HealthCell>,
    exports: Arc<Exports>,
}

// === impl Surroundings ===

impl Surroundings {
    /// Surroundings of an agent that keeps its data in `storage`, everything else as usual.
    pub fn new(storage: impl Into<PathBuf>) -> Self {
        let registry = Registry::new();
        Self {
            storage: storage.into(),
            stability: Stability::default(),
            host: Arc::new(Host::of_process(hostname(), env!("CARGO_PKG_VERSION"))),
            own_page: Arc::new(OwnPage::new(registry.clone())),
            registry,
            targets: Arc::new(InternalTargets::new("alloy.internal:12345")),
            wal_max_bytes: outpost_remote_write::WalConfig::default().max_bytes,
            log_budget: Budget::new(outpost_loki_push::DEFAULT_BUDGET),
            log_tee: Arc::default(),
            log: Arc::new(FixedLog),
            changes: Arc::default(),
        }
    }

    /// Surroundings like these in which nothing is shared with these: what is built there can be thrown away.
    pub(crate) fn scratch(&self) -> Self {
        Self {
            registry: Registry::new(),
            own_page: Arc::default(),
            targets: Arc::new(InternalTargets::new(self.targets.address())),
            log_tee: Arc::default(),
            log: Arc::new(FixedLog),
            changes: Arc::default(),
            log_budget: Budget::new(outpost_loki_push::DEFAULT_BUDGET),
            ..self.clone()
        }
    }
}

fn hostname() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

impl LogControl for FixedLog {
    fn set(&self, _: LogLevel, _: LogFormat) {}
}

// === impl Context ===

impl Context {
    pub(crate) fn new(id: ComponentId, surroundings: Arc<Surroundings>) -> Self {
        let metrics = Arc::new(Scope::new(
            &surroundings.registry,
            [
                ("component_id", id.local()),
                ("component_path", id.metric_path().as_str()),
            ],
        ));
        let exports = Arc::new(Exports::new(id.clone(), Arc::clone(&surroundings.changes)));
        Self {
            id,
            surroundings,
            metrics,
            health: Arc::default(),
            exports,
        }
    }

    /// The component's id.
    pub fn id(&self) -> &ComponentId {
        &self.id
    }

    /// The component's own directory, which may not exist yet.
    pub fn data_dir(&self) -> PathBuf {
        Path::new(&self.surroundings.storage).join(self.id.to_string())
    }

    /// What all components share.
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// The component's own metrics, labelled with its id.
    pub fn metrics(&self) -> &Arc<Scope> {
        &self.metrics
    }

    /// Calls `hook` before each page of the agent's own metrics, as long as the component holds it.
    pub fn before_each_page(&self, hook: &Arc<Refresh>) {
        self.surroundings.own_page.before_each(hook);
    }

    /// The component's exports.
    pub fn exports(&self) -> &Exports {
        &self.exports
    }

    /// Says that the component works.
    pub fn healthy(&self, message: impl Into<String>) {
        self.health
            .set_own(Health::now(HealthState::Healthy, message));
    }

    /// Says that the component does not work, and why.
    pub fn unhealthy(&self, message: impl Into<String>) {
        self.health
            .set_own(Health::now(HealthState::Unhealthy, message));
    }

    pub(crate) fn health(&self) -> &HealthCell {
        &self.health
    }
}
