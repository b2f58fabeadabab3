//! What a relabel chain has done, under Alloy's names. The chain counts; its numbers are copied before each page.

use std::sync::{Arc, Mutex, PoisonError};

use outpost_model::{Relabel, RelabelCounts};
use outpost_self_metrics::IntCounter;

use crate::{Context, Refresh};

/// Counters over one chain after the other.
pub(super) struct RelabelMetrics {
    shared: Arc<Shared>,
    /// Keeps the copying alive.
    _refresh: Arc<Refresh>,
}

struct Shared {
    processed: IntCounter,
    written: IntCounter,
    misses: IntCounter,
    /// The chain at work and what of it has been copied.
    chain: Mutex<(Arc<Relabel>, RelabelCounts)>,
}

// === impl RelabelMetrics ===

impl RelabelMetrics {
    pub(super) fn new(context: &Context, chain: Arc<Relabel>) -> Self {
        let scope = context.metrics();
        let shared = Arc::new(Shared {
            processed: scope.counter(
                "alloy_prometheus_relabel_metrics_processed",
                "Samples that came, those of a dropped series counted once: they are not asked for again.",
            ),
            written: scope.counter(
                "alloy_prometheus_relabel_metrics_written",
                "Samples passed on.",
            ),
            misses: scope.counter(
                "alloy_prometheus_relabel_cache_misses",
                "Series that the rules have run on.",
            ),
            chain: Mutex::new((chain, RelabelCounts::default())),
        });
        let copied = Arc::clone(&shared);
        let refresh: Arc<Refresh> = Arc::new(move || copied.copy());
        context.before_each_page(&refresh);
        Self {
            shared,
            _refresh: refresh,
        }
    }

    /// Another chain does the work from now on.
    pub(super) fn follow(&self, chain: Arc<Relabel>) {
        self.shared.copy();
        let mut held = self.shared.chain();
        *held = (chain, RelabelCounts::default());
    }
}

// === impl Shared ===

impl Shared {
    fn copy(&self) {
        let mut held = self.chain();
        let (chain, copied) = &mut *held;
        let now = chain.counts();
        let written = now.appended.saturating_sub(copied.appended);
        let dropped = now.dropped.saturating_sub(copied.dropped);
        self.written.inc_by(written);
        self.processed.inc_by(written + dropped);
        self.misses
            .inc_by(now.resolved.saturating_sub(copied.resolved));
        *copied = now;
    }

    fn chain(&self) -> std::sync::MutexGuard<'_, (Arc<Relabel>, RelabelCounts)> {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
