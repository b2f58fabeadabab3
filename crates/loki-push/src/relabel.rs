//! Relabels entries: a receiver in front of a receiver.
//!
//! Rules run once per label set, not per line: the outcome is remembered by the set's content, and that of the last set
//! by its address.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outpost_model::{Decision, Labels, Rules};
use outpost_self_metrics::{IntCounter, IntGauge, Scope};
use rapidhash::RapidHashMap;

use crate::{Entry, LogsReceiver};

/// What Alloy remembers when nothing is configured.
pub const DEFAULT_RELABEL_CACHE: usize = 10_000;

type Outcomes = RapidHashMap<Arc<Labels>, Option<Arc<Labels>>>;

/// Applies rules to the labels of entries; entries that a rule drops end here.
pub struct LogRelabel {
    state: Mutex<State>,
    next: Arc<dyn LogsReceiver>,
    metrics: Metrics,
}

struct State {
    rules: Arc<Rules>,
    cache_size: usize,
    outcomes: Outcomes,
    last: Option<(Arc<Labels>, Option<Arc<Labels>>)>,
}

struct Metrics {
    processed: IntCounter,
    written: IntCounter,
    misses: IntCounter,
    hits: IntCounter,
    size: IntGauge,
}

// === impl LogRelabel ===

impl LogRelabel {
    /// Rules in front of `next`; `cache_size` label sets are remembered.
    pub fn new(
        rules: Arc<Rules>,
        cache_size: usize,
        next: Arc<dyn LogsReceiver>,
        scope: &Scope,
    ) -> Self {
        Self {
            state: Mutex::new(State {
                rules,
                cache_size: cache_size.max(1),
                outcomes: Outcomes::default(),
                last: None,
            }),
            next,
            metrics: Metrics {
                processed: scope.counter("loki_relabel_entries_processed", "Entries that came in."),
                written: scope.counter("loki_relabel_entries_written", "Entries that went on."),
                misses: scope.counter(
                    "loki_relabel_cache_misses",
                    "Entries whose label set the rules had to run on.",
                ),
                hits: scope.counter(
                    "loki_relabel_cache_hits",
                    "Entries whose label set had been seen before.",
                ),
                size: scope.int_gauge("loki_relabel_cache_size", "Label sets remembered now."),
            },
        }
    }

    /// Replaces the rules; what was remembered is void.
    pub fn set(&self, rules: Arc<Rules>, cache_size: usize) {
        let mut state = self.lock();
        state.rules = rules;
        state.cache_size = cache_size.max(1);
        state.outcomes.clear();
        state.last = None;
        self.metrics.size.set(0);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs rules on one label set; None where they drop it or leave nothing of it.
pub fn relabel(rules: &Rules, labels: &Labels) -> Option<Labels> {
    let mut builder = labels.to_builder();
    if rules.apply(&mut builder) == Decision::Drop {
        return None;
    }
    let labels = builder.build();
    (!labels.is_empty()).then_some(labels)
}

impl LogsReceiver for LogRelabel {
    fn push(&self, mut batch: Vec<Entry>) {
        let mut dropped = Vec::new();
        {
            let mut state = self.lock();
            self.metrics.processed.inc_by(batch.len() as u64);
            let dropping = batch.extract_if(.., |entry| {
                match state.outcome(&entry.labels, &self.metrics) {
                    Some(labels) => {
                        entry.labels = labels;
                        false
                    }
                    None => true,
                }
            });
            dropped.extend(dropping);
        }
        dropped.into_iter().for_each(Entry::settle);
        self.metrics.written.inc_by(batch.len() as u64);
        if !batch.is_empty() {
            self.next.push(batch);
        }
    }
}

impl std::fmt::Debug for LogRelabel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogRelabel")
            .field("remembered", &self.lock().outcomes.len())
            .finish_non_exhaustive()
    }
}

// === impl State ===

impl State {
    fn outcome(&mut self, labels: &Arc<Labels>, metrics: &Metrics) -> Option<Arc<Labels>> {
        if let Some((last, outcome)) = &self.last
            && Arc::ptr_eq(last, labels)
        {
            metrics.hits.inc();
            return outcome.clone();
        }
        let outcome = if let Some(outcome) = self.outcomes.get(labels) {
            metrics.hits.inc();
            outcome.clone()
        } else {
            metrics.misses.inc();
            let outcome = relabel(&self.rules, labels).map(Arc::new);
            if self.outcomes.len() >= self.cache_size {
                self.outcomes.clear();
            }
            self.outcomes.insert(Arc::clone(labels), outcome.clone());
            metrics
                .size
                .set(i64::try_from(self.outcomes.len()).unwrap_or(i64::MAX));
            outcome
        };
        self.last = Some((Arc::clone(labels), outcome.clone()));
        outcome
    }
}
