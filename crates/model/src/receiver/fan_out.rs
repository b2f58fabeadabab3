//! Fan-out as a receiver over several.
//!
//! An id stands for one id of each receiver; equal series get equal ids, as everywhere. The table is void as a whole when one
//! of the receivers changes its generation: its holds are then given back here, so a producer's late release finds
//! nothing to do.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::{AppendError, Generation, MetricsReceiver, Resolution};
use crate::{Batch, Exemplar, Histogram, Labels, Metadata, SeriesId, StampedSample};

/// Passes everything on to several receivers.
pub struct FanOut {
    receivers: Vec<Arc<dyn MetricsReceiver>>,
    table: RwLock<Table>,
    columns: Mutex<Vec<Columns>>,
}

/// For each id, the ids of the receivers.
#[derive(Default)]
struct Table {
    /// Counts how often the rows were void.
    generation: Generation,
    /// The receivers' generations in which the rows were resolved.
    generations: Vec<Generation>,
    /// One row of `receivers.len()` entries for each id; `None` where that receiver dropped the series.
    rows: Vec<Option<SeriesId>>,
    /// How often each row is held.
    holds: Vec<u32>,
    /// Rows by the hash of what they hold. Of two rows with one hash only the first is found again.
    index: HashMap<u64, SeriesId>,
    free: Vec<SeriesId>,
}

/// A batch as one receiver gets it, in buffers that are used again.
#[derive(Default)]
struct Columns {
    series: Vec<SeriesId>,
    values: Vec<f64>,
    stale: Vec<SeriesId>,
    stamped: Vec<StampedSample>,
    histograms: Vec<(SeriesId, i64, Histogram)>,
    exemplars: Vec<(SeriesId, Exemplar)>,
    start_times: Vec<(SeriesId, i64)>,
}

// === impl FanOut ===

impl FanOut {
    /// One receiver over `receivers`; a single one is handed back as it is.
    pub fn over(mut receivers: Vec<Arc<dyn MetricsReceiver>>) -> Arc<dyn MetricsReceiver> {
        match receivers.pop() {
            Some(only) if receivers.is_empty() => return only,
            Some(last) => receivers.push(last),
            None => {}
        }
        Arc::new(Self {
            receivers,
            table: RwLock::default(),
            columns: Mutex::default(),
        })
    }

    /// The table's generation and those of the receivers; empties the table first if they are not those of its rows.
    fn refresh(&self) -> (Generation, Vec<Generation>) {
        let now: Vec<_> = self.receivers.iter().map(|r| r.generation()).collect();
        let table = self.read();
        if table.generations == now {
            return (table.generation, now);
        }
        drop(table);
        let mut table = self.write();
        if table.generations == now {
            return (table.generation, now);
        }
        let old = std::mem::take(&mut *table);
        table.generation = Generation(old.generation.0 + 1);
        table.generations.clone_from(&now);
        let generation = table.generation;
        drop(table);
        self.give_back(&old);
        (generation, now)
    }

    /// Gives all holds of a void table back.
    fn give_back(&self, old: &Table) {
        let width = self.receivers.len();
        for (index, (receiver, generation)) in
            self.receivers.iter().zip(&old.generations).enumerate()
        {
            let column = old.rows.iter().skip(index).step_by(width.max(1));
            let held: Vec<_> = column.filter_map(|id| *id).collect();
            receiver.release(*generation, &held);
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MetricsReceiver for FanOut {
    fn generation(&self) -> Generation {
        self.refresh().0
    }

    fn resolve(&self, labels: &Labels, metadata: Option<&Arc<Metadata>>) -> Resolution {
        let row: Vec<_> = self
            .receivers
            .iter()
            .map(|receiver| match receiver.resolve(labels, metadata) {
                Resolution::Series(id) => Some(id),
                Resolution::Dropped => None,
            })
            .collect();
        if row.iter().all(Option::is_none) {
            return Resolution::Dropped;
        }
        match self.write().insert(&row) {
            Some(id) => Resolution::Series(id),
            None => Resolution::Dropped,
        }
    }

    fn release(&self, generation: Generation, series: &[SeriesId]) {
        let width = self.receivers.len();
        let mut table = self.write();
        if table.generation != generation {
            return;
        }
        let generations = table.generations.clone();
        let mut held = vec![Vec::new(); width];
        for id in series {
            for (column, entry) in held.iter_mut().zip(table.row_mut(*id, width)) {
                column.extend(*entry);
            }
            table.give_back(*id, width);
        }
        drop(table);
        for ((receiver, generation), held) in self.receivers.iter().zip(generations).zip(held) {
            receiver.release(generation, &held);
        }
    }

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let (own, generations) = self.refresh();
        if own != batch.generation {
            return Err(AppendError::Outdated);
        }
        let pool = || self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        let mut columns = pool().pop().unwrap_or_default();
        let mut result = Ok(());
        for (index, (receiver, generation)) in self.receivers.iter().zip(&generations).enumerate() {
            let table = self.read();
            let appended = if table.generations == generations {
                columns.fill(batch, &table, index, self.receivers.len());
                drop(table);
                receiver.append(&columns.batch(batch, *generation))
            } else {
                Err(AppendError::Outdated)
            };
            let error = match appended {
                Ok(()) => continue,
                // Nobody has taken anything yet: the producer may come again with all of it.
                Err(AppendError::Outdated) if index == 0 => {
                    result = Err(AppendError::Outdated);
                    break;
                }
                Err(AppendError::Outdated) => AppendError::Storage {
                    reason: "one of several receivers changed its rules meanwhile".into(),
                },
                Err(error) => error,
            };
            result = result.and(Err(error));
        }
        pool().push(columns);
        result
    }
}

impl std::fmt::Debug for FanOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FanOut")
            .field("receivers", &self.receivers.len())
            .finish_non_exhaustive()
    }
}

fn hash(row: &[Option<SeriesId>]) -> u64 {
    rapidhash::fast::SeedableState::fixed().hash_one(row)
}

// === impl Table ===

impl Table {
    /// The row's id, `None` when the ids have run out.
    fn insert(&mut self, row: &[Option<SeriesId>]) -> Option<SeriesId> {
        let hash = hash(row);
        if let Some(known) = self.index.get(&hash).copied()
            && self.row_mut(known, row.len()) == row
        {
            if let Some(holds) = self.holds.get_mut(known.0 as usize) {
                *holds += 1;
            }
            return Some(known);
        }
        let id = if let Some(id) = self.free.pop() {
            self.row_mut(id, row.len()).copy_from_slice(row);
            id
        } else {
            let id = u32::try_from(self.holds.len()).ok()?;
            self.rows.extend_from_slice(row);
            self.holds.push(0);
            SeriesId(id)
        };
        if let Some(holds) = self.holds.get_mut(id.0 as usize) {
            *holds = 1;
        }
        self.index.entry(hash).or_insert(id);
        Some(id)
    }

    /// Takes one hold off a row; without holds it is free.
    fn give_back(&mut self, id: SeriesId, width: usize) {
        let Some(holds) = self.holds.get_mut(id.0 as usize) else {
            return;
        };
        *holds = holds.saturating_sub(1);
        if *holds > 0 {
            return;
        }
        let hash = hash(self.row_mut(id, width));
        if self.index.get(&hash) == Some(&id) {
            self.index.remove(&hash);
        }
        self.row_mut(id, width).fill(None);
        self.free.push(id);
    }

    fn row_mut(&mut self, id: SeriesId, width: usize) -> &mut [Option<SeriesId>] {
        let start = id.0 as usize * width;
        self.rows.get_mut(start..start + width).unwrap_or_default()
    }

    fn entry(&self, id: SeriesId, index: usize, width: usize) -> Option<SeriesId> {
        self.rows
            .get(id.0 as usize * width + index)
            .copied()
            .flatten()
    }
}

// === impl Columns ===

impl Columns {
    /// Takes over what the receiver in column `index` gets of `batch`.
    fn fill(&mut self, batch: &Batch<'_>, table: &Table, index: usize, width: usize) {
        let map = |id: SeriesId| table.entry(id, index, width);
        self.series.clear();
        self.values.clear();
        for (id, value) in batch.series.iter().zip(batch.values) {
            if let Some(id) = map(*id) {
                self.series.push(id);
                self.values.push(*value);
            }
        }
        refill(&mut self.stale, batch.stale.iter().copied().filter_map(map));
        let stamped = batch.stamped.iter().filter_map(|sample| {
            let series = map(sample.series)?;
            Some(StampedSample { series, ..*sample })
        });
        refill(&mut self.stamped, stamped);
        let histograms = batch.histograms.iter();
        refill(
            &mut self.histograms,
            histograms.filter_map(|(id, time, h)| Some((map(*id)?, *time, h.clone()))),
        );
        let exemplars = batch.exemplars.iter();
        refill(
            &mut self.exemplars,
            exemplars.filter_map(|(id, exemplar)| Some((map(*id)?, exemplar.clone()))),
        );
        let start_times = batch.start_times.iter();
        refill(
            &mut self.start_times,
            start_times.filter_map(|(id, time)| Some((map(*id)?, *time))),
        );
    }

    fn batch<'a>(&'a self, batch: &Batch<'_>, generation: Generation) -> Batch<'a> {
        Batch {
            generation,
            timestamp_ms: batch.timestamp_ms,
            layout: batch.layout,
            series: &self.series,
            values: &self.values,
            stale: &self.stale,
            stamped: &self.stamped,
            histograms: &self.histograms,
            exemplars: &self.exemplars,
            start_times: &self.start_times,
        }
    }
}

fn refill<T>(column: &mut Vec<T>, items: impl Iterator<Item = T>) {
    column.clear();
    column.extend(items);
}
