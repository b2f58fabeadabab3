//! The records between the cursor and the source's reading head.

use std::collections::VecDeque;

use super::Cursor;
use crate::CheckpointSlot;

/// A record on its way.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) mark: u64,
    pub(super) bytes: u32,
    /// Tickets not yet settled.
    pub(super) open: u32,
}

/// Records in order of admission; the first one's number is `base`.
pub(super) struct Ledger {
    base: u64,
    pub(super) records: VecDeque<Record>,
    pub(super) bytes: usize,
    pub(super) lost: bool,
    /// None where nothing can be read again.
    pub(super) cursor: Option<Box<dyn Cursor>>,
    /// None once retired, and without a cursor.
    pub(super) slot: Option<CheckpointSlot>,
}

// === impl Ledger ===

impl Ledger {
    pub(super) fn new(cursor: Option<Box<dyn Cursor>>, slot: Option<CheckpointSlot>) -> Self {
        Self {
            base: 0,
            records: VecDeque::new(),
            bytes: 0,
            lost: false,
            cursor,
            slot,
        }
    }

    /// Takes a record; returns its number.
    pub(super) fn append(&mut self, record: Record) -> u64 {
        self.bytes += record.bytes as usize;
        self.records.push_back(record);
        self.base + self.records.len() as u64 - 1
    }

    /// One more ticket for a record.
    pub(super) fn reopen(&mut self, sequence: u64) {
        if let Some(record) = self.record(sequence) {
            record.open += 1;
        }
    }

    /// Settles one ticket of each of `count` records from `first` on; returns the bytes of those passed.
    pub(super) fn settle(&mut self, first: u64, count: u64) -> usize {
        for sequence in first..first.saturating_add(count) {
            if let Some(record) = self.record(sequence) {
                record.open = record.open.saturating_sub(1);
            }
        }
        if first == self.base {
            self.advance()
        } else {
            0
        }
    }

    /// Moves the cursor over what is settled; returns the bytes of it.
    pub(super) fn advance(&mut self) -> usize {
        let before = self.base;
        let mut passed = 0;
        while self.records.front().is_some_and(|record| record.open == 0)
            && let Some(record) = self.records.pop_front()
        {
            if let Some(cursor) = &mut self.cursor {
                cursor.pass(record.mark);
            }
            self.base += 1;
            passed += record.bytes as usize;
        }
        self.bytes -= passed;
        if self.base != before
            && let Some(slot) = &self.slot
            && let Some(cursor) = &self.cursor
        {
            slot.set(cursor.position());
        }
        passed
    }

    fn record(&mut self, sequence: u64) -> Option<&mut Record> {
        let index = usize::try_from(sequence.checked_sub(self.base)?).ok()?;
        self.records.get_mut(index)
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger")
            .field("base", &self.base)
            .field("records", &self.records.len())
            .finish_non_exhaustive()
    }
}
