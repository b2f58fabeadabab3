//! From records of one container to entries: skips, admits, joins. Synchronous.

use std::sync::Arc;

use bytes::Bytes;
use outpost_docker::{Frame, LogStream, split_timestamp};

use super::labels::StreamLabels;
use super::tty::without_inner_times;
use super::{DockerCursor, Line, LineJoiner, Record, Resume, Seen};
use crate::{Entry, Metadata, Timestamp, Tracker};

/// What a record costs besides its bytes while it is on its way.
pub(super) const RECORD_COST: usize = 64;

/// Lanes of entries: what keeps the two streams apart downstream.
const STDOUT: u8 = 1;
const STDERR: u8 = 2;

/// One container's records on their way to entries.
#[derive(Debug)]
pub(super) struct ContainerIntake {
    tracker: Arc<Tracker>,
    /// The position of the last admitted record.
    head: DockerCursor,
    stdout: LineJoiner,
    stderr: LineJoiner,
}

/// What a batch of records came to.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) entries: Vec<Entry>,
    /// Records without a time, which no daemon writes.
    pub(super) garbled: u64,
    /// Whether records had been thrown away before they were read.
    pub(super) gap: bool,
}

// === impl ContainerIntake ===

impl ContainerIntake {
    pub(super) fn new(tracker: Arc<Tracker>, head: DockerCursor) -> Self {
        Self {
            tracker,
            head,
            stdout: LineJoiner::default(),
            stderr: LineJoiner::default(),
        }
    }

    pub(super) fn tracker(&self) -> &Arc<Tracker> {
        &self.tracker
    }

    pub(super) fn head(&self) -> &DockerCursor {
        &self.head
    }

    /// Takes records for which `paid` bytes were taken from the budget.
    pub(super) fn take(
        &mut self,
        frames: Vec<Frame>,
        resume: &mut Resume,
        labels: &StreamLabels,
        paid: usize,
    ) -> Taken {
        let mut taken = Taken::default();
        let mut lines = Vec::new();
        let tracker = Arc::clone(&self.tracker);
        let mut intake = tracker.intake(paid);
        for frame in frames {
            let Some((time, rest)) = split_timestamp(&frame.payload) else {
                taken.garbled += 1;
                continue;
            };
            let time = time.0;
            match resume.see(time) {
                Seen::Again => continue,
                Seen::NewAfterGap => taken.gap = true,
                Seen::New => {}
            }
            let stamp = frame.payload.len() - rest.len();
            let mut payload = frame.payload;
            let stamp: Bytes = payload.split_to(stamp);
            let payload = without_inner_times(payload, &stamp);
            let mark = time.cast_unsigned();
            let cost = payload.len() + RECORD_COST;
            self.head.count(time);
            let (joiner, lane) = match frame.stream {
                LogStream::Stderr => (&mut self.stderr, STDERR),
                _ => (&mut self.stdout, STDOUT),
            };
            let record = Record {
                time,
                payload,
                ticket: intake.admit(mark, cost),
            };
            joiner.push(record, &mut lines);
            let entries = lines.drain(..).filter_map(|line| entry(line, lane, labels));
            taken.entries.extend(entries);
        }
        drop(intake);
        taken
    }

    /// Lines that have no end and will not get one.
    pub(super) fn flush(&mut self, labels: &StreamLabels) -> Vec<Entry> {
        let stdout = self
            .stdout
            .flush()
            .and_then(|line| entry(line, STDOUT, labels));
        let stderr = self
            .stderr
            .flush()
            .and_then(|line| entry(line, STDERR, labels));
        stdout.into_iter().chain(stderr).collect()
    }

    /// Whether [`ContainerIntake::flush`] is due if nothing comes for a moment.
    pub(super) fn wants_flush(&self) -> bool {
        self.stdout.is_complete_without_newline() || self.stderr.is_complete_without_newline()
    }
}

/// None for a line that turned out to be empty: it is skipped, as in Alloy.
fn entry(joined: Line, lane: u8, labels: &StreamLabels) -> Option<Entry> {
    if joined.text.is_empty() {
        joined.ticket.settle();
        return None;
    }
    let labels = if lane == STDERR {
        &labels.stderr
    } else {
        &labels.stdout
    };
    Some(Entry {
        labels: Arc::clone(labels),
        timestamp: Timestamp::from_unix_nanos(joined.time),
        line: joined.text,
        metadata: Metadata::new(),
        lane,
        ticket: joined.ticket,
    })
}
