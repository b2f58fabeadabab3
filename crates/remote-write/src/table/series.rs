//! The series themselves: three numbers each, counted holds and pins, found by those three.

use super::index::Index;
use super::paged::Paged;
use super::sets::hash_ids;

/// In place of a pair: the series has none.
pub(crate) const NONE: u32 = u32::MAX;
/// A count that has reached this stays there: the series then lives for ever, rather than die under someone's feet.
const STUCK: u16 = u16::MAX;

/// What a series is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Series {
    /// The pair of the metric's name, or [`NONE`].
    pub(crate) name: u32,
    /// The pair of `le` or `quantile`, or [`NONE`].
    pub(crate) extra: u32,
    /// The set of the other labels.
    pub(crate) set: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    series: Series,
    /// Holds of producers.
    holds: u16,
    /// Pins of everything else.
    pins: u16,
}

/// All series.
#[derive(Debug)]
pub(crate) struct SeriesTable {
    entries: Paged<Entry>,
    used: super::bits::Bits,
    free: Vec<u32>,
    next: u32,
    index: Index,
    seed: u64,
}

// === impl SeriesTable ===

impl SeriesTable {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            entries: Paged::default(),
            used: super::bits::Bits::default(),
            free: Vec::new(),
            next: 0,
            index: Index::default(),
            seed,
        }
    }

    pub(crate) fn find(&self, name: u32, extra: u32, set: u32) -> Option<u32> {
        let wanted = Series { name, extra, set };
        let hash = hash_ids(self.seed, &[name, extra, set]);
        self.index.find(hash, |id| {
            self.entries
                .get(id)
                .is_some_and(|entry| entry.series == wanted)
        })
    }

    /// Adds a series that is not there, without hold or pin.
    pub(crate) fn insert(&mut self, name: u32, extra: u32, set: u32) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            let id = self.next;
            self.next += 1;
            id
        });
        *self.entries.entry(id) = Entry {
            series: Series { name, extra, set },
            holds: 0,
            pins: 0,
        };
        self.used.insert(id);
        let (entries, seed) = (&self.entries, self.seed);
        let hash = hash_ids(seed, &[name, extra, set]);
        self.index.insert(hash, id, |id| hash_of(entries, seed, id));
        id
    }

    /// Takes a series out; its id is free.
    pub(crate) fn remove(&mut self, id: u32) -> Option<Series> {
        let series = self.get(id)?;
        let (entries, seed) = (&self.entries, self.seed);
        let hash = hash_of(entries, seed, id);
        self.index.remove(hash, id, |id| hash_of(entries, seed, id));
        self.used.remove(id);
        self.free.push(id);
        Some(series)
    }

    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<Series> {
        let entry = self.entries.get(id)?;
        (entry.holds > 0 || entry.pins > 0 || self.used.contains(id)).then_some(entry.series)
    }

    pub(crate) fn hold(&mut self, id: u32) {
        self.count(id, |entry| &mut entry.holds, 1);
    }

    pub(crate) fn pin(&mut self, id: u32) {
        self.count(id, |entry| &mut entry.pins, 1);
    }

    /// One hold less; true if nobody has the series now.
    pub(crate) fn release(&mut self, id: u32) -> bool {
        self.count(id, |entry| &mut entry.holds, -1)
    }

    /// One pin less; true if nobody has the series now.
    pub(crate) fn unpin(&mut self, id: u32) -> bool {
        self.count(id, |entry| &mut entry.pins, -1)
    }

    /// Changes a count; true if it fell and both are zero now.
    fn count(&mut self, id: u32, which: impl Fn(&mut Entry) -> &mut u16, by: i16) -> bool {
        let Some(entry) = self.entries.get_mut(id) else {
            return false;
        };
        let count = which(entry);
        let before = *count;
        if before != STUCK {
            *count = before.saturating_add_signed(by);
        }
        let fell = *count < before;
        fell && entry.holds == 0 && entry.pins == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.next as usize - self.free.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.entries.bytes() + self.index.bytes() + self.free.capacity() * size_of::<u32>()
    }
}

fn hash_of(entries: &Paged<Entry>, seed: u64, id: u32) -> u64 {
    let series = entries
        .get(id)
        .map(|entry| entry.series)
        .unwrap_or_default();
    hash_ids(seed, &[series.name, series.extra, series.set])
}
