//! The whole: a handle that takes series and samples, and a future that sends them.
//!
//! The handle works without the future: what is appended waits in the log. The future owns every task; when it returns
//! nothing of this crate runs any more.

mod build;
mod run;
mod status;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use outpost_model::{
    AppendError, Batch, Generation, Labels, Metadata, MetricsReceiver, Resolution, SeriesId,
};
use tokio::sync::watch;

pub use build::{BuildError, Builder};
pub use run::Run;
pub use status::Status;

use crate::config::{CheckedConfig, Config, ConfigError};
use crate::ledger::Ledger;
use crate::log::{Dropped, Log};
use crate::metrics::{Metrics, Reason};
use crate::points::Counts;

/// Takes series and samples, and keeps them until every endpoint has had them.
///
/// Cheap to call from many threads: a call takes a lock for as long as a write into the page cache.
pub struct RemoteWrite {
    log: Arc<Log>,
    metrics: Metrics,
    /// External labels, and how many times they changed.
    external: RwLock<(Generation, Arc<Labels>)>,
    config: watch::Sender<Arc<CheckedConfig>>,
    ledgers: Mutex<Vec<Books>>,
    storage: Mutex<Storage>,
    newest_ms: AtomicU64,
}

/// The books of one endpoint that runs.
#[derive(Clone)]
struct Books {
    key: String,
    name: String,
    url: String,
    ledger: Arc<Ledger>,
}

/// How storing goes.
#[derive(Clone, Debug, Default)]
struct Storage {
    appended: Counts,
    unstored: Counts,
    /// Why the last batch was not stored.
    error: Option<Arc<str>>,
    /// Why the last `fdatasync` failed.
    sync_error: Option<String>,
}

// === impl RemoteWrite ===

impl RemoteWrite {
    /// A builder; see [`Builder`].
    pub fn builder(directory: impl Into<std::path::PathBuf>) -> Builder {
        Builder::new(directory.into())
    }

    /// Puts another configuration in place of the present one, without loss: an endpoint goes on where it was, and one
    /// with the same name (or the same URL, if it has no name) is the same endpoint.
    pub fn update(&self, config: &Config) -> Result<(), ConfigError> {
        let checked = config.check()?;
        {
            let mut external = self
                .external
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            if *external.1 != checked.external_labels {
                *external = (
                    Generation(external.0.0 + 1),
                    Arc::new(checked.external_labels.clone()),
                );
            }
        }
        self.log.set_retention(build::retention(&checked.wal));
        self.config.send_replace(Arc::new(checked));
        Ok(())
    }

    fn external(&self) -> (Generation, Arc<Labels>) {
        self.external
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn storage(&self) -> std::sync::MutexGuard<'_, Storage> {
        self.storage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Books what retention took from endpoints.
    fn book(&self, dropped: Vec<Dropped>) {
        let ledgers = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        for dropped in dropped {
            let reason = match dropped.why {
                crate::log::Why::TooOld => Reason::TooOld,
                crate::log::Why::TooMuch => Reason::LogFull,
            };
            let books = ledgers.iter().find(|books| books.key == dropped.endpoint);
            if let Some(books) = books {
                books.ledger.dropped(reason, dropped.counts);
                tracing::warn!(
                    endpoint = books.name,
                    samples = dropped.counts.samples,
                    reason = reason.as_str(),
                    "dropped the oldest samples that were not sent"
                );
            }
        }
    }

    /// Counts a batch that was stored.
    fn count(&self, batch: &Batch<'_>, counts: Counts, bytes: u64) {
        let metrics = &self.metrics;
        metrics.samples_appended.inc_by(counts.samples);
        metrics.samples_in.inc_by(counts.samples);
        metrics.histograms_appended.inc_by(counts.histograms);
        metrics.histograms_in.inc_by(counts.histograms);
        metrics.exemplars_appended.inc_by(counts.exemplars);
        metrics.exemplars_in.inc_by(counts.exemplars);
        metrics.written_bytes.inc_by(bytes);
        metrics.writes.inc();
        let newest = u64::try_from(batch.timestamp_ms).unwrap_or(0);
        let before = self.newest_ms.fetch_max(newest, Ordering::Relaxed);
        metrics
            .highest_timestamp
            .set(before.max(newest) as f64 / 1000.0);
        let mut storage = self.storage();
        storage.appended += counts;
        if storage.error.take().is_some() {
            tracing::info!("the log can be written again");
        }
    }
}

impl MetricsReceiver for RemoteWrite {
    fn generation(&self) -> Generation {
        self.external().0
    }

    fn resolve(&self, labels: &Labels, metadata: Option<&Arc<Metadata>>) -> Resolution {
        let (_, external) = self.external();
        let id = self.log.table.write().resolve(labels, &external, metadata);
        id.map_or(Resolution::Dropped, |id| Resolution::Series(SeriesId(id)))
    }

    /// Ids of any generation: they stay what they were until given back.
    fn release(&self, _: Generation, series: &[SeriesId]) {
        let mut tables = self.log.table.write();
        for series in series {
            tables.release(series.0);
        }
    }

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        if batch.generation != self.generation() {
            return Err(AppendError::Outdated);
        }
        let mut dropped = Vec::new();
        let outcome = self.log.append(batch, crate::clock::now_ms(), &mut dropped);
        self.book(dropped);
        match outcome {
            Ok(written) => {
                self.metrics.out_of_order.inc_by(written.outdated_markers);
                self.count(batch, written.counts, written.bytes);
                Ok(())
            }
            Err(error) => {
                let reason: Arc<str> = format!(
                    "cannot write the log in {}: {error}",
                    self.log.directory.display()
                )
                .into();
                let counts = counts_of(batch);
                self.metrics.writes_failed.inc();
                self.metrics.lost.inc_by(counts.total());
                let mut storage = self.storage();
                storage.unstored += counts;
                if storage.error.replace(Arc::clone(&reason)).is_none() {
                    tracing::error!(%reason, "samples are lost until the log can be written");
                }
                Err(AppendError::Storage { reason })
            }
        }
    }
}

impl std::fmt::Debug for RemoteWrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteWrite")
            .field("directory", &self.log.directory)
            .finish_non_exhaustive()
    }
}

fn counts_of(batch: &Batch<'_>) -> Counts {
    Counts {
        samples: (batch.values.len() + batch.stale.len() + batch.stamped.len()) as u64,
        histograms: batch.histograms.len() as u64,
        exemplars: batch.exemplars.len() as u64,
    }
}

#[cfg(test)]
mod tests;
