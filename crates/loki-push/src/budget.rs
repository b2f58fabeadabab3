//! The bytes that all log lines in the agent may hold together.
//!
//! A source takes bytes before it admits records to its [`crate::Tracker`]; the tracker gives them back as its
//! checkpoint passes the records. A source that gets none closes what it reads from (a Docker stream that is held open
//! loses data at the second rotation) and comes back when there is room.
//!
//! Invariant: what was taken and not yet given back never exceeds the limit. It is not: a count of allocations.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// The limit when nobody sets one.
pub const DEFAULT_BUDGET: usize = 16 * 1024 * 1024;

/// A shared allowance of bytes; clones share it.
#[derive(Clone, Debug)]
pub struct Budget {
    free: Arc<Semaphore>,
    limit: usize,
}

// === impl Budget ===

impl Budget {
    /// An allowance of `bytes`, at least 64 KiB.
    pub fn new(bytes: usize) -> Self {
        let limit = bytes.clamp(64 * 1024, u32::MAX as usize);
        Self {
            free: Arc::new(Semaphore::new(limit)),
            limit,
        }
    }

    /// All bytes there are.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// What one source may hold, so that a stream which Loki refuses does not starve the others.
    pub fn share(&self) -> usize {
        self.limit / 4
    }

    /// Bytes that are taken now.
    pub fn used(&self) -> usize {
        self.limit.saturating_sub(self.free.available_permits())
    }

    /// Takes `bytes` (capped at the limit) if they are free; says how many, to be given to [`crate::Intake`].
    pub fn try_take(&self, bytes: usize) -> Option<usize> {
        let bytes = bytes.min(self.limit);
        let permit = self
            .free
            .try_acquire_many(u32::try_from(bytes).unwrap_or(u32::MAX))
            .ok()?;
        permit.forget();
        Some(bytes)
    }

    /// Waits until `bytes` (capped at the limit) are free and takes them. Cancel-safe.
    pub async fn take(&self, bytes: usize) -> usize {
        let bytes = bytes.min(self.limit);
        let wanted = u32::try_from(bytes).unwrap_or(u32::MAX);
        match self.free.acquire_many(wanted).await {
            Ok(permit) => permit.forget(),
            // The semaphore is never closed.
            Err(_) => std::future::pending().await,
        }
        bytes
    }

    /// Gives bytes back.
    pub fn give(&self, bytes: usize) {
        if bytes > 0 {
            self.free.add_permits(bytes);
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(DEFAULT_BUDGET)
    }
}
