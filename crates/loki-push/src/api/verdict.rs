//! Waits for the fate of the lines of one push.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::{Budget, Checkpoints, Cursor, FilePosition, Position, Tracker};

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
