//! Interned label sets without the metric's name and without `le` or `quantile`.
//!
//! These two change from line to line of an exporter's page while the rest stays: a histogram of 70 buckets needs one
//! set, all plain metrics of a target share one. A set is kept as pair ids in byte order of their names, with the
//! places where the two would stand.

use super::index::Index;
use super::pairs::Pairs;
use super::slots::Slots;

/// Labels that a series keeps outside its set, beside the metric's name; a series has at most one of them there.
pub(crate) const EXTRA_NAMES: [&str; 2] = ["le", "quantile"];

/// One interned set.
#[derive(Debug, Default)]
pub(crate) struct Set {
    /// Pair ids in byte order of the names.
    pub(crate) pairs: Box<[u32]>,
    references: u32,
    /// Where `__name__` stands.
    pub(crate) name_at: u16,
    /// Where each of [`EXTRA_NAMES`] stands.
    pub(crate) extra_at: [u16; 2],
}

/// All interned sets.
#[derive(Debug)]
pub(crate) struct Sets {
    slots: Slots<Set>,
    index: Index,
    seed: u64,
    pair_bytes: usize,
}

// === impl Sets ===

impl Sets {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            slots: Slots::default(),
            index: Index::default(),
            seed,
            pair_bytes: 0,
        }
    }

    /// The id of a set of pairs (in byte order of their names); the caller holds one reference more. Of each of
    /// `pairs` the caller's reference goes to the set.
    pub(crate) fn intern(&mut self, pairs: &mut Pairs, ids: &[u32]) -> u32 {
        let hash = hash_ids(self.seed, ids);
        let found = self.index.find(hash, |id| {
            self.slots.get(id).is_some_and(|set| *set.pairs == *ids)
        });
        if let Some(id) = found {
            for pair in ids {
                // The set has its own reference, so this is never the last.
                pairs.release(*pair);
            }
            self.refer(id);
            return id;
        }
        let place = |name: &str| {
            let before = ids
                .iter()
                .take_while(|id| pairs.parts(**id).0 < name.as_bytes());
            u16::try_from(before.count()).unwrap_or(u16::MAX)
        };
        let set = Set {
            references: 1,
            name_at: place(outpost_model::METRIC_NAME),
            extra_at: EXTRA_NAMES.map(place),
            pairs: ids.into(),
        };
        self.pair_bytes += size_of_val(ids);
        let id = self.slots.insert(set);
        let (slots, seed) = (&self.slots, self.seed);
        self.index.insert(hash, id, |id| hash_of(slots, seed, id));
        id
    }

    /// One reference more.
    pub(crate) fn refer(&mut self, id: u32) {
        if let Some(set) = self.slots.get_mut(id) {
            set.references += 1;
        }
    }

    /// One reference less; the pairs of the set that goes with it.
    pub(crate) fn release(&mut self, id: u32) -> Option<Box<[u32]>> {
        let set = self.slots.get_mut(id).filter(|set| set.references > 0)?;
        set.references -= 1;
        if set.references > 0 {
            return None;
        }
        let (slots, seed) = (&self.slots, self.seed);
        self.index
            .remove(hash_of(slots, seed, id), id, |id| hash_of(slots, seed, id));
        let pairs = self.slots.remove(id).pairs;
        self.pair_bytes -= size_of_val(&*pairs);
        Some(pairs)
    }

    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<&Set> {
        self.slots.get(id)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slots.bytes() + self.index.bytes() + self.pair_bytes
    }
}

/// A keyed hash of small numbers.
pub(crate) fn hash_ids(seed: u64, ids: &[u32]) -> u64 {
    let mut hash = seed;
    for id in ids {
        hash = mix(hash ^ u64::from(*id));
    }
    hash
}

fn mix(value: u64) -> u64 {
    let wide = u128::from(value ^ 0x9e37_79b9_7f4a_7c15) * 0xa076_1d64_78bd_642f_u128;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "both halves are folded into one"
    )]
    {
        (wide >> 64) as u64 ^ wide as u64
    }
}

fn hash_of(slots: &Slots<Set>, seed: u64, id: u32) -> u64 {
    hash_ids(
        seed,
        slots.get(id).map(|set| &*set.pairs).unwrap_or_default(),
    )
}
