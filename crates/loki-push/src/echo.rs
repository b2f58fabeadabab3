//! Writes entries to the agent's own log, to see what a pipeline makes of them.

use crate::{Entry, LogsReceiver, label_string};

/// Logs each entry at level info and ends it.
#[derive(Debug)]
pub struct Echo {
    id: String,
}

// === impl Echo ===

impl Echo {
    /// An echo that calls itself `id`.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl LogsReceiver for Echo {
    fn push(&self, batch: Vec<Entry>) {
        for entry in batch {
            tracing::info!(
                receiver = self.id,
                entry = %String::from_utf8_lossy(&entry.line),
                entry_timestamp_ns = entry.timestamp.unix_nanos(),
                labels = label_string(entry.labels.iter()),
                structured_metadata = label_string(entry.metadata.iter().map(|(n, v)| (&**n, &**v))),
            );
            entry.settle();
        }
    }
}
