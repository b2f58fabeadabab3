//! Which file is being read under which path: a file that is renamed within a pattern is not read twice.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

type Identity = (u64, u64);

/// The files being read by one source.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    held: Arc<Mutex<HashMap<Identity, (PathBuf, usize)>>>,
}

/// The right to read a file under a path; dropping it gives the file free.
#[derive(Debug)]
pub(super) struct Claim {
    claims: Claims,
    identity: Identity,
}

// === impl Claims ===

impl Claims {
    /// The right to read a file under `path`, unless it is being read under another one.
    pub(super) fn claim(&self, identity: Identity, path: &Path) -> Option<Claim> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (holder, count) = held.entry(identity).or_insert_with(|| (path.to_owned(), 0));
        if holder != path {
            return None;
        }
        *count += 1;
        Some(Claim {
            claims: self.clone(),
            identity,
        })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut held = self
            .claims
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = held.get_mut(&self.identity) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.identity);
            }
        }
    }
}
