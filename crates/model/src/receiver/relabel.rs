//! Relabelling as a receiver that wraps a receiver: rules run once per series per generation.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::{AppendError, Generation, Lineage, MetricsReceiver, Resolution};
use crate::relabel::{Decision, Rules, Scratch};
use crate::{Batch, Labels, LabelsBuilder, Metadata, SeriesId};

/// Runs rules on each series when it is resolved, then passes its samples on unseen.
pub struct Relabel {
    next: Arc<dyn MetricsReceiver>,
    rules: RwLock<Arc<Rules>>,
    /// How often the rules were swapped.
    swaps: AtomicU64,
    lineage: Lineage,
    buffers: Mutex<Vec<Buffers>>,
    resolved: AtomicU64,
    dropped: AtomicU64,
    appended: AtomicU64,
}

/// What a [`Relabel`] has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelabelCounts {
    /// Series that the rules have run on, again in each generation.
    pub resolved: u64,
    /// Those of them that the rules dropped, or left without any label.
    pub dropped: u64,
    /// Samples passed on: values, histograms and stale markers.
    pub appended: u64,
}

/// What one `resolve` needs; taken from a pool so that producers do not wait for each other.
#[derive(Default)]
struct Buffers {
    builder: LabelsBuilder,
    labels: Labels,
    scratch: Scratch,
}

// === impl Relabel ===

impl Relabel {
    /// Runs `rules` in front of `next`.
    pub fn new(rules: Rules, next: Arc<dyn MetricsReceiver>) -> Self {
        Self {
            next,
            rules: RwLock::new(Arc::new(rules)),
            swaps: AtomicU64::new(0),
            lineage: Lineage::default(),
            buffers: Mutex::default(),
            resolved: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            appended: AtomicU64::new(0),
        }
    }

    /// Puts other rules in place: all ids are void, producers resolve again.
    pub fn set_rules(&self, rules: Rules) {
        let mut current = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(rules);
        self.swaps.fetch_add(1, Ordering::AcqRel);
    }

    /// What it has done so far.
    pub fn counts(&self) -> RelabelCounts {
        RelabelCounts {
            resolved: self.resolved.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            appended: self.appended.load(Ordering::Relaxed),
        }
    }

    fn generation_over(&self, next: Generation) -> Generation {
        let swaps = self.swaps.load(Ordering::Acquire);
        self.lineage.number(&[swaps, next.0])
    }
}

impl MetricsReceiver for Relabel {
    fn generation(&self) -> Generation {
        self.generation_over(self.next.generation())
    }

    fn resolve(&self, labels: &Labels, metadata: Option<&Arc<Metadata>>) -> Resolution {
        self.resolved.fetch_add(1, Ordering::Relaxed);
        let rules = Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner));
        if rules.is_empty() {
            return self.next.resolve(labels, metadata);
        }
        let pool = || self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut buffers = pool().pop().unwrap_or_default();
        buffers.builder.reset(labels);
        let decision = rules.apply_with(&mut buffers.builder, &mut buffers.scratch);
        let resolution = if decision == Decision::Drop || buffers.builder.is_empty() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            Resolution::Dropped
        } else {
            buffers.builder.build_into(&mut buffers.labels);
            self.next.resolve(&buffers.labels, metadata)
        };
        pool().push(buffers);
        resolution
    }

    fn release(&self, generation: Generation, series: &[SeriesId]) {
        if let Some([_, next]) = self.lineage.parts(generation).as_deref() {
            self.next.release(Generation(*next), series);
        }
    }

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let next = self.next.generation();
        if self.generation_over(next) != batch.generation {
            return Err(AppendError::Outdated);
        }
        self.next.append(&Batch {
            generation: next,
            ..*batch
        })?;
        self.appended
            .fetch_add(batch.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

impl std::fmt::Debug for Relabel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relabel")
            .field("rules", &self.rules)
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
