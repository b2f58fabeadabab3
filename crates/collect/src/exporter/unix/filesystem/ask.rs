//! `statfs` with a deadline for each mount.
//!
//! The call can hang for ever (a file server that is gone) and nothing can take it back. So a thread of its own makes the
//! calls; when one does not come back in time the thread is left to it, the mount is marked, and another thread goes on
//! with the rest. A marked mount is not asked again before its thread has come back, so that there is at most one thread
//! for each mount that hangs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use rustix::fs::{StatFs, statfs};

/// What a mount said, or why it did not.
pub(super) type Answer = Result<StatFs, String>;

/// What `device_error` says of a mount that does not answer.
const TIMEOUT: &str = "mountpoint timeout";
/// Threads that may hang at a time; beyond this nothing more is asked than was answered.
const MOST_HANGING: usize = 16;

/// Asks mounts for their sizes.
pub(super) struct Asker {
    timeout: Duration,
    call: Call,
    hanging: HashMap<PathBuf, Receiver<Answer>>,
}

type Call = Arc<dyn Fn(&Path) -> Answer + Send + Sync>;

// === impl Asker ===

impl Asker {
    pub(super) fn new(timeout: Duration) -> Self {
        Self::calling(timeout, Arc::new(|path| statfs(path).map_err(message)))
    }

    fn calling(timeout: Duration, call: Call) -> Self {
        Self {
            timeout,
            call,
            hanging: HashMap::new(),
        }
    }

    /// One answer for each of `paths`, in order.
    pub(super) fn ask(&mut self, paths: &[PathBuf]) -> Vec<Answer> {
        self.hanging
            .retain(|_, answers| matches!(answers.try_recv(), Err(TryRecvError::Empty)));
        let mut answers: Vec<Option<Answer>> = paths
            .iter()
            .map(|path| self.hanging.contains_key(path).then(timed_out))
            .collect();
        while let Some(first) = answers.iter().position(Option::is_none) {
            if self.hanging.len() >= MOST_HANGING {
                break;
            }
            self.ask_from(first, paths, &mut answers);
        }
        answers
            .into_iter()
            .map(|answer| answer.unwrap_or_else(timed_out))
            .collect()
    }

    /// Asks the unanswered paths from `first` on, until one hangs.
    fn ask_from(&mut self, first: usize, paths: &[PathBuf], answers: &mut [Option<Answer>]) {
        let open: Vec<(usize, PathBuf)> = paths
            .iter()
            .enumerate()
            .skip(first)
            .filter(|(index, _)| answers.get(*index).is_some_and(Option::is_none))
            .map(|(index, path)| (index, path.clone()))
            .collect();
        // Room for one: a thread that comes back late leaves its answer as the sign that it did, and ends.
        let (sender, receiver) = sync_channel(1);
        let given_up = Arc::new(AtomicBool::new(false));
        let (call, asked, ended) = (Arc::clone(&self.call), open.clone(), Arc::clone(&given_up));
        let thread = thread::Builder::new()
            .name("statfs".to_owned())
            .spawn(move || {
                for (_, path) in asked {
                    if sender.send(call(&path)).is_err() || ended.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        if let Err(error) = thread {
            for (index, _) in open {
                if let Some(slot) = answers.get_mut(index) {
                    *slot = Some(Err(format!("no thread: {error}")));
                }
            }
            return;
        }
        for (index, path) in open {
            let answer = match receiver.recv_timeout(self.timeout) {
                Ok(answer) => answer,
                Err(RecvTimeoutError::Disconnected) => Err("no answer".to_owned()),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(slot) = answers.get_mut(index) {
                        *slot = Some(timed_out());
                    }
                    given_up.store(true, Ordering::Relaxed);
                    tracing::warn!(mount = %path.display(), "mount does not answer, left out until it does");
                    self.hanging.insert(path, receiver);
                    return;
                }
            };
            if let Some(slot) = answers.get_mut(index) {
                *slot = Some(answer);
            }
        }
    }
}

fn timed_out() -> Answer {
    Err(TIMEOUT.to_owned())
}

/// The error in the words that node_exporter's label has.
fn message(error: rustix::io::Errno) -> String {
    let text = std::io::Error::from(error).to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    words.to_lowercase()
}

#[cfg(test)]
mod tests;
