//! The generations of a receiver that stands before others.
//!
//! Such a receiver has no generation of its own: ids are void when it changes or when one behind it does. So it numbers
//! the combinations that it has seen, and remembers what the last numbers stood for.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::Generation;

/// Holds that a producer gives back more generations late than this are lost to the receivers further down.
const KEPT: usize = 16;

/// Numbers combinations of generations.
#[derive(Debug, Default)]
pub struct Lineage {
    known: Mutex<VecDeque<(Generation, Vec<u64>)>>,
}

// === impl Lineage ===

impl Lineage {
    /// The generation that stands for `parts` (what the receiver counts itself, and the generations behind it): the last
    /// one as long as they stay, a new one when they differ.
    pub fn number(&self, parts: &[u64]) -> Generation {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match known.back() {
            Some((last, same)) if same == parts => return *last,
            Some((last, _)) => Generation(last.0.wrapping_add(1)),
            None => Generation(0),
        };
        if known.len() >= KEPT {
            known.pop_front();
        }
        known.push_back((next, parts.to_vec()));
        next
    }

    /// What `generation` stood for, if that is not too long ago.
    pub fn parts(&self, generation: Generation) -> Option<Vec<u64>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(number, _)| *number == generation);
        found.map(|(_, parts)| parts.clone())
    }
}
