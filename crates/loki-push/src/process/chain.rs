//! Stages in a row.

use tokio::time::Instant;

use super::item::Item;

/// One step of a pipeline.
pub(super) trait Stage: Send {
    /// Changes, drops, holds back or multiplies lines, in their order.
    fn run(&mut self, items: &mut Vec<Item>, now: Instant);

    /// When lines that are held back are due.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// Gives out what is due, or everything with `all`.
    fn flush(&mut self, _now: Instant, _all: bool) -> Vec<Item> {
        Vec::new()
    }
}

/// Stages that run one after the other.
#[derive(Default)]
pub(super) struct Chain {
    stages: Vec<Box<dyn Stage>>,
}

// === impl Chain ===

impl Chain {
    pub(super) fn new(stages: Vec<Box<dyn Stage>>) -> Self {
        Self { stages }
    }

    pub(super) fn run(&mut self, items: &mut Vec<Item>, now: Instant) {
        for stage in &mut self.stages {
            stage.run(items, now);
        }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.stages.iter().filter_map(|stage| stage.due()).min()
    }

    /// What the stages give out, having run through those that follow.
    pub(super) fn flush(&mut self, now: Instant, all: bool) -> Vec<Item> {
        let mut items = Vec::new();
        for stage in &mut self.stages {
            if !items.is_empty() {
                stage.run(&mut items, now);
            }
            // What came through just now stands behind what this stage has held back.
            let mut held = stage.flush(now, all);
            if !held.is_empty() {
                held.append(&mut items);
                items = held;
            }
        }
        items
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain")
            .field("stages", &self.stages.len())
            .finish()
    }
}
