//! The configuration in force: read from a file, read again on request, and never replaced by one that is wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use outpost_self_metrics::{Gauge, IntGauge, Scope};
use tokio::sync::{Mutex, watch};

use crate::{Config, ConfigError};

/// Why a configuration file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is wrong.
    #[error("{}: {source}", path.display())]
    Wrong {
        /// Which.
        path: PathBuf,
        /// Where and why.
        source: ConfigError,
    },
}

/// The configuration in force.
#[derive(Debug)]
pub(crate) struct Live {
    path: Option<PathBuf>,
    current: watch::Sender<Arc<Config>>,
    /// The text that was read last; held while reading, so that reloads follow one another.
    text: Mutex<String>,
    successful: IntGauge,
    since: Gauge,
}

/// Reads and checks a configuration file.
pub async fn load(path: &Path) -> Result<Config, LoadError> {
    read(path).await.map(|(config, _)| config)
}

async fn read(path: &Path) -> Result<(Config, String), LoadError> {
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|source| LoadError::Read {
            path: path.to_owned(),
            source,
        })?;
    let config = Config::parse(&text).map_err(|source| LoadError::Wrong {
        path: path.to_owned(),
        source,
    })?;
    Ok((config, text))
}

// === impl Live ===

impl Live {
    pub(crate) fn new(config: Config, path: Option<PathBuf>, scope: &Scope) -> Self {
        let live = Self {
            path,
            current: watch::Sender::new(Arc::new(config)),
            text: Mutex::default(),
            successful: scope.int_gauge(
                "blackbox_exporter_config_last_reload_successful",
                "Whether the last configuration that was read is in force.",
            ),
            since: scope.gauge(
                "blackbox_exporter_config_last_reload_success_timestamp_seconds",
                "Unix time at which the configuration in force was read.",
            ),
        };
        live.succeeded();
        live
    }

    pub(crate) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.current.borrow())
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Arc<Config>> {
        self.current.subscribe()
    }

    /// Reads the file again. A wrong one changes nothing.
    pub(crate) async fn reload(&self) -> Result<(), LoadError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let mut last = self.text.lock().await;
        match read(path).await {
            Ok((config, text)) => {
                if *last != text {
                    self.current.send_replace(Arc::new(config));
                    *last = text;
                }
                self.succeeded();
                Ok(())
            }
            Err(error) => {
                self.successful.set(0);
                Err(error)
            }
        }
    }

    fn succeeded(&self) {
        self.successful.set(1);
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        self.since.set(since.as_secs_f64());
    }
}
