//! A source of numbered lines, to see which of them its checkpoint has passed.

use std::sync::Arc;

use outpost_loki_push::{
    Budget, Checkpoints, Cursor, Entry, FilePosition, Position, Timestamp, Tracker,
};
use outpost_model::Labels;

/// Marks are line numbers from 1.
#[derive(Debug)]
pub(crate) struct Numbered {
    pub(crate) tracker: Arc<Tracker>,
    pub(crate) budget: Budget,
    next: u64,
}

struct Last(u64);

impl Cursor for Last {
    fn pass(&mut self, mark: u64) {
        assert_eq!(mark, self.0 + 1, "each line is passed once, in order");
        self.0 = mark;
    }

    fn position(&self) -> Position {
        Position::File(FilePosition {
            offset: self.0,
            ..FilePosition::default()
        })
    }
}

// === impl Numbered ===

impl Numbered {
    pub(crate) fn new() -> Self {
        let budget = Budget::default();
        let slot = Checkpoints::in_memory().slot("test", "numbered");
        Self {
            tracker: Tracker::new(Last(0), slot, budget.clone()),
            budget,
            next: 1,
        }
    }

    /// Lines `prefix N` for each of `labels`.
    pub(crate) fn lines(&mut self, labels: &[&Arc<Labels>]) -> Vec<Entry> {
        let texts: Vec<_> = (0..labels.len() as u64)
            .map(|i| format!("line {}", self.next + i))
            .collect();
        self.texts(labels, &texts)
    }

    pub(crate) fn texts(&mut self, labels: &[&Arc<Labels>], texts: &[String]) -> Vec<Entry> {
        let bytes = texts.iter().map(String::len).sum();
        let mut intake = self.tracker.intake(self.budget.try_take(bytes).unwrap());
        labels
            .iter()
            .zip(texts)
            .map(|(labels, text)| {
                let mark = self.next;
                self.next += 1;
                let mut entry = Entry::new(Arc::clone(labels), Timestamp::now(), text.clone());
                entry.ticket = intake.admit(mark, text.len());
                entry
            })
            .collect()
    }

    /// The last line that the checkpoint has passed.
    pub(crate) fn passed(&self) -> u64 {
        match self.tracker.position() {
            Some(Position::File(file)) => file.offset,
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn labels(pairs: &[(&str, &str)]) -> Arc<Labels> {
    Arc::new(Labels::from_pairs(pairs.iter().copied()))
}
