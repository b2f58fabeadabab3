//! The symbols of one 2.0 request: each string once, found again by its bytes, and each label by its id.
//!
//! Nothing is cleared between requests: entries carry the number of the request they belong to.

use rapidhash::v3::rapidhash_v3;

use super::proto::{bytes_tag, put_head};
use crate::table::Tables;

/// `Request.symbols`.
const SYMBOLS: u8 = bytes_tag(4);
/// Slots at first.
const START: usize = 1024;

/// The strings so far, encoded, and how to find them.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    encoded: Vec<u8>,
    /// Where each string stands in `encoded`.
    places: Vec<(u32, u32)>,
    strings: Map,
    pairs: Map,
}

/// A hash map from a number to two, emptied by counting on.
#[derive(Debug, Default)]
struct Map {
    slots: Box<[Slot]>,
    epoch: u32,
    len: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    epoch: u32,
    key: u32,
    value: (u32, u32),
}

// === impl Symbols ===

#[expect(
    clippy::cast_possible_truncation,
    reason = "a request is far below 4 GiB; hashes are cut on purpose"
)]
impl Symbols {
    /// Starts a request: the empty string is symbol 0.
    pub(super) fn restart(&mut self) {
        self.encoded.clear();
        self.places.clear();
        self.strings.restart();
        self.pairs.restart();
        put_head(&mut self.encoded, SYMBOLS, 0);
        self.places.push((self.encoded.len() as u32, 0));
    }

    /// All strings as fields of the request.
    pub(super) fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// The symbol of a string.
    pub(super) fn string(&mut self, text: &[u8]) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let hash = rapidhash_v3(text) as u32;
        let found = self.strings.find(hash, |(symbol, _)| {
            let place = self.places.get(symbol as usize);
            place.and_then(|(start, length)| {
                self.encoded
                    .get(*start as usize..(*start + *length) as usize)
            }) == Some(text)
        });
        if let Some((symbol, _)) = found {
            return symbol;
        }
        let symbol = self.places.len() as u32;
        put_head(&mut self.encoded, SYMBOLS, text.len());
        self.places
            .push((self.encoded.len() as u32, text.len() as u32));
        self.encoded.extend_from_slice(text);
        self.strings.insert(hash, (symbol, 0));
        symbol
    }

    /// The symbols of a label's name and value.
    #[inline]
    pub(super) fn pair(&mut self, tables: &Tables, pair: u32) -> (u32, u32) {
        if let Some(symbols) = self.pairs.find(pair, |_| true) {
            return symbols;
        }
        let (name, value) = tables.pair_parts(pair);
        let symbols = (self.string(name), self.string(value));
        self.pairs.insert(pair, symbols);
        symbols
    }
}

// === impl Map ===

#[expect(
    clippy::indexing_slicing,
    reason = "every position is masked to the length, a power of two"
)]
impl Map {
    fn restart(&mut self) {
        self.len = 0;
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.slots.fill(Slot::default());
            self.epoch = 1;
        }
    }

    /// The numbers under `key` of which `wanted` holds (keys may be there more than once).
    #[inline]
    fn find(&self, key: u32, wanted: impl Fn((u32, u32)) -> bool) -> Option<(u32, u32)> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = home(key) & mask;
        loop {
            let slot = self.slots[at];
            if slot.epoch != self.epoch {
                return None;
            }
            if slot.key == key && wanted(slot.value) {
                return Some(slot.value);
            }
            at = (at + 1) & mask;
        }
    }

    fn insert(&mut self, key: u32, value: (u32, u32)) {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            let size = (self.slots.len() * 2).max(START);
            let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size].into());
            let epoch = self.epoch;
            for slot in old.iter().filter(|slot| slot.epoch == epoch) {
                self.place(*slot);
            }
        }
        self.place(Slot {
            epoch: self.epoch,
            key,
            value,
        });
        self.len += 1;
    }

    fn place(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = home(slot.key) & mask;
        while self.slots[at].epoch == self.epoch {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }
}

/// Neighbouring keys land far apart.
#[inline]
fn home(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 7) as usize
}
