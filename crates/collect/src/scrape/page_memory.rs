//! Memory for the pages that are being read at one time, shared by all targets of a component.
//!
//! The first [`FREE`] bytes of a page always find room, whatever other targets send; beyond them a page may grow as long as
//! it is no larger than what is left for others, so that one page gets half of the memory at most. All pages together
//! never hold more than the memory and [`FREE`] bytes for each target.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A page's bytes that need no room: most pages are smaller.
const FREE: usize = 128 << 10;

/// Memory for pages; clones share it.
#[derive(Clone, Debug)]
pub(super) struct PageMemory {
    total: usize,
    held: Arc<AtomicUsize>,
}

/// What one page holds; dropping it gives it back.
#[derive(Debug)]
pub(super) struct PageRoom {
    memory: PageMemory,
    size: usize,
}

// === impl PageMemory ===

impl PageMemory {
    pub(super) fn new(total: usize) -> Self {
        Self {
            total,
            held: Arc::default(),
        }
    }

    /// The same memory with another size: what is held counts on.
    pub(super) fn resized(&self, total: usize) -> Self {
        Self {
            total,
            held: Arc::clone(&self.held),
        }
    }

    /// Room for one page, which is empty still.
    pub(super) fn room(&self) -> PageRoom {
        PageRoom {
            memory: self.clone(),
            size: 0,
        }
    }
}

// === impl PageRoom ===

impl PageRoom {
    /// Takes `bytes` more; `false` when the page would be larger than what is left for others.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let size = self.size.saturating_add(bytes);
        let more = size.saturating_sub(FREE) - self.counted();
        if more == 0 {
            self.size = size;
            return true;
        }
        let fits = |held: usize| {
            let held = held.saturating_add(more);
            let left = self.memory.total.checked_sub(held)?;
            (size - FREE <= left).then_some(held)
        };
        let grown = self
            .memory
            .held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits);
        if grown.is_ok() {
            self.size = size;
        }
        grown.is_ok()
    }

    /// What of the page counts.
    fn counted(&self) -> usize {
        self.size.saturating_sub(FREE)
    }
}

impl Drop for PageRoom {
    fn drop(&mut self) {
        self.memory
            .held
            .fetch_sub(self.counted(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grows until there is no more room; answers what of the page counts.
    fn fill(room: &mut PageRoom) -> usize {
        room.grow(FREE - room.size);
        while room.grow(1) {}
        room.counted()
    }

    #[test]
    fn one_page_gets_half_and_what_it_held_comes_back() {
        let memory = PageMemory::new(1000);
        let mut first = memory.room();
        assert_eq!(fill(&mut first), 500);
        assert_eq!(fill(&mut memory.room()), 250);
        drop(first);
        assert_eq!(fill(&mut memory.room()), 500);
    }

    #[test]
    fn small_pages_find_room_beside_any_number_that_have_no_end() {
        let memory = PageMemory::new(1000);
        let mut greedy: Vec<_> = (0..99).map(|_| memory.room()).collect();
        for room in &mut greedy {
            assert!(room.grow(FREE));
            fill(room);
        }
        assert!(memory.held.load(Ordering::Relaxed) <= 1000);
        assert!(memory.room().grow(FREE));
        drop(greedy);
        assert_eq!(memory.held.load(Ordering::Relaxed), 0);
    }
}
