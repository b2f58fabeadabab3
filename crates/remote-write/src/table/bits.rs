//! A growing set of ids, one bit each.

/// Ids as bits.
#[derive(Debug, Default)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

// === impl Bits ===

impl Bits {
    /// Adds `id`; false if it was there.
    pub(crate) fn insert(&mut self, id: u32) -> bool {
        let (word, bit) = (id as usize / 64, 1 << (id % 64));
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let Some(word) = self.words.get_mut(word) else {
            return false;
        };
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub(crate) fn remove(&mut self, id: u32) {
        if let Some(word) = self.words.get_mut(id as usize / 64) {
            *word &= !(1 << (id % 64));
        }
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.words
            .get(id as usize / 64)
            .is_some_and(|word| word & (1 << (id % 64)) != 0)
    }

    pub(crate) fn clear(&mut self) {
        self.words.fill(0);
    }
}
