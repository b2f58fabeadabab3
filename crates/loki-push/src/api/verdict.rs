//! The fate of lines that have no position to resume from: pushes and messages.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::oneshot;

use crate::{Budget, Checkpoints, Cursor, Entry, FilePosition, Position, Tracker};

/// Tells when the last line is dealt with.
struct Last {
    mark: u64,
    done: Option<oneshot::Sender<()>>,
}

/// The lines of one push on their way.
pub(crate) struct Verdict {
    pub(crate) tracker: Arc<Tracker>,
    done: oneshot::Receiver<()>,
}

/// What one source has on its way: a quarter of the budget at most, or one batch.
pub(crate) struct UnderWay {
    budget: Budget,
    trackers: Mutex<Vec<Weak<Tracker>>>,
}

// === impl UnderWay ===

impl UnderWay {
    pub(crate) fn new(budget: Budget) -> Self {
        Self {
            budget,
            trackers: Mutex::default(),
        }
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Takes the bytes of a tracker's lines if there is room; says how many.
    pub(crate) fn admit(&self, tracker: &Arc<Tracker>, cost: usize) -> Option<usize> {
        let mut trackers = self.trackers.lock().unwrap_or_else(PoisonError::into_inner);
        trackers.retain(|tracker| tracker.strong_count() > 0);
        let held: usize = trackers
            .iter()
            .filter_map(Weak::upgrade)
            .map(|tracker| tracker.held_bytes())
            .sum();
        if held > 0 && held + cost > self.budget.share() {
            return None;
        }
        let paid = self.budget.try_take(cost)?;
        trackers.push(Arc::downgrade(tracker));
        Some(paid)
    }
}

// === impl Verdict ===

impl Verdict {
    /// For `lines` lines, which are admitted with the marks 1 to `lines`.
    pub(crate) fn of(lines: u64, budget: &Budget) -> Self {
        let (sender, done) = oneshot::channel();
        let last = Last {
            mark: lines,
            done: Some(sender),
        };
        let tracker = Tracker::new(
            last,
            Checkpoints::in_memory().slot("push", "push"),
            budget.clone(),
        );
        // A push has no position to resume from.
        tracker.retire();
        Self { tracker, done }
    }

    /// Gives each entry its ticket. `paid` bytes were taken from the budget, `line_cost` for each besides its line.
    pub(crate) fn admit(&self, paid: usize, entries: &mut [Entry], line_cost: usize) {
        let mut intake = self.tracker.intake(paid);
        for (mark, entry) in (1..).zip(entries) {
            entry.ticket = intake.admit(mark, entry.line.len() + line_cost);
        }
    }

    /// Waits for the last line's fate; false if one was lost.
    pub(crate) async fn wait(&mut self) -> bool {
        tokio::select! {
            done = &mut self.done => done.is_ok(),
            () = self.tracker.wait_lost() => false,
        }
    }
}

impl Cursor for Last {
    fn pass(&mut self, mark: u64) {
        if mark >= self.mark
            && let Some(done) = self.done.take()
        {
            // Nobody may be waiting any more.
            let _ = done.send(());
        }
    }

    fn position(&self) -> Position {
        Position::File(FilePosition::default())
    }
}
