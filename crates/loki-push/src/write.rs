//! Sends entries to Loki: one queue per endpoint, one push request per stream, one request in flight per stream.
//!
//! Why one stream per request: Loki's ingester answers with the fate of the *last* stream of a request, so a 204 to
//! several does not say that each was stored. Alone, every stream gets its own answer, and a stream that Loki slows
//! down (429) parks without holding up the others.
//!
//! An entry's ticket is settled when this endpoint's verdict on it is final: stored, or dropped and counted. What is
//! still queued when the writer goes away is *not* settled: its source reads it again.
//!
//! Invariants: the entries of a stream reach Loki in the order of the pushes; at most [`IN_FLIGHT`] requests run per
//! endpoint. It is not: a durable queue, and it has no byte limit of its own (see [`crate::Budget`]).

mod answer;
mod config;
mod endpoint;
mod limits;
mod metrics;
mod queue;
mod send;
mod status;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use crate::{Entry, LogsReceiver};
pub use config::{EndpointConfig, WriteConfig, WriteConfigError};
use endpoint::Endpoint;
pub use limits::Limits;
pub use metrics::WriteMetrics;
pub use status::{EndpointStatus, WriteStatus};

/// Requests that run at a time per endpoint.
pub const IN_FLIGHT: usize = 4;

/// Pushes entries to every endpoint of a [`WriteConfig`].
#[derive(Debug)]
pub struct Writer {
    endpoints: Vec<Arc<Endpoint>>,
}

// === impl Writer ===

impl Writer {
    /// A writer; nothing is sent before [`Writer::run`].
    pub fn new(config: WriteConfig, metrics: &WriteMetrics) -> Result<Self, WriteConfigError> {
        config.check()?;
        let external = Arc::new(config.external_labels);
        let endpoints = config
            .endpoints
            .into_iter()
            .map(|endpoint| {
                Endpoint::new(endpoint, &external, config.max_streams, metrics).map(Arc::new)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { endpoints })
    }

    /// Sends until `shutdown` is done, then makes one last try for what is queued, for at most `grace`.
    ///
    /// What is left after that is not delivered, and its sources know.
    pub async fn run(&self, shutdown: impl Future<Output = ()>, grace: Duration) {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut running = tokio::task::JoinSet::new();
        for endpoint in &self.endpoints {
            let endpoint = Arc::clone(endpoint);
            let mut stopped = stopped.clone();
            running.spawn(async move {
                let shutdown = async {
                    // An error means that the writer itself is gone.
                    let _ = stopped.wait_for(|stop| *stop).await;
                };
                endpoint.run(shutdown, grace).await;
            });
        }
        shutdown.await;
        // No receiver left means that every endpoint has ended already.
        let _ = stop.send(true);
        while running.join_next().await.is_some() {}
    }

    /// What was sent, what waits, what was dropped and why.
    pub fn status(&self) -> WriteStatus {
        WriteStatus {
            endpoints: self.endpoints.iter().map(|e| e.status()).collect(),
        }
    }
}

impl LogsReceiver for Writer {
    fn push(&self, batch: Vec<Entry>) {
        let Some((last, others)) = self.endpoints.split_last() else {
            batch.into_iter().for_each(Entry::settle);
            return;
        };
        for endpoint in others {
            endpoint.push(batch.iter().map(|entry| (entry, entry.ticket.fork())));
        }
        last.push_owned(batch);
    }
}
