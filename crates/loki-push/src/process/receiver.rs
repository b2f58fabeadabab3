//! A pipeline as a receiver in front of a receiver.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outpost_model::Labels;
use rapidhash::RapidHashSet;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::chain::Chain;
use super::config::{StageConfig, StageError};
use super::context::ProcessMetrics;
use super::item::Item;
use super::stage;
use crate::{Entry, LogsReceiver};

/// Label sets that get one address each; beyond it the memory is emptied.
const INTERNED: usize = 10_000;

/// Stages in front of a receiver.
pub struct Process {
    state: Mutex<State>,
    next: Arc<dyn LogsReceiver>,
    woken: Notify,
}

struct State {
    chain: Chain,
    labels: RapidHashSet<Arc<Labels>>,
}

// === impl Process ===

impl Process {
    /// A pipeline of `stages` in front of `next`.
    pub fn new(
        stages: &[StageConfig],
        next: Arc<dyn LogsReceiver>,
        metrics: &ProcessMetrics,
    ) -> Result<Self, StageError> {
        metrics.custom.clear();
        Ok(Self {
            state: Mutex::new(State {
                chain: stage::chain(stages, metrics)?,
                labels: RapidHashSet::default(),
            }),
            next,
            woken: Notify::new(),
        })
    }

    /// Gives out what stages have held back long enough, until `shutdown`; then an open block is given out as it is.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        loop {
            let due = self.lock().chain.due();
            tokio::select! {
                () = &mut shutdown => break,
                () = self.woken.notified() => continue,
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
            self.flush(false);
        }
        self.flush(true);
    }

    fn flush(&self, all: bool) {
        let entries = {
            let mut state = self.lock();
            let items = state.chain.flush(Instant::now(), all);
            state.entries(items)
        };
        if !entries.is_empty() {
            self.next.push(entries);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogsReceiver for Process {
    fn push(&self, batch: Vec<Entry>) {
        let (entries, due) = {
            let mut state = self.lock();
            let before = state.chain.due();
            let mut items: Vec<_> = batch.into_iter().map(Item::new).collect();
            state.chain.run(&mut items, Instant::now());
            let due = state.chain.due();
            (state.entries(items), before != due)
        };
        if due {
            self.woken.notify_one();
        }
        if !entries.is_empty() {
            self.next.push(entries);
        }
    }
}

impl std::fmt::Debug for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Process")
            .field("chain", &self.lock().chain)
            .finish_non_exhaustive()
    }
}

// === impl State ===

impl State {
    fn entries(&mut self, items: Vec<Item>) -> Vec<Entry> {
        let labels = &mut self.labels;
        items
            .into_iter()
            .map(|item| item.into_entry(|set| intern(labels, set)))
            .collect()
    }
}

fn intern(known: &mut RapidHashSet<Arc<Labels>>, set: Labels) -> Arc<Labels> {
    if let Some(same) = known.get(&set) {
        return Arc::clone(same);
    }
    if known.len() >= INTERNED {
        known.clear();
    }
    let set = Arc::new(set);
    known.insert(Arc::clone(&set));
    set
}
