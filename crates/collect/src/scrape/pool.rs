//! All targets of one component: each has a task, and every task belongs to the pool.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use outpost_model::{Labels, MetricsReceiver};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::page_memory::PageMemory;
use super::schedule::WallClock;
use super::source::{HttpScrape, HttpSource, InMemoryPage, Source};
use super::status::{SharedStatus, TargetStatus};
use super::target_task::{Order, TargetTask};
use super::work::WorkPool;
use super::{
    ScrapeError, ScrapeMetrics, ScrapeOptions, Target, TargetDefaults, TargetError, TargetScrape,
};

/// Finds the exporter inside this process that a target stands for.
pub type FindPage = Arc<dyn Fn(&Target) -> Option<Arc<dyn InMemoryPage>> + Send + Sync>;

/// What all scrapes of one component have in common.
#[derive(Clone)]
pub struct PoolConfig {
    /// What a scrape is told beside its target.
    pub options: ScrapeOptions,
    /// What a target is where its labels say nothing.
    pub defaults: TargetDefaults,
    /// More targets than this, and every scrape fails; 0 means no limit.
    pub target_limit: usize,
    /// Bytes of pages that are read at one time, inflated, beside the first 128 KiB of each; one page alone gets half of
    /// them at most.
    pub page_memory: usize,
    /// How HTTP targets are asked.
    pub http: HttpScrape,
    /// Finds pages inside this process.
    pub find_page: FindPage,
    /// Where the time comes from.
    pub clock: WallClock,
    /// What the scrapes count.
    pub metrics: ScrapeMetrics,
}

/// The targets of one component, being scraped.
///
/// Dropping the pool stops it, without stale markers: a process that ends must not end its series.
pub struct ScrapePool {
    config: PoolConfig,
    shared: Arc<Shared>,
    running: HashMap<Key, Running>,
    /// Targets that are gone and wait for the time of their stale markers.
    ending: Vec<watch::Sender<Order>>,
    tasks: JoinSet<()>,
    over_limit: bool,
}

/// What the tasks of a pool share.
pub(super) struct Shared {
    options: ScrapeOptions,
    pub(super) receiver: Arc<dyn MetricsReceiver>,
    pub(super) clock: WallClock,
    pub(super) metrics: ScrapeMetrics,
    pub(super) work: Arc<WorkPool>,
    pub(super) memory: PageMemory,
    ended: Arc<Mutex<HashMap<Labels, TargetScrape>>>,
}

/// Two label sets that agree in these are one target.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    labels: Labels,
    url: String,
}

struct Running {
    orders: watch::Sender<Order>,
    status: Arc<SharedStatus>,
}

/// What became of the label sets that were to be targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a label set that is no target should be told"]
pub struct Synced {
    /// Targets that are scraped now.
    pub targets: usize,
    /// Label sets that are no targets, and why.
    pub refused: Vec<(Labels, TargetError)>,
}

// === impl ScrapePool ===

impl ScrapePool {
    /// A pool without targets; [`ScrapePool::sync`] brings them.
    pub fn new(config: PoolConfig, receiver: Arc<dyn MetricsReceiver>) -> Self {
        let shared = Arc::new(Shared {
            options: config.options.clone(),
            receiver,
            clock: config.clock,
            metrics: config.metrics.clone(),
            work: Arc::default(),
            memory: PageMemory::new(config.page_memory),
            ended: Arc::default(),
        });
        Self {
            config,
            shared,
            running: HashMap::new(),
            ending: Vec::new(),
            tasks: JoinSet::new(),
            over_limit: false,
        }
    }

    /// Makes the targets those that were found: new ones begin, those that are gone end.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn sync(&mut self, found: &[Labels]) -> Synced {
        while self.tasks.try_join_next().is_some() {}
        self.ending.retain(|orders| !orders.is_closed());
        let mut synced = Synced::default();
        let mut targets = Vec::new();
        let mut seen = HashSet::new();
        for labels in found {
            match Target::new(labels, &self.config.defaults) {
                Ok(target) => {
                    let key = Key::of(&target);
                    if seen.insert(key.clone()) {
                        targets.push((key, target));
                    }
                }
                Err(error) => synced.refused.push((labels.clone(), error)),
            }
        }
        synced.targets = targets.len();
        let metrics = &self.config.metrics;
        metrics
            .targets
            .set(i64::try_from(targets.len()).unwrap_or(i64::MAX));
        let limit = self.config.target_limit;
        let over_limit = limit > 0 && targets.len() > limit;
        if over_limit {
            metrics.note_target_limit();
        }
        if over_limit != self.over_limit {
            self.over_limit = over_limit;
            self.end(|_| true);
        }
        self.end(|key| !seen.contains(key));
        for (key, target) in targets {
            if !self.running.contains_key(&key) {
                self.start(key, target);
            }
        }
        synced
    }

    /// Scrapes in another way from now on. What the same targets showed before goes on or gets stale markers with their
    /// next scrape; call [`ScrapePool::sync`] afterwards.
    pub fn reconfigure(&mut self, config: PoolConfig, receiver: Arc<dyn MetricsReceiver>) {
        self.end(|_| true);
        config.metrics.reloads.inc();
        self.shared = Arc::new(Shared {
            options: config.options.clone(),
            receiver,
            clock: config.clock,
            metrics: config.metrics.clone(),
            work: Arc::clone(&self.shared.work),
            memory: self.shared.memory.resized(config.page_memory),
            ended: Arc::clone(&self.shared.ended),
        });
        self.config = config;
    }

    /// What is known about each target.
    pub fn status(&self) -> Vec<TargetStatus> {
        let mut all: Vec<_> = self
            .running
            .values()
            .map(|running| running.status.read())
            .collect();
        all.sort_by(|a, b| (&a.labels, &a.url).cmp(&(&b.labels, &b.url)));
        all
    }

    /// Stops all scrapes, without stale markers, and waits until the last one has ended.
    pub async fn stop(mut self) {
        let running = self.running.drain().map(|(_, running)| running.orders);
        for orders in running.chain(self.ending.drain(..)) {
            orders.send_replace(Order::Stop);
        }
        while self.tasks.join_next().await.is_some() {}
    }

    fn end(&mut self, mut gone: impl FnMut(&Key) -> bool) {
        for (_, running) in self.running.extract_if(|key, _| gone(key)) {
            running.orders.send_replace(Order::End);
            self.ending.push(running.orders);
        }
    }

    fn start(&mut self, key: Key, target: Target) {
        let limit = self.config.target_limit;
        let (orders, receiver) = watch::channel(Order::Scrape);
        let status = Arc::new(SharedStatus::new(
            target.sample_labels().clone(),
            target.url().to_owned(),
        ));
        let body_limit = self.config.options.limits.body;
        let source = (self.config.find_page)(&target).map_or_else(
            || {
                Source::Http(Box::new(HttpSource::new(
                    &self.config.http,
                    &target,
                    body_limit,
                )))
            },
            Source::Memory,
        );
        let task = TargetTask {
            target: Arc::new(target),
            shared: Arc::clone(&self.shared),
            source,
            status: Arc::clone(&status),
            orders: receiver,
            refused: self
                .over_limit
                .then_some(ScrapeError::TargetLimit { limit }),
        };
        self.tasks.spawn(task.run());
        self.running.insert(key, Running { orders, status });
    }
}

impl std::fmt::Debug for ScrapePool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScrapePool")
            .field("targets", &self.running.len())
            .finish_non_exhaustive()
    }
}

// === impl Key ===

impl Key {
    fn of(target: &Target) -> Self {
        Self {
            labels: target.labels().clone(),
            url: target.url().to_owned(),
        }
    }
}

// === impl Shared ===

impl Shared {
    pub(super) fn options_for(&self, target: &Target) -> ScrapeOptions {
        ScrapeOptions {
            timeout: target.timeout(),
            ..self.options.clone()
        }
    }

    /// Leaves a target that is gone for one that gives its samples the same labels.
    pub(super) fn leave_ended(&self, labels: &Labels, scrape: TargetScrape) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.insert(labels.clone(), scrape);
    }

    /// Takes the target that is gone and gave its samples these labels.
    pub(super) fn take_ended(&self, labels: &Labels) -> Option<TargetScrape> {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.is_empty() {
            return None;
        }
        ended.remove(labels)
    }
}
