//! Snapshots of a registry in, batches out: for services that hold all their metrics and push them every interval.

use std::collections::HashMap;
use std::sync::Arc;

use outpost_model::{
    AppendError, Batch, Generation, Labels, LayoutId, MetricsReceiver, Resolution, SeriesId,
};

/// Turns successive snapshots into batches: series are resolved once, and one that is missing from a snapshot ends
/// with a stale marker.
///
/// ```
/// use std::sync::Arc;
/// use outpost_model::Labels;
/// use outpost_remote_write::{Pusher, RemoteWrite};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// let (handle, _run) = RemoteWrite::builder(directory.path())
///     .endpoint("http://127.0.0.1:9090/api/v1/write")
///     .build()?;
/// let mut pusher = Pusher::new(handle);
/// pusher.push(1_700_000_000_000, [(Labels::from_pairs([("__name__", "orders_total")]), 3.0)])?;
/// # Ok(())
/// # }
/// ```
pub struct Pusher {
    receiver: Arc<dyn MetricsReceiver>,
    generation: Generation,
    /// `None`: the receiver drops the series.
    known: HashMap<Labels, Option<SeriesId>>,
    layout: LayoutId,
    series: Vec<SeriesId>,
}

// === impl Pusher ===

impl Pusher {
    /// A pusher that has pushed nothing.
    pub fn new(receiver: Arc<dyn MetricsReceiver>) -> Self {
        let generation = receiver.generation();
        Self {
            receiver,
            generation,
            known: HashMap::new(),
            layout: LayoutId::fresh(),
            series: Vec::new(),
        }
    }

    /// Pushes a snapshot of Unix time `timestamp_ms`. Of several values for one series the first counts.
    pub fn push(
        &mut self,
        timestamp_ms: i64,
        snapshot: impl IntoIterator<Item = (Labels, f64)>,
    ) -> Result<(), AppendError> {
        let generation = self.receiver.generation();
        if generation != self.generation {
            self.give_back();
            self.generation = generation;
        }
        let mut before = std::mem::take(&mut self.known);
        let mut series = Vec::with_capacity(before.len());
        let mut values = Vec::with_capacity(before.len());
        for (labels, value) in snapshot {
            if self.known.contains_key(&labels) {
                continue;
            }
            let id = before
                .remove(&labels)
                .unwrap_or_else(|| self.resolve(&labels));
            if let Some(id) = id {
                series.push(id);
                values.push(value);
            }
            self.known.insert(labels, id);
        }
        let gone: Vec<_> = before.into_values().flatten().collect();
        if series != self.series {
            self.layout = LayoutId::fresh();
            self.series = series;
        }
        let outcome = self.receiver.append(&Batch {
            series: &self.series,
            values: &values,
            stale: &gone,
            ..Batch::empty(self.generation, self.layout, timestamp_ms)
        });
        self.receiver.release(self.generation, &gone);
        outcome
    }

    fn resolve(&self, labels: &Labels) -> Option<SeriesId> {
        match self.receiver.resolve(labels, None) {
            Resolution::Series(id) => Some(id),
            Resolution::Dropped => None,
        }
    }

    fn give_back(&mut self) {
        let held: Vec<_> = self.known.drain().filter_map(|(_, id)| id).collect();
        self.receiver.release(self.generation, &held);
        self.series.clear();
        self.layout = LayoutId::fresh();
    }
}

impl Drop for Pusher {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl std::fmt::Debug for Pusher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pusher")
            .field("series", &self.series.len())
            .finish_non_exhaustive()
    }
}
