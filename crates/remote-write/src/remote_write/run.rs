//! The future: one task per endpoint, and the housekeeping of the log.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Books, RemoteWrite};
use crate::config::{CheckedConfig, Endpoint};
use crate::ledger::Ledger;
use crate::sender::Sender;

/// How often gauges are brought up to date.
const GAUGES_EVERY: Duration = Duration::from_secs(1);
/// Old segments are looked for at least this often, lest an age limit is exceeded by much.
const SWEEP_AT_LEAST: Duration = Duration::from_secs(60);

/// Sends what the handle takes, until told to stop.
pub struct Run {
    handle: Arc<RemoteWrite>,
    changes: watch::Receiver<Arc<CheckedConfig>>,
    running: Vec<Running>,
    tasks: JoinSet<()>,
}

/// An endpoint's sender that runs or is about to.
struct Running {
    endpoint: Arc<Endpoint>,
    stop: CancellationToken,
    /// Cancelled when the sender has ended.
    ended: CancellationToken,
    /// Built, and not spawned yet.
    waiting: Option<Sender>,
}

// === impl Run ===

impl Run {
    pub(super) fn new(
        handle: &Arc<RemoteWrite>,
        mut changes: watch::Receiver<Arc<CheckedConfig>>,
    ) -> Self {
        let config = Arc::clone(&changes.borrow_and_update());
        let mut run = Self {
            handle: Arc::clone(handle),
            changes,
            running: Vec::new(),
            tasks: JoinSet::new(),
        };
        for endpoint in &config.endpoints {
            let started = run.open(endpoint);
            run.running.push(started);
        }
        run
    }

    /// Sends until `shutdown`; then what can be sent within two seconds. What is left is sent after the next start.
    pub async fn run(mut self, shutdown: CancellationToken) {
        for at in 0..self.running.len() {
            self.spawn(at, None);
        }
        let wal = self.changes.borrow().wal;
        let mut gauges = every(GAUGES_EVERY);
        let mut sync = every(wal.sync_interval.max(Duration::from_millis(10)));
        let mut sweep = every(wal.truncate_frequency.min(SWEEP_AT_LEAST));
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                changed = self.changes.changed() => {
                    // The handle lives as long as this.
                    if changed.is_ok() {
                        self.reconcile();
                    }
                }
                Some(ended) = self.tasks.join_next() => report(ended),
                _ = gauges.tick() => self.handle.set_gauges(),
                _ = sync.tick() => self.handle.sync().await,
                _ = sweep.tick() => self.handle.sweep(),
            }
        }
        for running in &self.running {
            running.stop.cancel();
        }
        while let Some(ended) = self.tasks.join_next().await {
            report(ended);
        }
        self.handle.log.seal();
        self.handle.sync().await;
        self.handle.set_gauges();
    }

    /// Starts, stops and replaces senders as the configuration says.
    fn reconcile(&mut self) {
        let config = Arc::clone(&self.changes.borrow_and_update());
        let mut before = std::mem::take(&mut self.running);
        for endpoint in &config.endpoints {
            let same = before
                .iter()
                .position(|running| running.endpoint.key == endpoint.key);
            let old = same.map(|at| before.swap_remove(at));
            match old {
                Some(old) if old.endpoint.raw == endpoint.raw => self.running.push(old),
                old => {
                    let predecessor = old.map(|old| {
                        old.stop.cancel();
                        old.ended
                    });
                    let fresh = match &predecessor {
                        // Its place is known once it has ended.
                        Some(_) => Running::new(endpoint, None),
                        None => self.open(endpoint),
                    };
                    self.running.push(fresh);
                    self.spawn(self.running.len() - 1, predecessor);
                }
            }
        }
        for gone in before {
            gone.stop.cancel();
            let handle = Arc::clone(&self.handle);
            self.tasks.spawn(async move {
                gone.ended.cancelled().await;
                handle.log.unregister(&gone.endpoint.key);
                handle.forget(&gone.endpoint.key);
            });
        }
    }

    fn open(&self, endpoint: &Arc<Endpoint>) -> Running {
        let mut running = Running::new(endpoint, None);
        let ledger = self.handle.books(endpoint);
        running.waiting = Some(Sender::open(
            &self.handle.log,
            endpoint,
            &ledger,
            running.stop.clone(),
        ));
        running
    }

    /// Runs a sender, after the one before it on the same place has ended.
    fn spawn(&mut self, at: usize, predecessor: Option<CancellationToken>) {
        let Some(running) = self.running.get_mut(at) else {
            return;
        };
        let waiting = running.waiting.take();
        let (endpoint, stop) = (Arc::clone(&running.endpoint), running.stop.clone());
        let ended = running.ended.clone().drop_guard();
        let handle = Arc::clone(&self.handle);
        self.tasks.spawn(async move {
            let _ended = ended;
            if let Some(predecessor) = predecessor {
                predecessor.cancelled().await;
            }
            let sender = waiting.unwrap_or_else(|| {
                let ledger = handle.books(&endpoint);
                Sender::open(&handle.log, &endpoint, &ledger, stop)
            });
            sender.run().await;
        });
    }
}

// === impl Running ===

impl Running {
    fn new(endpoint: &Arc<Endpoint>, waiting: Option<Sender>) -> Self {
        Self {
            endpoint: Arc::clone(endpoint),
            stop: CancellationToken::new(),
            ended: CancellationToken::new(),
            waiting,
        }
    }
}

// === impl RemoteWrite ===

impl RemoteWrite {
    /// The endpoint's books; a changed endpoint goes on with those it had.
    fn books(&self, endpoint: &Arc<Endpoint>) -> Arc<Ledger> {
        self.metrics
            .configured(&endpoint.name, &endpoint.url, &endpoint.queue);
        let mut ledgers = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = ledgers.iter().find(|books| books.key == endpoint.key);
        if let Some(books) =
            known.filter(|books| books.name == endpoint.name && books.url == endpoint.url)
        {
            return Arc::clone(&books.ledger);
        }
        ledgers.retain(|books| books.key != endpoint.key);
        let ledger = Arc::new(Ledger::new(
            self.metrics.endpoint(&endpoint.name, &endpoint.url),
        ));
        ledgers.push(Books {
            key: endpoint.key.clone(),
            name: endpoint.name.clone(),
            url: endpoint.url.clone(),
            ledger: Arc::clone(&ledger),
        });
        ledger
    }

    fn forget(&self, key: &str) {
        let mut ledgers = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        ledgers.retain(|books| books.key != key);
    }

    async fn sync(&self) {
        let log = Arc::clone(&self.log);
        let begun = Instant::now();
        let outcome = tokio::task::spawn_blocking(move || log.sync()).await;
        self.metrics
            .fsync_seconds
            .observe(begun.elapsed().as_secs_f64());
        let error = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(panicked) => Some(panicked.to_string()),
        };
        let mut storage = self.storage();
        if let Some(error) = &error
            && storage.sync_error.is_none()
        {
            tracing::error!(
                error,
                "the medium did not take what was written, going on in a new segment"
            );
        }
        storage.sync_error = error;
    }

    fn sweep(&self) {
        self.metrics.truncations.inc();
        let dropped = self.log.sweep(crate::clock::now_ms());
        self.book(dropped);
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a sender ended unexpectedly");
    }
}
