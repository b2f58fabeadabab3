//! One target's task: the file at its path, and those that were there before.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use outpost_model::Labels;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::claims::Claim;
use super::cursor::FileCursor;
use super::generation::{self, Generation, Look};
use super::source::{Shared, Start};
use super::split::LineSplitter;
use crate::{CheckpointSlot, Entry, FilePosition, Position, Timestamp, Tracker};

/// How long a file that is no longer at its path must be quiet before it is closed.
pub const QUIET: Duration = Duration::from_secs(30);
/// A half line of a file that went away is sent when nothing more came for this long.
const HALF_LINE: Duration = Duration::from_millis(500);
/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;
/// What a line costs besides its bytes while it is on its way.
const LINE_COST: usize = 64;

/// One target being read.
pub(super) struct FileReader {
    pub(super) shared: Arc<Shared>,
    /// Its place among the checkpoints; of several targets of one path each has its own.
    pub(super) key: String,
    pub(super) path: PathBuf,
    pub(super) labels: watch::Receiver<Arc<Labels>>,
    pub(super) start: Start,
}

/// An open file with what is on its way of it.
struct Active {
    file: Generation,
    _claim: Claim,
    splitter: LineSplitter,
    tracker: Arc<Tracker>,
    slot: CheckpointSlot,
    quiet_since: Instant,
    /// No longer at its path.
    leaving: bool,
}

// === impl FileReader ===

impl FileReader {
    /// Reads until it is cancelled.
    pub(super) async fn run(mut self) {
        if self.shared.compression.is_some() {
            sleep(self.shared.initial_delay).await;
        }
        let mut all = self.resume().await;
        let mut pause = self.shared.period.min;
        loop {
            let mut progress = false;
            for active in &mut all {
                progress |= self.read_to_end(active).await;
            }
            progress |= self.follow(&mut all).await;
            close_quiet(&mut all);
            self.tell(&all);
            pause = if progress {
                self.shared.period.min
            } else {
                (pause * 2).min(self.shared.period.max)
            };
            tokio::select! {
                () = sleep(pause) => {}
                changed = self.labels.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Opens what was being read when the agent stopped: the file at the path last.
    async fn resume(&mut self) -> Vec<Active> {
        let known = self.shared.positions(&self.key);
        let mut all = Vec::new();
        let current = self.open().await;
        let identity = current.as_ref().map(|(file, _)| file.identity());
        let is_current =
            |position: &FilePosition| identity == Some((position.device, position.inode));
        for position in known.iter().filter(|position| !is_current(position)) {
            let directory = self
                .path
                .parent()
                .map(ToOwned::to_owned)
                .unwrap_or_default();
            let wanted = position.clone();
            let found = blocking(move || generation::find(&directory, &wanted))
                .await
                .flatten();
            match found {
                Some(file) => {
                    // Another target may be reading it under its new name.
                    if let Some(claim) = self.claim(&file) {
                        let mut active = self.activate((file, claim), position.offset).await;
                        active.leaving = true;
                        all.push(active);
                    }
                }
                None => self
                    .shared
                    .slot(&self.key, position.device, position.inode)
                    .remove(),
            }
        }
        let Some((file, claim)) = current else {
            return all;
        };
        let offset = match known.iter().find(|position| is_current(position)) {
            Some(position) if file.is_of(position) => position.offset,
            // Emptied or exchanged while nobody watched.
            Some(_) => 0,
            None if !known.is_empty() => 0,
            None => match self.shared.take_over(&file) {
                Some(offset) => offset,
                None => match self.start {
                    Start::Beginning => 0,
                    Start::End => file.last_line_end(),
                    Start::Offset(offset) => offset.min(file.size()),
                },
            },
        };
        all.push(self.activate((file, claim), offset).await);
        all
    }

    /// The file at the path, unless another target is reading it under the name that it had.
    async fn open(&self) -> Option<(Generation, Claim)> {
        let (path, compression) = (self.path.clone(), self.shared.compression);
        match blocking(move || Generation::open(&path, compression)).await? {
            Ok(file) => {
                let claim = self.claim(&file)?;
                Some((file, claim))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                failed(&self.path, &error);
                None
            }
        }
    }

    fn claim(&self, file: &Generation) -> Option<Claim> {
        self.shared.claims.claim(file.identity(), &self.path)
    }

    async fn activate(&self, file: (Generation, Claim), offset: u64) -> Active {
        let (mut file, claim) = file;
        let mark = if offset == 0 && self.shared.compression.is_none() {
            self.shared.encoding.of_file(&file.head)
        } else {
            (self.shared.encoding.of_file(&file.head).0, 0)
        };
        let (encoding, skipped) = mark;
        let offset = offset + skipped as u64;
        let file = blocking(move || {
            let sought = file.seek(offset);
            (file, sought)
        })
        .await;
        let (file, sought) = match file {
            Some((file, sought)) => (file, sought),
            // The runtime is going down.
            None => std::future::pending().await,
        };
        if let Err(error) = sought {
            failed(&self.path, &error);
        }
        let slot = self.shared.slot(&self.key, file.device, file.inode);
        let position = file.position(offset);
        // From now on this file is known, even if it is moved away while the agent is down.
        slot.set(Position::File(position.clone()));
        self.shared.save();
        let cursor = FileCursor::new(position, file.head.clone());
        Active {
            splitter: LineSplitter::new(encoding, offset, self.shared.longest_line),
            tracker: Tracker::new(cursor, slot.clone(), self.shared.budget.clone()),
            slot,
            file,
            _claim: claim,
            quiet_since: Instant::now(),
            leaving: false,
        }
    }

    /// Reads what there is; says whether there was anything.
    async fn read_to_end(&self, active: &mut Active) -> bool {
        let mut progress = false;
        loop {
            if active.tracker.is_lost() {
                self.again(active).await;
            }
            self.wait_for_room(active).await;
            // Files come from the page cache as a rule; a hop to another thread for each chunk would cost more.
            let chunk = match active.file.read(CHUNK) {
                Ok(chunk) => chunk,
                Err(error) => {
                    failed(&self.path, &error);
                    return progress;
                }
            };
            if chunk.is_empty() {
                let whole = self.shared.compression.is_some();
                if active.splitter.is_open()
                    && (whole || (active.leaving && active.quiet_since.elapsed() >= HALF_LINE))
                {
                    let line = active.splitter.flush();
                    self.push(active, line.into_iter().collect()).await;
                }
                return progress;
            }
            progress = true;
            active.quiet_since = Instant::now();
            active.splitter.push(&chunk);
            let mut lines = Vec::new();
            while let Some(line) = active.splitter.next_line() {
                lines.push(line);
            }
            self.push(active, lines).await;
        }
    }

    /// Follows what happens to the path; says whether something did.
    async fn follow(&mut self, all: &mut Vec<Active>) -> bool {
        let Some(active) = all.last_mut().filter(|active| !active.leaving) else {
            // Nothing is at the path, as far as we know.
            let Some(file) = self.open().await else {
                return false;
            };
            let offset = self.shared.take_over(&file.0).unwrap_or_default();
            let active = self.activate(file, offset).await;
            all.push(active);
            return true;
        };
        self.shared.sizes(&self.path, active.file.size());
        match active.file.look() {
            Look::Same => false,
            Look::Missing => {
                active.leaving = true;
                active.quiet_since = Instant::now();
                false
            }
            Look::Truncated => {
                active.tracker.retire();
                if let Some(file) = self.open().await {
                    *active = self.activate(file, 0).await;
                }
                true
            }
            Look::Replaced => {
                let Some(file) = self.open().await else {
                    return false;
                };
                if active.file.is_continued_by(&file.0) {
                    let offset = active.file.offset;
                    active.tracker.retire();
                    active.slot.remove();
                    *active = self.activate(file, offset).await;
                    return true;
                }
                self.read_to_end(active).await;
                active.leaving = true;
                let half = active.splitter.flush();
                self.push(active, half.into_iter().collect()).await;
                let next = self.activate(file, 0).await;
                all.push(next);
                true
            }
        }
    }

    /// Tells how far the file at the path is read.
    fn tell(&self, all: &[Active]) {
        let current = all.last().filter(|active| !active.leaving);
        self.shared.note(&self.key, |status| {
            status.reading = current.is_some();
            if let Some(active) = current {
                status.offset = active.file.offset;
            }
        });
    }

    /// Goes back to the last line whose fate is final.
    async fn again(&self, active: &mut Active) {
        active.tracker.retire();
        let Some(Position::File(position)) = active.tracker.position() else {
            return;
        };
        let leaving = active.leaving;
        let path = active.file.path.clone();
        let (device, inode) = (active.file.device, active.file.inode);
        let compression = self.shared.compression;
        let again = blocking(move || {
            Generation::open(&path, compression)
                .ok()
                .filter(|file| file.device == device && file.inode == inode)
                .or_else(|| generation::find(path.parent()?, &position))
                .map(|file| (file, position.offset))
        });
        if let Some((file, offset)) = again.await.flatten()
            && let Some(claim) = self.claim(&file)
        {
            *active = self.activate((file, claim), offset).await;
            active.leaving = leaving;
        }
    }

    async fn wait_for_room(&self, active: &Active) {
        while active.tracker.held_bytes() > self.shared.budget.share() && !active.tracker.is_lost()
        {
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn push(&self, active: &Active, lines: Vec<(Bytes, u64)>) {
        if lines.is_empty() {
            return;
        }
        let cost = lines.iter().map(|(line, _)| line.len() + LINE_COST).sum();
        let paid = self.shared.budget.take(cost).await;
        let labels = Arc::clone(&self.labels.borrow());
        let now = Timestamp::now();
        let mut entries = Vec::with_capacity(lines.len());
        {
            let mut intake = active.tracker.intake(paid);
            for (line, end) in lines {
                let ticket = intake.admit(end, line.len() + LINE_COST);
                let mut entry = Entry::new(Arc::clone(&labels), now, line);
                entry.ticket = ticket;
                entries.push(entry);
            }
        }
        self.shared
            .read(&self.path, entries.len(), active.file.offset);
        self.shared.next.push(entries);
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

/// Closes files that left their path and have nothing more to say.
fn close_quiet(all: &mut Vec<Active>) {
    all.retain(|active| {
        let done = active.leaving
            && active.quiet_since.elapsed() >= QUIET
            && active.tracker.is_idle()
            && !active.splitter.is_open();
        if done {
            active.tracker.retire();
            // The position of a file that still exists stays: it may become a target under its new name.
            if active.file.is_deleted() {
                active.slot.remove();
            }
        }
        !done
    });
}

fn failed(path: &std::path::Path, error: &std::io::Error) {
    tracing::warn!(path = %path.display(), %error, "a log file cannot be read");
}
