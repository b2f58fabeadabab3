//! The series of one process: label sets interned down to numbers, 14 bytes a series and four to eight of index.
//!
//! A series is (name pair, `le` or `quantile` pair, set of the rest). It lives while someone holds it: producers by
//! [`Tables::resolve`], and everything that refers to its id (layouts, chunks on their way, readers of old segments)
//! by pins. When the last is gone the id is free for another series, and everything that keeps state by id is told:
//! the marks of what the current segment defines, and the watchers (the endpoints' relabelled ids).
//!
//! It is not a store of values, and knows nothing of files.

mod bits;
mod index;
mod paged;
mod pairs;
mod series;
mod sets;
mod slots;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use outpost_model::{Labels, METRIC_NAME, Metadata};

pub(crate) use bits::Bits;
pub(crate) use paged::Paged;
use pairs::Pairs;
pub(crate) use pairs::encode as encode_label;
use series::SeriesTable;
pub(crate) use series::{NONE, Series};
use sets::Sets;
pub(crate) use sets::{EXTRA_NAMES, Set};

/// Labels of one series that the table accepts; more is a fault of the source, not a series.
const MAX_LABELS: usize = 4096;

/// The tables behind their lock. Readers encode, writers resolve; neither waits for a disk or a network.
#[derive(Debug)]
pub(crate) struct Table {
    inner: RwLock<Tables>,
}

/// Names a watcher of freed series ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct WatcherId(u32);

/// What the current segment defines already.
#[derive(Debug, Default)]
pub(crate) struct Defined {
    pub(crate) pairs: Bits,
    pub(crate) sets: Bits,
    pub(crate) series: Bits,
}

/// Pairs, sets, series, and what is known of the metrics.
#[derive(Debug)]
pub(crate) struct Tables {
    pairs: Pairs,
    sets: Sets,
    series: SeriesTable,
    metadata: HashMap<u32, Arc<Metadata>>,
    /// Marks of the WAL's writer, kept here because an id's end must clear them.
    pub(crate) defined: Defined,
    watchers: HashMap<WatcherId, Bits>,
    next_watcher: u32,
    scratch: Vec<u32>,
}

// === impl Table ===

impl Table {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            inner: RwLock::new(Tables::new(seed)),
        }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Tables ===

impl Tables {
    fn new(seed: u64) -> Self {
        Self {
            pairs: Pairs::new(seed),
            sets: Sets::new(seed.rotate_left(17)),
            series: SeriesTable::new(seed.rotate_left(31)),
            metadata: HashMap::new(),
            defined: Defined::default(),
            watchers: HashMap::new(),
            next_watcher: 0,
            scratch: Vec::new(),
        }
    }

    /// The id of the series with `labels` and those of `external` whose names it lacks; one hold more. `None` for more
    /// labels than any series has.
    ///
    /// Labels with an empty value count as absent, as everywhere in Prometheus.
    pub(crate) fn resolve(
        &mut self,
        labels: &Labels,
        external: &Labels,
        metadata: Option<&Arc<Metadata>>,
    ) -> Option<u32> {
        if labels.len() + external.len() > MAX_LABELS {
            return None;
        }
        let id = self.intern(merged(labels, external));
        self.series.hold(id);
        if let Some(metadata) = metadata
            && let Some(name) = self
                .series(id)
                .map(|series| series.name)
                .filter(|name| *name != NONE)
        {
            let known = self.metadata.get(&name);
            if !known.is_some_and(|known| Arc::ptr_eq(known, metadata) || known == metadata) {
                self.metadata.insert(name, Arc::clone(metadata));
                self.defined.pairs.remove(name);
            }
        }
        Some(id)
    }

    /// The id of the series with these labels, in byte order of their names; no hold or pin yet.
    fn intern<'a>(&mut self, labels: impl Iterator<Item = (&'a str, &'a str)>) -> u32 {
        let mut ids = std::mem::take(&mut self.scratch);
        ids.clear();
        let (mut name, mut extra) = (NONE, NONE);
        for (key, value) in labels {
            let pair = self.pairs.intern(key.as_bytes(), value.as_bytes());
            if key == METRIC_NAME {
                name = pair;
            } else if extra == NONE && EXTRA_NAMES.contains(&key) {
                extra = pair;
            } else {
                ids.push(pair);
            }
        }
        let set = self.sets.intern(&mut self.pairs, &ids);
        self.scratch = ids;
        self.intern_parts(name, extra, set)
    }

    /// As [`Self::intern`], of parts of which the caller holds a reference each; the series takes them over.
    pub(crate) fn intern_parts(&mut self, name: u32, extra: u32, set: u32) -> u32 {
        if let Some(id) = self.series.find(name, extra, set) {
            self.release_parts(Series { name, extra, set });
            return id;
        }
        self.series.insert(name, extra, set)
    }

    /// A pair; the caller holds one reference more.
    pub(crate) fn intern_pair(&mut self, name: &[u8], value: &[u8]) -> u32 {
        self.pairs.intern(name, value)
    }

    /// A set of pairs that the caller keeps its references of; the caller holds one reference of the set more.
    pub(crate) fn intern_set(&mut self, pairs: &[u32]) -> u32 {
        for pair in pairs {
            self.pairs.refer(*pair);
        }
        self.sets.intern(&mut self.pairs, pairs)
    }

    /// As [`Self::intern_parts`], but the caller keeps its references, and gets a pin of the series.
    pub(crate) fn pin_parts(&mut self, parts: Series) -> u32 {
        for pair in [parts.name, parts.extra] {
            self.pairs.refer(pair);
        }
        self.sets.refer(parts.set);
        let id = self.intern_parts(parts.name, parts.extra, parts.set);
        self.series.pin(id);
        id
    }

    /// Gives a reference of a pair back.
    pub(crate) fn release_pair(&mut self, pair: u32) {
        if self.pairs.release(pair) {
            self.defined.pairs.remove(pair);
            self.metadata.remove(&pair);
        }
    }

    /// Gives a reference of a set back.
    pub(crate) fn release_set(&mut self, set: u32) {
        if let Some(pairs) = self.sets.release(set) {
            self.defined.sets.remove(set);
            for pair in pairs {
                self.release_pair(pair);
            }
        }
    }

    fn release_parts(&mut self, series: Series) {
        for pair in [series.name, series.extra] {
            self.release_pair(pair);
        }
        self.release_set(series.set);
    }

    /// Sets what is known of the metric whose name is `pair`.
    pub(crate) fn describe(&mut self, pair: u32, metadata: Metadata) {
        self.metadata
            .entry(pair)
            .or_insert_with(|| Arc::new(metadata));
    }

    /// Gives one producer's hold back.
    pub(crate) fn release(&mut self, id: u32) {
        if self.series.release(id) {
            self.free(id);
        }
    }

    /// One pin more of each: their ids stay theirs.
    pub(crate) fn pin(&mut self, ids: &[u32]) {
        for id in ids {
            self.series.pin(*id);
        }
    }

    /// Gives pins back.
    pub(crate) fn unpin(&mut self, ids: &[u32]) {
        for id in ids {
            if self.series.unpin(*id) {
                self.free(*id);
            }
        }
    }

    fn free(&mut self, id: u32) {
        let Some(series) = self.series.remove(id) else {
            return;
        };
        self.release_parts(series);
        self.defined.series.remove(id);
        for freed in self.watchers.values_mut() {
            freed.insert(id);
        }
    }

    /// The parts of a series; `None` for an id that is not in use.
    #[inline]
    pub(crate) fn series(&self, id: u32) -> Option<Series> {
        self.series.get(id)
    }

    #[inline]
    pub(crate) fn set(&self, id: u32) -> Option<&Set> {
        self.sets.get(id)
    }

    /// A label as remote write 1.0 sends it.
    #[inline]
    pub(crate) fn pair(&self, id: u32) -> &[u8] {
        self.pairs.encoded(id)
    }

    /// A label's name and value.
    pub(crate) fn pair_parts(&self, id: u32) -> (&[u8], &[u8]) {
        self.pairs.parts(id)
    }

    /// What is known of the metric whose name is `pair`.
    pub(crate) fn metadata(&self, pair: u32) -> Option<&Arc<Metadata>> {
        self.metadata.get(&pair)
    }

    /// All that is known of any metric.
    pub(crate) fn all_metadata(&self) -> impl Iterator<Item = &Arc<Metadata>> {
        self.metadata.values()
    }

    /// A series' labels in full; slow.
    pub(crate) fn labels(&self, id: u32) -> Labels {
        let Some(series) = self.series(id) else {
            return Labels::default();
        };
        let set = self
            .set(series.set)
            .map(|set| &*set.pairs)
            .unwrap_or_default();
        let pairs = [series.name, series.extra]
            .into_iter()
            .chain(set.iter().copied());
        Labels::from_pairs(pairs.filter(|pair| *pair != NONE).map(|pair| {
            let (name, value) = self.pair_parts(pair);
            (
                String::from_utf8_lossy(name),
                String::from_utf8_lossy(value),
            )
        }))
    }

    /// From now on remembers which series ids were freed, for this watcher.
    pub(crate) fn watch(&mut self) -> WatcherId {
        let id = WatcherId(self.next_watcher);
        self.next_watcher += 1;
        self.watchers.insert(id, Bits::default());
        id
    }

    pub(crate) fn unwatch(&mut self, watcher: WatcherId) {
        self.watchers.remove(&watcher);
    }

    /// The ids freed since the last call (an id may be in use again).
    pub(crate) fn take_freed(&mut self, watcher: WatcherId) -> Bits {
        self.watchers
            .get_mut(&watcher)
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// Series in use.
    pub(crate) fn len(&self) -> usize {
        self.series.len()
    }

    /// Bytes that all of it takes, allocator overhead aside.
    pub(crate) fn bytes(&self) -> usize {
        self.pairs.bytes() + self.sets.bytes() + self.series.bytes()
    }
}

/// The labels of both in byte order of their names; where both have one the first's wins.
fn merged<'a>(
    labels: &'a Labels,
    external: &'a Labels,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let present = |(_, value): &(&str, &str)| !value.is_empty();
    let mut own = labels.iter().filter(present).peekable();
    let mut other = external.iter().filter(present).peekable();
    std::iter::from_fn(move || match (own.peek(), other.peek()) {
        (Some((a, _)), Some((b, _))) if b < a => other.next(),
        (Some((a, _)), Some((b, _))) => {
            if a == b {
                other.next();
            }
            own.next()
        }
        (Some(_), None) => own.next(),
        (None, _) => other.next(),
    })
}

#[cfg(test)]
mod tests;
