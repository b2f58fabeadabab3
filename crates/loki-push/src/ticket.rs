//! Receipts: how a source learns that all its records up to some point have a final fate.
//!
//! A source *admits* every record that it reads, in order, to its [`Tracker`]. A record that becomes an entry yields a
//! [`Ticket`]; one that needs no delivery (an empty line, a piece of a line whose first piece holds the ticket) is
//! settled at once. The tracker's cursor moves over the longest settled prefix and hands each new position to the
//! checkpoints.
//!
//! Invariants: the cursor passes records in the order of admission, each once; it never passes one whose ticket is open
//! or was lost. Dropping a ticket without settling it *loses* the record: the source is told and reads it again.
//!
//! It is not: a queue, and it holds no line.

mod ledger;
mod receipts;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::{Budget, CheckpointSlot, Position};
use ledger::{Ledger, Record};
pub use receipts::Receipts;

/// Turns the marks of settled records into a position to resume from.
pub trait Cursor: Send {
    /// A record with this mark is settled, and so are all before it.
    fn pass(&mut self, mark: u64);

    /// Where to resume if the agent stopped now.
    fn position(&self) -> Position;
}

/// The records of one source that are on their way.
pub struct Tracker {
    ledger: Mutex<Ledger>,
    budget: Budget,
    lost: Notify,
}

/// Admits the records of one chunk; see [`Tracker::intake`].
#[derive(Debug)]
pub struct Intake<'a> {
    tracker: &'a Arc<Tracker>,
    paid: usize,
}

/// One record's claim on its source's checkpoint.
#[derive(Debug, Default)]
#[must_use = "dropping a ticket tells the source that the record was lost"]
pub struct Ticket {
    tracker: Option<Arc<Tracker>>,
    sequence: u64,
    /// Tickets of other sources that this one has taken in.
    absorbed: Option<Box<Ticket>>,
}

// === impl Tracker ===

impl Tracker {
    /// A tracker that moves `cursor` and stores its positions in `slot`.
    pub fn new(cursor: impl Cursor + 'static, slot: CheckpointSlot, budget: Budget) -> Arc<Self> {
        Arc::new(Self {
            ledger: Mutex::new(Ledger::new(Some(Box::new(cursor)), Some(slot))),
            budget,
            lost: Notify::new(),
        })
    }

    /// A tracker of records that cannot be read again (a service's own events, say): it only gives their bytes back.
    pub fn without_position(budget: Budget) -> Arc<Self> {
        Arc::new(Self {
            ledger: Mutex::new(Ledger::new(None, None)),
            budget,
            lost: Notify::new(),
        })
    }

    /// Starts to admit records for which `paid` bytes were taken from the budget. What is left of them when the intake
    /// is dropped goes back.
    pub fn intake(self: &Arc<Self>, paid: usize) -> Intake<'_> {
        Intake {
            tracker: self,
            paid,
        }
    }

    /// Bytes of the records that the cursor has not passed yet.
    pub fn held_bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Records that the cursor has not passed yet.
    pub fn held_records(&self) -> usize {
        self.lock().records.len()
    }

    /// Whether nothing is on its way.
    pub fn is_idle(&self) -> bool {
        self.lock().records.is_empty()
    }

    /// Where the cursor stands, if there is one.
    pub fn position(&self) -> Option<Position> {
        self.lock().cursor.as_ref().map(|cursor| cursor.position())
    }

    /// Whether a record was lost: make a new tracker from [`Tracker::position`] and read on from there.
    pub fn is_lost(&self) -> bool {
        self.lock().lost
    }

    /// Waits until a record is lost.
    pub async fn wait_lost(&self) {
        loop {
            let notified = self.lost.notified();
            if self.is_lost() {
                return;
            }
            notified.await;
        }
    }

    /// Stops this tracker from storing positions: another one has taken over its slot.
    pub fn retire(&self) {
        self.lock().slot = None;
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, first: u64, count: u64) {
        let bytes = self.lock().settle(first, count);
        self.budget.give(bytes);
    }

    fn lose(&self) {
        self.lock().lost = true;
        self.lost.notify_waiters();
    }
}

impl Drop for Tracker {
    fn drop(&mut self) {
        let held = self
            .ledger
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .bytes;
        self.budget.give(held);
    }
}

impl std::fmt::Debug for Tracker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ledger = self.lock();
        f.debug_struct("Tracker")
            .field("records", &ledger.records.len())
            .field("bytes", &ledger.bytes)
            .field("lost", &ledger.lost)
            .finish_non_exhaustive()
    }
}

// === impl Intake ===

impl Intake<'_> {
    /// Admits a record of `bytes` bytes that becomes (part of) an entry.
    pub fn admit(&mut self, mark: u64, bytes: usize) -> Ticket {
        let sequence = self.append(mark, bytes, 1);
        Ticket {
            tracker: Some(Arc::clone(self.tracker)),
            sequence,
            absorbed: None,
        }
    }

    /// Admits a record that needs no delivery of its own.
    pub fn admit_settled(&mut self, mark: u64, bytes: usize) {
        self.append(mark, bytes, 0);
    }

    fn append(&mut self, mark: u64, bytes: usize, open: u32) -> u64 {
        let bytes = bytes.min(self.paid);
        self.paid -= bytes;
        self.tracker.lock().append(Record {
            mark,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            open,
        })
    }
}

impl Drop for Intake<'_> {
    fn drop(&mut self) {
        let passed = self.tracker.lock().advance();
        self.tracker.budget.give(self.paid + passed);
    }
}

// === impl Ticket ===

impl Ticket {
    /// A ticket that nobody waits for.
    pub fn none() -> Self {
        Self::default()
    }

    /// The record's fate is final: delivered, or dropped on purpose and counted.
    pub fn settle(mut self) {
        let mut next = self.absorbed.take();
        if let Some(tracker) = self.tracker.take() {
            tracker.settle(self.sequence, 1);
        }
        while let Some(mut ticket) = next {
            next = ticket.absorbed.take();
            if let Some(tracker) = ticket.tracker.take() {
                tracker.settle(ticket.sequence, 1);
            }
        }
    }

    /// A second ticket for the same record: it is settled when both are.
    pub fn fork(&self) -> Self {
        if let Some(tracker) = &self.tracker {
            tracker.lock().reopen(self.sequence);
        }
        Self {
            tracker: self.tracker.clone(),
            sequence: self.sequence,
            absorbed: self.absorbed.as_ref().map(|t| Box::new(t.fork())),
        }
    }

    /// Takes in the ticket of a record whose line was joined to this one's.
    ///
    /// Of two records of one source the earlier one's ticket is enough: the cursor cannot pass the later one before.
    pub fn absorb(&mut self, mut other: Self) {
        if let Some(more) = other.absorbed.take() {
            self.absorb(*more);
        }
        match (&self.tracker, &other.tracker) {
            (_, None) => {}
            (None, Some(_)) => {
                self.tracker = other.tracker.take();
                self.sequence = other.sequence;
            }
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => {
                if other.sequence < self.sequence {
                    std::mem::swap(&mut self.sequence, &mut other.sequence);
                }
                other.settle();
            }
            _ => match &mut self.absorbed {
                Some(more) => more.absorb(other),
                None => self.absorbed = Some(Box::new(other)),
            },
        }
    }

    /// A number that differs between sources, to keep their lines apart; 0 without a source.
    pub fn source(&self) -> usize {
        self.tracker
            .as_ref()
            .map_or(0, |tracker| Arc::as_ptr(tracker).addr())
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(tracker) = self.tracker.take() {
            tracker.lose();
        }
    }
}

#[cfg(test)]
mod tests;
