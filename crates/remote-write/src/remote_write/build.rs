//! From a directory and a configuration to a handle and a future.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use outpost_model::Generation;
use outpost_self_metrics::{Registry, Scope};
use tokio::sync::watch;

use super::{RemoteWrite, Run, Storage};
use crate::config::{Config, ConfigError, EndpointConfig, WalConfig};
use crate::log::{Log, OpenError, Options, Retention};
use crate::metrics::Metrics;
use crate::wal::disk::{Disk, RealDisk};

/// Makes a [`RemoteWrite`].
pub struct Builder {
    directory: PathBuf,
    config: Config,
    scope: Option<Arc<Scope>>,
    disk: Arc<dyn Disk>,
}

/// Why remote write could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The log cannot be opened.
    #[error(transparent)]
    Log(#[from] OpenError),
}

// === impl Builder ===

impl Builder {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            config: Config::default(),
            scope: None,
            disk: Arc::new(RealDisk),
        }
    }

    /// The whole configuration.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// One more endpoint, with defaults but for its URL.
    #[must_use]
    pub fn endpoint(mut self, url: &str) -> Self {
        self.config.endpoints.push(EndpointConfig {
            url: url.to_owned(),
            ..EndpointConfig::default()
        });
        self
    }

    /// One more label for every series that does not have it.
    #[must_use]
    pub fn external_label(mut self, name: &str, value: &str) -> Self {
        self.config
            .external_labels
            .insert(name.to_owned(), value.to_owned());
        self
    }

    /// Where our own metrics are registered; nowhere by default.
    #[must_use]
    pub fn metrics(mut self, scope: impl Into<Arc<Scope>>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    #[cfg(test)]
    pub(crate) fn disk(mut self, disk: Arc<dyn Disk>) -> Self {
        self.disk = disk;
        self
    }

    /// Opens the log, and gives the handle and the future that sends. Everything appended from now on is kept for the
    /// endpoints, whether the future runs or not.
    pub fn build(self) -> Result<(Arc<RemoteWrite>, Run), BuildError> {
        let checked = Arc::new(self.config.check()?);
        let log = Log::open(Options {
            directory: self.directory,
            segment_bytes: checked.wal.segment_bytes,
            recent_bytes: checked.wal.recent_bytes,
            retention: retention(&checked.wal),
            disk: self.disk,
        })?;
        let scope = self
            .scope
            .unwrap_or_else(|| Arc::new(Scope::new(&Registry::new(), [])));
        let (config, changes) = watch::channel(Arc::clone(&checked));
        let handle = Arc::new(RemoteWrite {
            log,
            metrics: Metrics::new(scope),
            external: RwLock::new((Generation(1), Arc::new(checked.external_labels.clone()))),
            config,
            ledgers: Mutex::default(),
            storage: Mutex::new(Storage::default()),
            newest_ms: AtomicU64::new(0),
        });
        let run = Run::new(&handle, changes);
        Ok((handle, run))
    }
}

/// What the configuration says about retention.
pub(super) fn retention(wal: &WalConfig) -> Retention {
    let ms = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Retention {
        min_age_ms: ms(wal.min_keepalive_time),
        max_age_ms: ms(wal.max_keepalive_time),
        max_bytes: wal.max_bytes,
    }
}
