//! A worker that is exchanged when the arguments that made it change.

use std::sync::{Arc, Mutex, PoisonError};

use outpost_alloy_syntax::{Arguments, Encoded};
use tokio::sync::watch;

/// The worker of a component, and what it was made of.
#[derive(Debug)]
pub(super) struct Restartable<W> {
    made_of: Mutex<Option<String>>,
    worker: watch::Sender<Option<Arc<W>>>,
}

// === impl Restartable ===

impl<W> Restartable<W> {
    pub(super) fn new() -> Self {
        Self {
            made_of: Mutex::new(None),
            worker: watch::Sender::new(None),
        }
    }

    /// The worker at this moment.
    pub(super) fn current(&self) -> Option<Arc<W>> {
        self.worker.borrow().clone()
    }

    /// The worker, and how to wait for the next one.
    pub(super) fn subscribe(&self) -> watch::Receiver<Option<Arc<W>>> {
        self.worker.subscribe()
    }

    /// Puts a new worker in place of the old one if `made_of` differs from what that was made of.
    pub(super) fn renew<E>(
        &self,
        made_of: String,
        make: impl FnOnce() -> Result<W, E>,
    ) -> Result<Option<Arc<W>>, E> {
        let mut before = self.made_of.lock().unwrap_or_else(PoisonError::into_inner);
        if before.as_ref() == Some(&made_of) {
            return Ok(None);
        }
        let worker = Arc::new(make()?);
        *before = Some(made_of);
        self.worker.send_replace(Some(Arc::clone(&worker)));
        Ok(Some(worker))
    }
}

/// The worker at this moment; the receiver then waits for the one after it.
pub(super) fn latest<W>(workers: &mut watch::Receiver<Option<Arc<W>>>) -> Option<Arc<W>> {
    workers.borrow_and_update().clone()
}

/// Arguments as text that tells equal ones from others, without the attributes `but`.
pub(super) fn fingerprint(arguments: &impl Arguments, but: &[&str]) -> String {
    let kept = arguments
        .encode()
        .into_iter()
        .filter(|encoded| match encoded {
            Encoded::Attribute { name, .. } | Encoded::Block { name, .. } => {
                !but.contains(&&**name)
            }
        });
    // Secrets are masked in JSON, not in the debug form; it stays in memory.
    format!("{:?}", kept.collect::<Vec<_>>())
}
