//! A hash index of ids: open addressing over `u32`, four bytes a slot, the keys kept elsewhere.
//!
//! Removal moves later entries back, so there are no tombstones and a long life costs nothing. Callers give the hash of
//! an id where entries have to move.

/// No id.
const EMPTY: u32 = u32::MAX;

/// Ids by hash; the owner compares the keys.
#[derive(Debug, Default)]
pub(crate) struct Index {
    slots: Box<[u32]>,
    len: usize,
}

// === impl Index ===

#[expect(
    clippy::indexing_slicing,
    reason = "every position is masked to the length, a power of two"
)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a hash is cut to the table's size"
)]
impl Index {
    /// The id of which `equal` holds, among those with this hash.
    pub(crate) fn find(&self, hash: u64, mut equal: impl FnMut(u32) -> bool) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                EMPTY => return None,
                id if equal(id) => return Some(id),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Adds an id that is not there; `hash_of` tells the hashes of those that are.
    pub(crate) fn insert(&mut self, hash: u64, id: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.len + 1) * 8 > self.slots.len() * 7 {
            let size = (self.slots.len() * 2).max(16);
            let old = std::mem::replace(&mut self.slots, vec![EMPTY; size].into());
            for id in old.iter().copied().filter(|id| *id != EMPTY) {
                self.place(hash_of(id), id);
            }
        }
        self.place(hash, id);
        self.len += 1;
    }

    fn place(&mut self, hash: u64, id: u32) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != EMPTY {
            at = (at + 1) & mask;
        }
        self.slots[at] = id;
    }

    /// Takes an id out; entries behind it that it had pushed away move back.
    pub(crate) fn remove(&mut self, hash: u64, id: u32, hash_of: impl Fn(u32) -> u64) {
        if self.slots.is_empty() {
            return;
        }
        let mask = self.slots.len() - 1;
        let mut hole = hash as usize & mask;
        while self.slots[hole] != id {
            if self.slots[hole] == EMPTY {
                return;
            }
            hole = (hole + 1) & mask;
        }
        self.len -= 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let next = self.slots[at];
            if next == EMPTY {
                break;
            }
            let wanted = hash_of(next) as usize & mask;
            // It may fill the hole unless its own place lies between the hole and itself.
            if (at.wrapping_sub(wanted) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.slots[hole] = next;
                hole = at;
            }
        }
        self.slots[hole] = EMPTY;
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slots.len() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_a_set_holds(operations in prop::collection::vec((any::<bool>(), 0_u32..200), 0..600)) {
            // A poor hash makes long chains, where removal has to move entries.
            let hash_of = |id: u32| u64::from(id / 7) * 3;
            let mut index = Index::default();
            let mut model = HashSet::new();
            for (add, id) in operations {
                let there = index.find(hash_of(id), |found| found == id).is_some();
                prop_assert_eq!(there, model.contains(&id));
                if add && !there {
                    index.insert(hash_of(id), id, hash_of);
                    model.insert(id);
                } else if !add {
                    index.remove(hash_of(id), id, hash_of);
                    model.remove(&id);
                }
                prop_assert_eq!(index.len, model.len());
            }
        }
    }
}
