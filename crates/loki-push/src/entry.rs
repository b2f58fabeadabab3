//! What flows through the log pipeline: entries in batches, and who takes them.
//!
//! A batch is a plain `Vec<Entry>` in the order in which the source read it. Taking it never waits: a source has paid
//! for the bytes with the pipeline's [`crate::Budget`] before it pushes, so no receiver needs a queue limit of its own.
//!
//! It is not: a wire format, and it holds no state between batches.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use outpost_model::Labels;

use crate::{Ticket, Timestamp};

/// Label in which a stage or a source leaves the tenant of an entry.
pub const TENANT_LABEL: &str = "__tenant_id__";

/// Names and values that belong to one entry only and do not make a stream.
pub type Metadata = Vec<(Box<str>, Box<str>)>;

/// One log line on its way.
#[derive(Debug)]
pub struct Entry {
    /// Its labels; entries of one source and stream share them. Names that start with `__` never leave the agent.
    pub labels: Arc<Labels>,
    /// When the source says it was written.
    pub timestamp: Timestamp,
    /// The line without its newline. Bytes, since not every program writes UTF-8.
    pub line: Bytes,
    /// Structured metadata, mostly none.
    pub metadata: Metadata,
    /// Tells the interleaved lines of one source apart (standard output 1, standard error 2), 0 where there is one.
    pub lane: u8,
    /// What the source waits for: settle it once the entry's fate is final.
    pub ticket: Ticket,
}

/// Takes entries. A call never waits and never fails: an entry that cannot be kept is settled and counted.
pub trait LogsReceiver: Send + Sync {
    /// Takes a batch in the order of its entries.
    fn push(&self, batch: Vec<Entry>);
}

/// A receiver over several, whose list may change while it runs.
///
/// With no receiver at all the entries are dropped and settled, as in Alloy.
#[derive(Default)]
pub struct Fanout {
    receivers: RwLock<Arc<[Arc<dyn LogsReceiver>]>>,
}

// === impl Entry ===

impl Entry {
    /// An entry without metadata whose fate nobody waits for.
    pub fn new(labels: Arc<Labels>, timestamp: Timestamp, line: impl Into<Bytes>) -> Self {
        Self {
            labels,
            timestamp,
            line: line.into(),
            metadata: Metadata::new(),
            lane: 0,
            ticket: Ticket::none(),
        }
    }

    /// A second entry like this one, for a second receiver: the source waits for both.
    #[must_use = "dropping an entry tells its source that it was lost"]
    pub fn fork(&self) -> Self {
        Self {
            labels: Arc::clone(&self.labels),
            timestamp: self.timestamp,
            line: self.line.clone(),
            metadata: self.metadata.clone(),
            lane: self.lane,
            ticket: self.ticket.fork(),
        }
    }

    /// Ends the entry on purpose: it goes nowhere and counts as dealt with.
    pub fn settle(self) {
        self.ticket.settle();
    }
}

// === impl Fanout ===

impl Fanout {
    /// A fan-out to `receivers`.
    pub fn new(receivers: Vec<Arc<dyn LogsReceiver>>) -> Self {
        Self {
            receivers: RwLock::new(receivers.into()),
        }
    }

    /// Replaces the receivers; batches that are being pushed still reach the old ones.
    pub fn set(&self, receivers: Vec<Arc<dyn LogsReceiver>>) {
        *self
            .receivers
            .write()
            .unwrap_or_else(PoisonError::into_inner) = receivers.into();
    }

    fn get(&self) -> Arc<[Arc<dyn LogsReceiver>]> {
        Arc::clone(
            &self
                .receivers
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl LogsReceiver for Fanout {
    fn push(&self, batch: Vec<Entry>) {
        let receivers = self.get();
        let Some((last, others)) = receivers.split_last() else {
            batch.into_iter().for_each(Entry::settle);
            return;
        };
        for receiver in others {
            receiver.push(batch.iter().map(Entry::fork).collect());
        }
        last.push(batch);
    }
}

impl fmt::Debug for Fanout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fanout")
            .field("receivers", &self.get().len())
            .finish()
    }
}
