//! The receiver: two stores and what is done with them.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;

use crate::Counts;
use crate::intake::{Line, Sample};
use crate::server;
use crate::store::Store;

/// How much a receiver keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes for series and samples. Default: 64 MiB, about two million samples.
    pub metrics_bytes: usize,
    /// Bytes for streams and lines. Default: 64 MiB.
    pub logs_bytes: usize,
}

/// A development receiver. Clones share everything.
#[derive(Clone, Debug)]
pub struct Receiver {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    metrics: Mutex<Store<Sample>>,
    logs: Mutex<Store<Line>>,
    refused: AtomicU64,
}

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self {
            metrics_bytes: 64 << 20,
            logs_bytes: 64 << 20,
        }
    }
}

// === impl Receiver ===

impl Receiver {
    /// An empty receiver.
    pub fn new(limits: Limits) -> Self {
        Self {
            shared: Arc::new(Shared {
                metrics: Mutex::new(Store::new(limits.metrics_bytes)),
                logs: Mutex::new(Store::new(limits.logs_bytes)),
                refused: AtomicU64::new(0),
            }),
        }
    }

    /// Answers on `listener` until `shutdown`; then open exchanges are finished and idle connections closed.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        server::serve(self.clone(), listener, shutdown).await;
    }

    /// What is held now and was taken so far.
    pub fn counts(&self) -> Counts {
        let (series, samples, samples_dropped) = {
            let metrics = self.metrics();
            (metrics.streams(), metrics.taken(), metrics.dropped())
        };
        let logs = self.logs();
        Counts {
            series,
            samples,
            samples_dropped,
            streams: logs.streams(),
            lines: logs.taken(),
            lines_dropped: logs.dropped(),
            refused: self.shared.refused.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn metrics(&self) -> MutexGuard<'_, Store<Sample>> {
        self.shared
            .metrics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn logs(&self) -> MutexGuard<'_, Store<Line>> {
        self.shared
            .logs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count_refusal(&self) {
        self.shared.refused.fetch_add(1, Ordering::Relaxed);
    }
}
