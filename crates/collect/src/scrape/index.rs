//! Lines by their hash, for a page that differs from the one before.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::lines::Lines;

/// Where the first line of each series stands.
#[derive(Debug)]
pub(super) struct Index(HashMap<u64, u32, Unhashed>);

/// For keys that are hashes already.
pub(super) type Unhashed = BuildHasherDefault<Identity>;

/// Takes a hash for its own hash.
#[derive(Debug, Default)]
pub(super) struct Identity(u64);

// === impl Index ===

impl Index {
    pub(super) fn of(lines: &Lines) -> Self {
        let mut index = HashMap::with_capacity_and_hasher(lines.len(), Unhashed::default());
        for (at, line) in lines.iter().enumerate() {
            if let Ok(at) = u32::try_from(at)
                && line.kind.is_series()
            {
                index.entry(line.hash).or_insert(at);
            }
        }
        Self(index)
    }

    pub(super) fn find(&self, hash: u64) -> Option<usize> {
        self.0.get(&hash).map(|at| *at as usize)
    }
}

// === impl Identity ===

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
