//! What is deleted when: whole segments, oldest first, and exactly counted per endpoint that still wanted them.

use super::{Inner, Log};
use crate::chunk::Position;
use crate::points::Counts;
use crate::wal::segment;

/// How long and how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    /// Segments that everyone has had are kept this long after they were written.
    pub(crate) min_age_ms: i64,
    /// Segments written longer ago go, wanted or not.
    pub(crate) max_age_ms: i64,
    /// Beyond this the oldest segments go, wanted or not.
    pub(crate) max_bytes: u64,
}

/// Why an endpoint lost samples to retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    TooOld,
    TooMuch,
}

/// What an endpoint lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "what was dropped has to be counted"]
pub(crate) struct Dropped {
    pub(crate) endpoint: String,
    pub(crate) counts: Counts,
    pub(crate) why: Why,
}

// === impl Inner ===

impl Inner {
    /// Deletes what the rules say.
    pub(super) fn sweep(&mut self, log: &Log, now_ms: i64, dropped: &mut Vec<Dropped>) {
        let rules = self.retention;
        while let Some(first) = self.segments.front().copied() {
            let age = now_ms.saturating_sub(first.written_ms);
            let total = self
                .segments
                .iter()
                .map(|segment| segment.bytes)
                .sum::<u64>()
                + self.writer.current_bytes();
            let why = if total > rules.max_bytes {
                Why::TooMuch
            } else if age > rules.max_age_ms
                || (age > rules.min_age_ms && self.is_done(first.number, first.bytes))
            {
                Why::TooOld
            } else {
                return;
            };
            if !self.drop_first(log, why, dropped) {
                return;
            }
        }
    }

    /// Deletes the oldest segment to make room; false if there is none.
    pub(super) fn drop_oldest(&mut self, log: &Log, dropped: &mut Vec<Dropped>) -> bool {
        self.drop_first(log, Why::TooMuch, dropped)
    }

    /// Whether every endpoint has had all of the segment.
    fn is_done(&self, number: u64, bytes: u64) -> bool {
        let end = bytes.saturating_sub(segment::SEAL as u64);
        self.endpoints
            .values()
            .all(|progress| (progress.acked.segment, progress.acked.offset) >= (number, end))
    }

    fn drop_first(&mut self, log: &Log, why: Why, dropped: &mut Vec<Dropped>) -> bool {
        let Some(mut first) = self.segments.pop_front() else {
            return false;
        };
        let after = Position {
            segment: first.number + 1,
            offset: segment::HEAD as u64,
            index: 0,
        };
        for (name, progress) in &mut self.endpoints {
            if progress.acked >= after {
                continue;
            }
            // What is on its way gets its own verdict.
            let counts = first.counts_from(&log.directory, progress.taken);
            progress.pending = progress.pending - counts;
            progress.acked = after;
            progress.taken = progress.taken.max(after);
            if counts.total() > 0 {
                dropped.push(Dropped {
                    endpoint: name.clone(),
                    counts,
                    why,
                });
            }
        }
        let path = segment::path(&log.directory, first.number);
        match log.disk.remove(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(path = %path.display(), %error, "cannot delete a segment of the log");
                false
            }
            _ => true,
        }
    }
}
