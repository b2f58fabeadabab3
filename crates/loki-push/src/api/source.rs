//! What a push becomes: entries with tickets, and an answer once all have their fate.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::HeaderMap;
use outpost_model::Rules;
use outpost_self_metrics::{IntCounter, Scope};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::ApiError;
use super::pushed::{self, Pushed};
use super::verdict::{UnderWay, Verdict};
use crate::{Budget, Entry, LogsReceiver};

/// Bodies that are read and decoded at once; further ones wait.
pub const OPEN_BODIES: usize = 4;

/// How long a push waits for the fate of its lines. Clients give up after 10 s as a rule.
pub const VERDICT_WAIT: Duration = Duration::from_secs(8);

/// What a line costs besides its bytes while it is on its way.
const LINE_COST: usize = 64;

/// What is done with a push.
#[derive(Clone, Debug)]
pub struct ApiSettings {
    /// Keep the times that clients give; otherwise lines have the time at which they came.
    pub use_incoming_timestamp: bool,
    /// Labels of every line; they win over the client's.
    pub labels: Vec<(String, String)>,
    /// Rules for the labels of each stream; not for raw lines.
    pub rules: Arc<Rules>,
    /// The largest protobuf message in bytes, uncompressed.
    pub max_message_size: usize,
}

/// Takes pushes.
pub struct ApiSource {
    settings: RwLock<Arc<ApiSettings>>,
    next: Arc<dyn LogsReceiver>,
    bodies: Semaphore,
    under_way: UnderWay,
    metrics: ApiMetrics,
}

/// The metrics of push sources.
#[derive(Clone, Debug)]
pub struct ApiMetrics {
    entries: IntCounter,
}

// === impl ApiSource ===

impl ApiSource {
    /// A source in front of `next`, which holds at most a quarter of `budget`.
    pub fn new(
        settings: ApiSettings,
        budget: Budget,
        next: Arc<dyn LogsReceiver>,
        metrics: &ApiMetrics,
    ) -> Self {
        Self {
            settings: RwLock::new(Arc::new(settings)),
            next,
            bodies: Semaphore::new(OPEN_BODIES),
            under_way: UnderWay::new(budget),
            metrics: metrics.clone(),
        }
    }

    /// Changes what is done with later pushes.
    pub fn set(&self, settings: ApiSettings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    /// The largest body that is read, in bytes.
    pub fn longest_body(&self) -> usize {
        self.under_way.budget().share()
    }

    /// Takes Loki's push message; returns once the fate of all its lines is known.
    pub async fn push(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), ApiError> {
        self.deliver(self.read(headers, body, false)?).await
    }

    /// Takes a body of lines; returns once the fate of all is known.
    pub async fn push_raw(&self, body: &[u8]) -> Result<(), ApiError> {
        self.deliver(self.read(&HeaderMap::new(), body, true)?)
            .await
    }

    /// Reads a body, which is not needed any more then.
    pub(super) fn read(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        is_raw: bool,
    ) -> Result<Pushed, ApiError> {
        let settings = self.settings();
        if is_raw {
            return Ok(pushed::read_raw(body, &settings));
        }
        pushed::read(headers, body, &settings, self.longest_body())
    }

    /// The right to hold one more body.
    pub(super) async fn body(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.bodies.acquire().await.ok()
    }

    fn settings(&self) -> Arc<ApiSettings> {
        let settings = self.settings.read();
        Arc::clone(&settings.unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends what was read on and waits for its fate.
    pub(super) async fn deliver(&self, pushed: Pushed) -> Result<(), ApiError> {
        self.send(pushed.entries).await?;
        pushed.refused.map_or(Ok(()), Err)
    }

    async fn send(&self, mut entries: Vec<Entry>) -> Result<(), ApiError> {
        let lines = entries.len() as u64;
        if lines == 0 {
            return Ok(());
        }
        let cost = entries.iter().map(|e| e.line.len() + LINE_COST).sum();
        let mut verdict = Verdict::of(lines, self.under_way.budget());
        let paid = self.under_way.admit(&verdict.tracker, cost);
        verdict.admit(paid.ok_or(ApiError::Busy)?, &mut entries, LINE_COST);
        self.metrics.entries.inc_by(lines);
        self.next.push(entries);
        match timeout(VERDICT_WAIT, verdict.wait()).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ApiError::Lost),
            Err(_) => Err(ApiError::Busy),
        }
    }
}

impl std::fmt::Debug for ApiSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiSource")
            .field("settings", &self.settings())
            .finish_non_exhaustive()
    }
}

// === impl ApiMetrics ===

impl ApiMetrics {
    /// Registers them.
    pub fn new(scope: &Scope) -> Self {
        Self {
            entries: scope.counter(
                "loki_source_api_entries_total",
                "Lines that were pushed and went on.",
            ),
        }
    }
}
