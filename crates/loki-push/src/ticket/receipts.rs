//! Many tickets in little room: neighbours of one source become one range.

use std::sync::Arc;

use super::{Ticket, Tracker};

/// The tickets of what one request carries.
#[derive(Debug, Default)]
#[must_use = "dropping receipts tells the sources that the records were lost"]
pub struct Receipts {
    spans: Vec<Span>,
}

#[derive(Debug)]
struct Span {
    tracker: Arc<Tracker>,
    first: u64,
    count: u64,
}

// === impl Receipts ===

impl Receipts {
    /// Adds a ticket.
    pub fn push(&mut self, mut ticket: Ticket) {
        if let Some(more) = ticket.absorbed.take() {
            self.push(*more);
        }
        let Some(tracker) = ticket.tracker.take() else {
            return;
        };
        let first = ticket.sequence;
        if let Some(last) = self.spans.last_mut()
            && last.first + last.count == first
            && Arc::ptr_eq(&last.tracker, &tracker)
        {
            last.count += 1;
            return;
        }
        self.spans.push(Span {
            tracker,
            first,
            count: 1,
        });
    }

    /// Adds all of `other`.
    pub fn append(&mut self, mut other: Self) {
        self.spans.append(&mut other.spans);
    }

    /// The fate of all of them is final.
    pub fn settle(mut self) {
        for span in self.spans.drain(..) {
            span.tracker.settle(span.first, span.count);
        }
    }
}

impl Drop for Receipts {
    fn drop(&mut self) {
        for span in self.spans.drain(..) {
            span.tracker.lose();
        }
    }
}
