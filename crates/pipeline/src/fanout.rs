//! One metrics receiver over several: what `forward_to` with more than one entry means.
//!
//! A series of the fan-out is the tuple of what each child made of the label set; equal tuples are one series, so two
//! label sets that every child relabels into one are one series here too. When any child's generation changes, the
//! fan-out's does, and its table starts anew. A child that fails does not keep a batch from the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outpost_model::{
    AppendError, Batch, Generation, Labels, Metadata, MetricsReceiver, Resolution, SeriesId,
    StampedSample,
};

/// A receiver over several.
pub struct Fanout {
    children: Vec<Arc<dyn MetricsReceiver>>,
    table: Mutex<Table>,
}

/// What each child calls the series; `None` where the child drops it.
type Tuple = Box<[Option<SeriesId>]>;

struct Table {
    generation: u64,
    /// The children's generations that the ids of this table belong to.
    seen: Vec<Generation>,
    rows: Vec<Row>,
    free: Vec<u32>,
    by_tuple: HashMap<Tuple, u32>,
}

struct Row {
    tuple: Tuple,
    holds: u64,
}

// === impl Fanout ===

impl Fanout {
    /// The receiver over `children`: the child itself when there is one.
    pub fn over(children: Vec<Arc<dyn MetricsReceiver>>) -> Arc<dyn MetricsReceiver> {
        match <[_; 1]>::try_from(children) {
            Ok([only]) => only,
            Err(children) => Arc::new(Self::new(children)),
        }
    }

    fn new(children: Vec<Arc<dyn MetricsReceiver>>) -> Self {
        let seen = children.iter().map(|child| child.generation()).collect();
        Self {
            children,
            table: Mutex::new(Table {
                generation: 0,
                seen,
                rows: Vec::new(),
                free: Vec::new(),
                by_tuple: HashMap::new(),
            }),
        }
    }

    /// The table as of the children's present generations.
    fn current(&self) -> MutexGuard<'_, Table> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let now: Vec<_> = self
            .children
            .iter()
            .map(|child| child.generation())
            .collect();
        if now != table.seen {
            self.release_all(&table, &now);
            table.restart(now);
        }
        table
    }

    /// Gives back every hold on children that are still in the generation of the table.
    fn release_all(&self, table: &Table, now: &[Generation]) {
        for (position, child) in self.children.iter().enumerate() {
            if now.get(position) != table.seen.get(position) {
                continue;
            }
            let held = table.rows.iter().flat_map(|row| {
                let id = row.tuple.get(position).copied().flatten();
                let holds = usize::try_from(row.holds).unwrap_or(usize::MAX);
                id.into_iter()
                    .flat_map(move |id| std::iter::repeat_n(id, holds))
            });
            child.release(&held.collect::<Vec<_>>());
        }
    }
}

impl MetricsReceiver for Fanout {
    fn generation(&self) -> Generation {
        Generation(self.current().generation)
    }

    fn resolve(&self, labels: &Labels, metadata: Option<&Arc<Metadata>>) -> Resolution {
        let mut table = self.current();
        let tuple: Tuple = self
            .children
            .iter()
            .map(|child| match child.resolve(labels, metadata) {
                Resolution::Series(id) => Some(id),
                Resolution::Dropped => None,
            })
            .collect();
        if tuple.iter().all(Option::is_none) {
            return Resolution::Dropped;
        }
        Resolution::Series(SeriesId(table.hold(tuple)))
    }

    fn release(&self, series: &[SeriesId]) {
        let mut table = self.current();
        for (position, child) in self.children.iter().enumerate() {
            let ids: Vec<_> = series
                .iter()
                .filter_map(|id| table.of_child(*id, position))
                .collect();
            if !ids.is_empty() {
                child.release(&ids);
            }
        }
        for id in series {
            table.let_go(*id);
        }
    }

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let table = self.current();
        if batch.generation.0 != table.generation {
            return Err(AppendError::Outdated);
        }
        let mut result = Ok(());
        for (position, child) in self.children.iter().enumerate() {
            let columns = Columns::of_child(&table, position, batch);
            let generation = table.seen.get(position).copied().unwrap_or_default();
            if let Err(error) = child.append(&columns.batch(batch, generation)) {
                result = Err(error);
            }
        }
        result
    }
}

impl Drop for Fanout {
    fn drop(&mut self) {
        let now: Vec<_> = self
            .children
            .iter()
            .map(|child| child.generation())
            .collect();
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        self.release_all(&table, &now);
    }
}

/// One child's share of a batch, in its own ids.
#[derive(Default)]
struct Columns {
    series: Vec<SeriesId>,
    values: Vec<f64>,
    stale: Vec<SeriesId>,
    stamped: Vec<StampedSample>,
    histograms: Vec<(SeriesId, i64, outpost_model::Histogram)>,
    exemplars: Vec<(SeriesId, outpost_model::Exemplar)>,
    start_times: Vec<(SeriesId, i64)>,
}

// === impl Columns ===

impl Columns {
    fn of_child(table: &Table, position: usize, batch: &Batch<'_>) -> Self {
        let id = |id: SeriesId| table.of_child(id, position);
        let (series, values) = batch
            .series
            .iter()
            .zip(batch.values)
            .filter_map(|(series, value)| Some((id(*series)?, *value)))
            .unzip();
        Self {
            series,
            values,
            stale: batch.stale.iter().filter_map(|s| id(*s)).collect(),
            stamped: batch
                .stamped
                .iter()
                .filter_map(|sample| {
                    Some(StampedSample {
                        series: id(sample.series)?,
                        ..*sample
                    })
                })
                .collect(),
            histograms: batch
                .histograms
                .iter()
                .filter_map(|(s, time, histogram)| Some((id(*s)?, *time, histogram.clone())))
                .collect(),
            exemplars: batch
                .exemplars
                .iter()
                .filter_map(|(s, exemplar)| Some((id(*s)?, exemplar.clone())))
                .collect(),
            start_times: batch
                .start_times
                .iter()
                .filter_map(|(s, time)| Some((id(*s)?, *time)))
                .collect(),
        }
    }

    /// The layout keeps its name: within one generation equal lists of ours give equal lists of the child's.
    fn batch<'a>(&'a self, of: &Batch<'a>, generation: Generation) -> Batch<'a> {
        Batch {
            generation,
            series: &self.series,
            values: &self.values,
            stale: &self.stale,
            stamped: &self.stamped,
            histograms: &self.histograms,
            exemplars: &self.exemplars,
            start_times: &self.start_times,
            ..*of
        }
    }
}

// === impl Table ===

impl Table {
    fn restart(&mut self, generations: Vec<Generation>) {
        self.generation += 1;
        self.seen = generations;
        self.rows.clear();
        self.free.clear();
        self.by_tuple.clear();
    }

    fn hold(&mut self, tuple: Tuple) -> u32 {
        if let Some(&id) = self.by_tuple.get(&tuple) {
            if let Some(row) = self.rows.get_mut(id as usize) {
                row.holds += 1;
            }
            return id;
        }
        let row = Row {
            tuple: tuple.clone(),
            holds: 1,
        };
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(slot) = self.rows.get_mut(id as usize) {
                    *slot = row;
                }
                id
            }
            None => {
                self.rows.push(row);
                // Four thousand million held series do not fit into memory.
                u32::try_from(self.rows.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.by_tuple.insert(tuple, id);
        id
    }

    fn let_go(&mut self, id: SeriesId) {
        let Some(row) = self.rows.get_mut(id.0 as usize) else {
            return;
        };
        if row.holds == 0 {
            return;
        }
        row.holds -= 1;
        if row.holds == 0 {
            self.by_tuple.remove(&row.tuple);
            self.free.push(id.0);
        }
    }

    fn of_child(&self, id: SeriesId, position: usize) -> Option<SeriesId> {
        let row = self.rows.get(id.0 as usize)?;
        row.tuple.get(position).copied().flatten()
    }
}

#[cfg(test)]
mod tests;
