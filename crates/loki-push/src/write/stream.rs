//! One stream of one tenant: the batch being filled, the batches that wait, and whether it may send.

use std::collections::VecDeque;
use std::sync::Arc;

use outpost_http_client::Backoff;
use tokio::time::Instant;

use crate::{Receipts, StreamBody, Ticket};

/// What makes two entries one stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct StreamKey {
    pub(super) tenant: Arc<str>,
    pub(super) labels: Arc<str>,
}

/// Entries of one stream that go in one request.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) body: StreamBody,
    pub(super) receipts: Receipts,
    pub(super) opened: Instant,
}

/// Whether a stream may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing is complete.
    Idle,
    /// It stands in the list of streams that want to send.
    Ready,
    /// A request is on its way.
    InFlight,
    /// It waits until a moment after a failure.
    Parked(Instant),
}

/// A stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) key: StreamKey,
    /// How many labels it has.
    pub(super) label_count: usize,
    pub(super) open: Option<Batch>,
    pub(super) complete: VecDeque<Batch>,
    pub(super) turn: Turn,
    /// Failures in a row of the batch in front.
    pub(super) failures: u32,
    pub(super) backoff: Backoff,
    pub(super) used: Instant,
}

// === impl Batch ===

impl Batch {
    pub(super) fn new(labels: Arc<str>, now: Instant) -> Self {
        Self {
            body: StreamBody::new(labels),
            receipts: Receipts::default(),
            opened: now,
        }
    }

    pub(super) fn add(&mut self, entry: &crate::Entry, ticket: Ticket) {
        self.body
            .push(entry.timestamp, &entry.line, &entry.metadata);
        self.receipts.push(ticket);
    }

    /// Two batches of half the entries each; both must be settled for the sources to go on.
    pub(super) fn split(self) -> Result<(Self, Self), Self> {
        let Some((first, second)) = self.body.split() else {
            return Err(self);
        };
        // The receipts stay with the half that is sent last: they are settled when both are through.
        let front = Self {
            body: first,
            receipts: Receipts::default(),
            opened: self.opened,
        };
        let back = Self {
            body: second,
            receipts: self.receipts,
            opened: self.opened,
        };
        Ok((front, back))
    }
}

// === impl Stream ===

impl Stream {
    pub(super) fn new(key: StreamKey, label_count: usize, backoff: Backoff, now: Instant) -> Self {
        Self {
            key,
            label_count,
            open: None,
            complete: VecDeque::new(),
            turn: Turn::Idle,
            failures: 0,
            backoff,
            used: now,
        }
    }

    /// Whether nothing of it is left to send.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_none() && self.complete.is_empty() && self.turn == Turn::Idle
    }
}
