//! Copies of the agent's own log lines, on their way to log receivers (`logging { write_to = … }`).
//!
//! The log must never wait: a line that finds the queue full is dropped and counted. Closed (as long as `write_to` is
//! empty) it takes nothing.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::Notify;

/// Bytes of lines that may wait.
const LIMIT: usize = 1 << 20;

/// A line and when it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeeLine {
    /// When.
    pub time: SystemTime,
    /// The line without its end.
    pub text: String,
}

/// A queue of lines, bounded in bytes.
#[derive(Debug, Default)]
pub struct LogTee {
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct State {
    open: bool,
    lines: VecDeque<TeeLine>,
    bytes: usize,
    dropped: u64,
}

// === impl LogTee ===

impl LogTee {
    /// Takes lines from now on, or no more; closing drops what waits.
    pub fn set_open(&self, open: bool) {
        let mut state = self.state();
        state.open = open;
        if !open {
            state.lines.clear();
            state.bytes = 0;
        }
    }

    /// Queues a line if there is room.
    pub fn send(&self, line: &str) {
        let mut state = self.state();
        if !state.open {
            return;
        }
        if state.bytes + line.len() > LIMIT {
            state.dropped += 1;
            return;
        }
        state.bytes += line.len();
        state.lines.push_back(TeeLine {
            time: SystemTime::now(),
            text: line.to_owned(),
        });
        drop(state);
        self.arrived.notify_one();
    }

    /// The oldest line; waits for one.
    pub async fn next(&self) -> TeeLine {
        loop {
            let arrived = self.arrived.notified();
            if let Some(line) = self.pop() {
                return line;
            }
            arrived.await;
        }
    }

    /// How many lines found no room.
    pub fn dropped(&self) -> u64 {
        self.state().dropped
    }

    fn pop(&self) -> Option<TeeLine> {
        let mut state = self.state();
        let line = state.lines.pop_front()?;
        state.bytes -= line.text.len();
        Some(line)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_come_out_in_order_and_those_without_room_are_counted() {
        let tee = LogTee::default();
        tee.send("before it was opened");
        tee.set_open(true);
        tee.send("one");
        tee.send("two");
        tee.send(&"x".repeat(LIMIT));
        assert_eq!(tee.next().await.text, "one");
        assert_eq!(tee.next().await.text, "two");
        assert_eq!(tee.dropped(), 1);
    }
}
