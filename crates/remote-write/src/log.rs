//! The log as everyone shares it: appends on one side, places and chunks for the endpoints on the other, retention.
//!
//! What was written lately is kept in memory by reference, bounded in bytes: an endpoint that keeps up never reads the
//! disk; one that falls behind reads segments ([`crate::source`]). One lock guards it; nobody holds it over anything
//! slower than a write into the page cache.

mod open;
mod retention;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outpost_model::Batch;
use tokio::sync::Notify;

use crate::chunk::{Chunk, Position};
use crate::points::Counts;
use crate::table::Table;
use crate::wal::disk::Disk;
use crate::wal::segment::{self, Summary};
use crate::wal::writer::{Sealed, Writer, Written};

pub use open::OpenError;
pub(crate) use open::Options;
pub(crate) use retention::{Dropped, Retention, Why};

/// The shared log.
pub(crate) struct Log {
    pub(crate) table: Arc<Table>,
    pub(crate) directory: PathBuf,
    disk: Arc<dyn Disk>,
    inner: Mutex<Inner>,
    /// Wakes senders after an append.
    pub(crate) appended: Notify,
    /// Held for the life of the log, so that no second process writes the same directory.
    _lock: std::fs::File,
}

struct Inner {
    writer: Writer,
    /// Segments that are not written any more, oldest first.
    segments: VecDeque<Segment>,
    /// The newest chunks, oldest first.
    recent: VecDeque<Arc<Chunk>>,
    recent_bytes: usize,
    recent_max: usize,
    /// Where the last chunk ended that is not among the recent ones any more.
    forgotten: Position,
    endpoints: HashMap<String, Progress>,
    retention: Retention,
}

/// A segment that is not written any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) number: u64,
    pub(crate) bytes: u64,
    /// `None`: it was left without a seal, by a kill.
    pub(crate) summary: Option<Summary>,
    /// When it was last written to. Its age counts from here: old samples that a backfill brings are new here.
    pub(crate) written_ms: i64,
}

/// How far an endpoint is.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Everything before has a verdict.
    acked: Position,
    /// Everything before is on its way.
    taken: Position,
    /// Points behind `acked`.
    pending: Counts,
}

/// Where the next points are.
pub(crate) enum Place {
    /// Here they are.
    Recent(Arc<Chunk>),
    /// In a segment; of the one being written, up to this offset.
    Disk { at: Position, limit: u64 },
    /// Nowhere: wait.
    Nowhere,
}

// === impl Log ===

impl Log {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a batch. When the medium is full the oldest segments go first; what that cost is in `dropped`.
    pub(crate) fn append(
        &self,
        batch: &Batch<'_>,
        now_ms: i64,
        dropped: &mut Vec<Dropped>,
    ) -> io::Result<Written> {
        let mut inner = self.lock();
        let mut written = Written::default();
        loop {
            let outcome = inner.writer.append(batch, now_ms, &mut written);
            let sealed = std::mem::take(&mut written.sealed);
            if !sealed.is_empty() {
                inner.segments.extend(sealed.into_iter().map(Segment::from));
                inner.sweep(self, now_ms, dropped);
            }
            match outcome {
                Ok(()) => break,
                Err(error) if is_full(&error) && inner.drop_oldest(self, dropped) => {}
                Err(error) => return Err(error),
            }
        }
        let outdated = written.outdated_markers;
        let bytes = written.bytes;
        let mut kept = Written {
            outdated_markers: outdated,
            bytes,
            ..Written::default()
        };
        for chunk in written.chunks {
            kept.counts += chunk.counts();
            inner.push(Arc::new(chunk));
        }
        for progress in inner.endpoints.values_mut() {
            progress.pending += kept.counts;
        }
        drop(inner);
        self.appended.notify_waiters();
        Ok(kept)
    }

    /// Adds an endpoint that reads from `from` on (`None`: from now on), and tells where it begins.
    pub(crate) fn register(&self, name: &str, from: Option<Position>) -> Position {
        let mut inner = self.lock();
        let end = inner.writer.end();
        let at = from.unwrap_or(end).min(end);
        let pending = inner.pending_from(&self.directory, at);
        let progress = Progress {
            acked: at,
            taken: at,
            pending,
        };
        inner.endpoints.insert(name.to_owned(), progress);
        at
    }

    /// The endpoint takes no part any more: nothing is kept for it.
    pub(crate) fn unregister(&self, name: &str) {
        self.lock().endpoints.remove(name);
    }

    /// Where the points after `at` are. Retention may have moved the place; the one given back holds.
    pub(crate) fn next(&self, name: &str, at: Position) -> (Position, Place) {
        let mut inner = self.lock();
        let floor = inner
            .endpoints
            .get(name)
            .map_or(at, |progress| progress.acked);
        let at = at.max(floor);
        let place = inner.place(at);
        if let Place::Recent(chunk) = &place {
            let end = chunk.end;
            inner.take(name, end);
        }
        (at, place)
    }

    /// Notes that everything before `position` is on its way.
    pub(crate) fn take(&self, name: &str, position: Position) {
        self.lock().take(name, position);
    }

    /// The first place to read at or after the segment `number`, if there is one.
    pub(crate) fn segment_from(&self, number: u64) -> Position {
        let inner = self.lock();
        let sealed = inner
            .segments
            .iter()
            .map(|segment| segment.number)
            .find(|n| *n >= number);
        let end = inner.writer.end();
        Position {
            segment: sealed.unwrap_or(end.segment),
            offset: segment::HEAD as u64,
            index: 0,
        }
        .min(Position {
            offset: u64::MAX,
            ..end
        })
    }

    /// How many points a segment that cannot be read held, from `at` on, as far as is known; `None` if it is not (or
    /// never was) there.
    pub(crate) fn lost_segment(&self, at: Position) -> Option<Counts> {
        let mut inner = self.lock();
        let segment = inner
            .segments
            .iter_mut()
            .find(|segment| segment.number == at.segment)?;
        Some(segment.counts_from(&self.directory, at))
    }

    /// Notes a verdict on everything before `position`, which covers `counts`; the place to keep.
    pub(crate) fn ack(&self, name: &str, position: Position, counts: Counts) -> Position {
        let mut inner = self.lock();
        let Some(progress) = inner.endpoints.get_mut(name) else {
            return position;
        };
        progress.acked = progress.acked.max(position);
        progress.taken = progress.taken.max(position);
        progress.pending = progress.pending - counts;
        let acked = progress.acked;
        inner.trim();
        acked
    }

    /// What is behind the endpoint's place, the bytes from there to the log's end, and the oldest time in them.
    pub(crate) fn pending(&self, name: &str) -> Pending {
        let inner = self.lock();
        let Some(progress) = inner.endpoints.get(name) else {
            return Pending::default();
        };
        let end = inner.writer.end();
        let mut bytes = 0;
        let mut oldest_ms = None;
        for segment in &inner.segments {
            if segment.number >= progress.acked.segment {
                let from = if segment.number == progress.acked.segment {
                    progress.acked.offset
                } else {
                    0
                };
                bytes += segment.bytes.saturating_sub(from);
            }
        }
        let from = if end.segment == progress.acked.segment {
            progress.acked.offset
        } else {
            0
        };
        bytes += end.offset.saturating_sub(from);
        if progress.pending.total() > 0 {
            let at = inner
                .recent
                .partition_point(|chunk| chunk.end <= progress.acked);
            let known = progress.acked >= inner.forgotten;
            let recent = inner
                .recent
                .get(at)
                .filter(|_| known)
                .map(|chunk| chunk.newest_ms());
            let segment = inner
                .segments
                .iter()
                .find(|s| s.number >= progress.acked.segment);
            let stored = segment
                .and_then(|s| s.summary)
                .map(|summary| summary.first_ms);
            oldest_ms = recent.or(stored);
        } else {
            bytes = 0;
        }
        Pending {
            counts: progress.pending,
            bytes,
            oldest_ms,
        }
    }

    /// Bytes of all segments, the number of the current one, and how many there are.
    pub(crate) fn size(&self) -> (u64, u64, usize) {
        let inner = self.lock();
        let bytes: u64 = inner.segments.iter().map(|segment| segment.bytes).sum();
        let current = inner.writer.current_bytes();
        (
            bytes + current,
            inner.writer.end().segment,
            inner.segments.len() + usize::from(current > 0),
        )
    }

    /// Deletes what nobody needs or what is too old or too much.
    pub(crate) fn sweep(&self, now_ms: i64) -> Vec<Dropped> {
        let mut dropped = Vec::new();
        self.lock().sweep(self, now_ms, &mut dropped);
        dropped
    }

    /// Replaces the rules of retention.
    pub(crate) fn set_retention(&self, retention: Retention) {
        self.lock().retention = retention;
    }

    /// Waits until everything written before is on the medium. Blocking.
    pub(crate) fn sync(&self) -> io::Result<()> {
        let files = self.lock().writer.take_unsynced()?;
        for file in &files {
            if let Err(error) = self.disk.sync(file) {
                // What the kernel could not keep it may have forgotten: go on in a new file.
                let mut inner = self.lock();
                let sealed = inner.writer.seal();
                inner.segments.extend(sealed.map(Segment::from));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Ends the current segment with its seal.
    pub(crate) fn seal(&self) {
        let mut inner = self.lock();
        let sealed = inner.writer.seal();
        inner.segments.extend(sealed.map(Segment::from));
    }
}

/// What an endpoint has not had a verdict on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// How many points.
    pub counts: Counts,
    /// Bytes of the log from the endpoint's place on.
    pub bytes: u64,
    /// The time of the oldest of them, Unix milliseconds, where it is known.
    pub oldest_ms: Option<i64>,
}

// === impl Inner ===

impl Inner {
    fn push(&mut self, chunk: Arc<Chunk>) {
        if self.endpoints.is_empty() {
            self.forgotten = chunk.end;
            return;
        }
        self.recent_bytes += chunk.bytes();
        self.recent.push_back(chunk);
        while self.recent_bytes > self.recent_max && self.recent.len() > 1 {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some(chunk) = self.recent.pop_front() {
            self.recent_bytes -= chunk.bytes();
            self.forgotten = self.forgotten.max(chunk.end);
        }
    }

    /// Forgets recent chunks that all endpoints have taken.
    fn trim(&mut self) {
        let Some(slowest) = self.endpoints.values().map(|progress| progress.taken).min() else {
            return;
        };
        while self
            .recent
            .front()
            .is_some_and(|chunk| chunk.end <= slowest)
        {
            self.forget_first();
        }
    }

    fn place(&self, at: Position) -> Place {
        if at >= self.forgotten {
            let next = self.recent.partition_point(|chunk| chunk.end <= at);
            return self
                .recent
                .get(next)
                .map_or(Place::Nowhere, |chunk| Place::Recent(Arc::clone(chunk)));
        }
        let end = self.writer.end();
        let limit = if at.segment == end.segment {
            end.offset
        } else {
            u64::MAX
        };
        Place::Disk { at, limit }
    }

    fn take(&mut self, name: &str, position: Position) {
        if let Some(progress) = self.endpoints.get_mut(name) {
            progress.taken = progress.taken.max(position);
        }
    }

    fn pending_from(&mut self, directory: &Path, at: Position) -> Counts {
        let mut counts = Counts::default();
        let end = self.writer.end();
        for segment in &mut self.segments {
            counts += segment.counts_from(directory, at);
        }
        if at < end && self.writer.current_bytes() > 0 {
            counts += if at.segment == end.segment {
                crate::wal::reader::count(directory, at).unwrap_or_default()
            } else {
                self.writer.current_counts()
            };
        }
        counts
    }
}

// === impl Segment ===

impl Segment {
    /// The points in it that are not before `at`.
    fn counts_from(&mut self, directory: &Path, at: Position) -> Counts {
        if self.number < at.segment {
            return Counts::default();
        }
        let start = Position {
            segment: self.number,
            offset: 0,
            index: 0,
        };
        if self.number == at.segment && at.offset > segment::HEAD as u64 {
            return crate::wal::reader::count(directory, at).unwrap_or_default();
        }
        if let Some(summary) = self.summary {
            return summary.counts;
        }
        // Counted once: it is not written any more.
        let counts = crate::wal::reader::count(directory, start).unwrap_or_default();
        self.summary = Some(Summary {
            counts,
            first_ms: self.written_ms,
            last_ms: self.written_ms,
        });
        counts
    }
}

impl From<Sealed> for Segment {
    fn from(sealed: Sealed) -> Self {
        Self {
            number: sealed.number,
            bytes: sealed.bytes,
            summary: Some(sealed.summary),
            written_ms: sealed.written_ms,
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
