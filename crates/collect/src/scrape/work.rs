//! Buffers that scrapes use one after the other: the page, and the columns of its batch.

use std::sync::{Mutex, PoisonError};

use super::ScrapeBuffers;

/// As many sets of buffers are kept; more come and go with scrapes that run at the same time.
const KEPT: usize = 4;

/// A page whose buffer is larger than this is not worth keeping.
const KEPT_BODY: usize = 16 << 20;

/// What one scrape works in.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) body: Vec<u8>,
    pub(super) buffers: ScrapeBuffers,
}

/// Sets of buffers that no scrape uses now.
#[derive(Debug, Default)]
pub(super) struct WorkPool(Mutex<Vec<Work>>);

// === impl WorkPool ===

impl WorkPool {
    pub(super) fn take(&self) -> Work {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().unwrap_or_default()
    }

    pub(super) fn put(&self, work: Work) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT && work.body.capacity() <= KEPT_BODY {
            free.push(work);
        }
    }
}
