//! Where each source resumes after a restart.
//!
//! One file for all sources, rewritten as a whole: it is a few kilobytes, and a rename makes each rewrite atomic. A
//! change reaches the file within [`SAVE_GAP`] (so that a kill repeats next to nothing) and the disk within
//! [`SYNC_GAP`] (for the power cut). The last synced file stays beside it as the previous generation.
//!
//! Invariants: a file that fails its checksum is never believed, and never stops the start: the previous generation
//! serves, or nothing. It is not: a log; old positions are gone.

mod alloy;
mod file;
mod position;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

pub use alloy::{AlloyPosition, read_alloy_positions};
pub use file::CheckpointError;
pub use position::{DockerPosition, FilePosition, Position};

/// The least time between two writes of the file.
pub const SAVE_GAP: Duration = Duration::from_millis(50);
/// The least time between two writes that wait for the disk.
pub const SYNC_GAP: Duration = Duration::from_secs(1);

type Positions = BTreeMap<String, BTreeMap<String, Position>>;

/// All positions, shared by the sources; clones share them.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    inner: Arc<Inner>,
}

/// One source's place among the checkpoints.
#[derive(Clone, Debug)]
pub struct CheckpointSlot {
    checkpoints: Checkpoints,
    component: Arc<str>,
    key: Arc<str>,
}

#[derive(Debug)]
struct Inner {
    positions: Mutex<State>,
    /// None: memory only.
    path: Option<PathBuf>,
    changed: Notify,
    /// Held while the file is written: a later state must not be overtaken by an earlier one.
    saving: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    positions: Positions,
    unsaved: bool,
    unsynced: bool,
    /// Nobody saves any more: each change saves itself.
    write_through: bool,
}

// === impl Checkpoints ===

impl Checkpoints {
    /// Checkpoints that are kept in `directory`, which is made if need be.
    ///
    /// A damaged file is reported in the log and passed over.
    pub fn open(directory: &Path) -> Result<Self, CheckpointError> {
        let path = directory.join(file::NAME);
        let positions = file::load(&path)?;
        Ok(Self::with(Some(path), positions))
    }

    /// Checkpoints that nobody keeps: for tests, and for pipelines that start anew each time.
    pub fn in_memory() -> Self {
        Self::with(None, Positions::new())
    }

    fn with(path: Option<PathBuf>, positions: Positions) -> Self {
        Self {
            inner: Arc::new(Inner {
                positions: Mutex::new(State {
                    positions,
                    ..State::default()
                }),
                path,
                changed: Notify::new(),
                saving: Mutex::new(()),
            }),
        }
    }

    /// The slot of the source `key` of a component.
    pub fn slot(&self, component: &str, key: &str) -> CheckpointSlot {
        CheckpointSlot {
            checkpoints: self.clone(),
            component: component.into(),
            key: key.into(),
        }
    }

    /// A stored position.
    pub fn get(&self, component: &str, key: &str) -> Option<Position> {
        self.lock().positions.get(component)?.get(key).cloned()
    }

    /// Whether a component has stored anything yet.
    pub fn knows(&self, component: &str) -> bool {
        self.lock().positions.contains_key(component)
    }

    /// All positions of a component, in order of their keys.
    pub fn of_component(&self, component: &str) -> Vec<(String, Position)> {
        self.lock()
            .positions
            .get(component)
            .map(|keys| keys.iter().map(|(k, p)| (k.clone(), p.clone())).collect())
            .unwrap_or_default()
    }

    /// Writes changes to the file until `shutdown` is done, and once more then.
    ///
    /// Changes after that (a source ends before what it feeds is drained) are written one by one as they come.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        self.lock().write_through = false;
        let mut synced_at = None;
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                () = self.inner.changed.notified() => {}
            }
            let sync = synced_at.is_none_or(|at: Instant| at.elapsed() >= SYNC_GAP);
            if sync {
                synced_at = Some(Instant::now());
            }
            self.save_in_background(sync).await;
            tokio::select! {
                () = &mut shutdown => break,
                () = sleep(SAVE_GAP) => {}
            }
            if self.needs_sync() {
                // Nothing may change any more: the disk still has to learn of the last change.
                self.inner.changed.notify_one();
            }
        }
        self.lock().write_through = true;
        self.save_in_background(true).await;
    }

    /// Writes the file now if something changed; with `sync`, waits for the disk.
    pub fn save(&self, sync: bool) -> Result<(), CheckpointError> {
        let Some(path) = &self.inner.path else {
            return Ok(());
        };
        let _alone = self
            .inner
            .saving
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let positions = {
            let mut state = self.lock();
            if !(state.unsaved || (sync && state.unsynced)) {
                return Ok(());
            }
            state.unsaved = false;
            state.unsynced = !sync;
            state.positions.clone()
        };
        file::store(path, &positions, sync).inspect_err(|_| {
            let mut state = self.lock();
            (state.unsaved, state.unsynced) = (true, true);
        })
    }

    async fn save_in_background(&self, sync: bool) {
        let this = self.clone();
        // An error means that the runtime is going down.
        if let Ok(saved) = tokio::task::spawn_blocking(move || this.save(sync)).await {
            report(saved);
        }
    }

    fn needs_sync(&self) -> bool {
        let state = self.lock();
        self.inner.path.is_some() && (state.unsaved || state.unsynced)
    }

    fn change(&self, change: impl FnOnce(&mut Positions)) {
        let write_through = {
            let mut state = self.lock();
            change(&mut state.positions);
            (state.unsaved, state.unsynced) = (true, true);
            state.write_through
        };
        if write_through {
            report(self.save(false));
        } else {
            self.inner.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner
            .positions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn report(saved: Result<(), CheckpointError>) {
    if let Err(error) = saved {
        tracing::error!(%error, "checkpoints could not be saved; lines since the last save would be sent again");
    }
}

// === impl CheckpointSlot ===

impl CheckpointSlot {
    /// The stored position.
    pub fn get(&self) -> Option<Position> {
        self.checkpoints.get(&self.component, &self.key)
    }

    /// Stores a position.
    pub fn set(&self, position: Position) {
        self.checkpoints.change(|positions| {
            if let Some(place) = positions
                .get_mut(&*self.component)
                .and_then(|keys| keys.get_mut(&*self.key))
            {
                *place = position;
            } else {
                positions
                    .entry(self.component.to_string())
                    .or_default()
                    .insert(self.key.to_string(), position);
            }
        });
    }

    /// Forgets the position: the source is gone.
    pub fn remove(&self) {
        self.checkpoints.change(|positions| {
            if let Some(keys) = positions.get_mut(&*self.component) {
                keys.remove(&*self.key);
            }
        });
    }
}

#[cfg(test)]
mod tests;
