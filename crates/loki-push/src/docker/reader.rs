//! One container's task: open, read, close, open again.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use outpost_docker::{Client, DockerError, Frame, Instant as DockerInstant, LogOptions, Logs};
use outpost_http_client::Backoff;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use super::intake::{ContainerIntake, RECORD_COST};
use super::labels::StreamLabels;
use super::source::Shared;
use super::{DockerCursor, Resume};
use crate::{DockerPosition, Position, Tracker};

/// Bytes of records that are taken at a time.
const CHUNK_BYTES: usize = 64 * 1024;
/// Records that are taken at a time.
const CHUNK_RECORDS: usize = 1024;
/// How long a stream is kept open while there is no room for what it brings.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often a source that waits for its own lines to be delivered looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// When a line without an end is taken for whole, if nothing more can belong to it.
const FLUSH_AFTER: Duration = Duration::from_secs(1);
/// How often a stopped container is looked at, in case an event was missed.
const CHECK_STOPPED: Duration = Duration::from_secs(5);

/// What the source wants of a container's task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Read it, with these labels.
    Read(StreamLabels),
    /// It is no target any more: read what it has left if it has stopped, then end.
    Finish(StreamLabels),
}

/// One container being read.
pub(super) struct Reader {
    pub(super) shared: Arc<Shared>,
    pub(super) id: String,
    pub(super) wanted: watch::Receiver<Wanted>,
    /// Something happened to the container.
    pub(super) woken: Arc<Notify>,
}

/// Why a stream is read no longer.
#[derive(Debug)]
enum Ended {
    /// The daemon closed it.
    Closed,
    /// It broke.
    Broken(DockerError),
    /// There is no room for what it brings.
    NoRoom,
    /// A line was lost on the way and must be read again.
    Lost,
    /// It is wanted no more.
    Unwanted,
}

// === impl Reader ===

impl Reader {
    /// Reads until the container is gone or no longer wanted. Cancel it to stop at once.
    pub(super) async fn run(mut self) {
        let mut intake = self.intake();
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));
        loop {
            let details = match self.client().inspect(&self.id).await {
                Ok(details) => details,
                Err(DockerError::NotFound { .. }) => {
                    self.flush(&mut intake);
                    return;
                }
                Err(error) => {
                    self.note(&error);
                    self.pause(backoff.failed(None)).await;
                    continue;
                }
            };
            let ended = self.stream(&mut intake, details.tty, true).await;
            self.shared.note(&self.id, |status| status.reading = false);
            match ended {
                Ended::Closed => {
                    backoff.succeeded();
                    if self.settle_end(&mut intake).await {
                        return;
                    }
                }
                Ended::Broken(DockerError::NotReadable { what, message }) => {
                    self.shared.unreadable(&what, &message);
                    if self.wait_for_start().await {
                        return;
                    }
                }
                Ended::Broken(error) => {
                    self.note(&error);
                    self.pause(backoff.failed(None)).await;
                }
                Ended::NoRoom => {
                    self.shared.metrics.closed_for_room.inc();
                    self.wait_for_room(&intake).await;
                }
                Ended::Lost => intake = self.again(&intake),
                Ended::Unwanted => return,
            }
        }
    }

    /// After the end of a stream: says whether the task is done.
    async fn settle_end(&mut self, intake: &mut ContainerIntake) -> bool {
        match self.client().inspect(&self.id).await {
            // The daemon closed the stream for reasons of its own.
            Ok(details) if details.running => {
                self.pause(Duration::from_millis(200)).await;
                false
            }
            Ok(details) => {
                // A follower does not get the last words if they have no newline; who asks afterwards does.
                match self.stream(intake, details.tty, false).await {
                    Ended::Closed => self.flush(intake),
                    Ended::Lost => {
                        *intake = self.again(intake);
                        return false;
                    }
                    Ended::NoRoom => {
                        self.wait_for_room(intake).await;
                        return false;
                    }
                    Ended::Broken(error) => {
                        self.note(&error);
                        return false;
                    }
                    Ended::Unwanted => return true,
                }
                self.wait_for_start().await
            }
            Err(DockerError::NotFound { .. }) => {
                self.flush(intake);
                true
            }
            Err(error) => {
                self.note(&error);
                self.pause(LOOK_AGAIN).await;
                false
            }
        }
    }

    /// Reads one stream to its end.
    async fn stream(&mut self, intake: &mut ContainerIntake, tty: bool, follow: bool) -> Ended {
        let position = intake.head().docker_position();
        let since = (position.since > 0).then_some(DockerInstant(position.since));
        let options = LogOptions {
            since,
            follow,
            timestamps: true,
            tty,
        };
        let mut logs = match self.client().logs(&self.id, options).await {
            Ok(logs) => logs,
            Err(error) => return Ended::Broken(error),
        };
        self.shared.note(&self.id, |status| {
            status.reading = follow;
            status.last_error = None;
        });
        let mut resume = Resume::new(position);
        let tracker = Arc::clone(intake.tracker());
        loop {
            let labels = match &*self.wanted.borrow_and_update() {
                Wanted::Read(labels) | Wanted::Finish(labels) => labels.clone(),
            };
            let first = tokio::select! {
                biased;
                () = tracker.wait_lost() => return Ended::Lost,
                changed = self.wanted.changed() => {
                    if changed.is_err() || self.is_unwanted_while_running(follow).await {
                        return Ended::Unwanted;
                    }
                    continue;
                }
                () = sleep(FLUSH_AFTER), if intake.wants_flush() => {
                    self.shared.push(intake.flush(&labels));
                    continue;
                }
                frame = logs.next() => frame,
            };
            let mut frames = Vec::new();
            let mut bytes = 0;
            let end = gather(&mut logs, first, &mut frames, &mut bytes).await;
            if tty && follow {
                // Where the stream was cut, a terminal's line is not whole; the end of the log is read once more.
                frames.retain(|frame| frame.payload.ends_with(b"\n"));
            }
            if !frames.is_empty() {
                let cost = bytes + frames.len() * RECORD_COST;
                let Some(paid) = self.pay(&tracker, cost).await else {
                    return Ended::NoRoom;
                };
                let taken = intake.take(frames, &mut resume, &labels, paid);
                self.shared.took(&self.id, &taken);
                self.shared.push(taken.entries);
            }
            match end {
                None => {}
                Some(Ok(())) => return Ended::Closed,
                Some(Err(error)) => return Ended::Broken(error),
            }
        }
    }

    async fn pay(&self, tracker: &Tracker, cost: usize) -> Option<usize> {
        let budget = &self.shared.budget;
        if tracker.held_bytes() > budget.share() {
            return None;
        }
        match budget.try_take(cost) {
            Some(paid) => Some(paid),
            None => timeout(PATIENCE, budget.take(cost)).await.ok(),
        }
    }

    /// Waits until another chunk may be read.
    async fn wait_for_room(&mut self, intake: &ContainerIntake) {
        let share = self.shared.budget.share();
        while intake.tracker().held_bytes() > share / 2 && !intake.tracker().is_lost() {
            sleep(LOOK_AGAIN).await;
        }
        let paid = self.shared.budget.take(CHUNK_BYTES).await;
        self.shared.budget.give(paid);
    }

    /// Waits for a stopped container to start; says whether it is wanted no more.
    async fn wait_for_start(&mut self) -> bool {
        loop {
            if matches!(&*self.wanted.borrow_and_update(), Wanted::Finish(_)) {
                return true;
            }
            tokio::select! {
                () = self.woken.notified() => {}
                () = sleep(CHECK_STOPPED) => {}
                changed = self.wanted.changed() => if changed.is_err() { return true },
            }
            match self.client().inspect(&self.id).await {
                Ok(details) if !details.running => {}
                // Running, or gone, or the daemon is away: the main loop knows what to do.
                _ => return false,
            }
        }
    }

    /// Whether the task is to end though its container goes on.
    async fn is_unwanted_while_running(&self, follow: bool) -> bool {
        if !matches!(&*self.wanted.borrow(), Wanted::Finish(_)) {
            return false;
        }
        // A container that has stopped is no target any more, but its last lines are.
        follow
            && self
                .client()
                .inspect(&self.id)
                .await
                .is_ok_and(|details| details.running)
    }

    async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = self.woken.notified() => {}
            () = sleep(pause) => {}
        }
    }

    fn flush(&self, intake: &mut ContainerIntake) {
        let labels = match &*self.wanted.borrow() {
            Wanted::Read(labels) | Wanted::Finish(labels) => labels.clone(),
        };
        self.shared.push(intake.flush(&labels));
    }

    fn note(&self, error: &DockerError) {
        self.shared.failed(&self.id, error);
    }

    fn client(&self) -> &Client {
        &self.shared.client
    }

    fn intake(&self) -> ContainerIntake {
        let slot = self.shared.slot(&self.id);
        let position = match slot.get() {
            Some(Position::Docker(position)) => position,
            _ => DockerPosition::default(),
        };
        let cursor = DockerCursor::new(position);
        ContainerIntake::new(
            Tracker::new(cursor, slot, self.shared.budget.clone()),
            cursor,
        )
    }

    /// Goes back to the last record whose fate is final.
    fn again(&self, before: &ContainerIntake) -> ContainerIntake {
        before.tracker().retire();
        let position = match before.tracker().position() {
            Some(Position::Docker(position)) => position,
            _ => DockerPosition::default(),
        };
        let cursor = DockerCursor::new(position);
        let slot = self.shared.slot(&self.id);
        ContainerIntake::new(
            Tracker::new(cursor, slot, self.shared.budget.clone()),
            cursor,
        )
    }
}

/// Takes what has come without waiting for more. `Some` is the stream's end.
async fn gather(
    logs: &mut Logs,
    first: Result<Option<Frame>, DockerError>,
    frames: &mut Vec<Frame>,
    bytes: &mut usize,
) -> Option<Result<(), DockerError>> {
    let mut next = Some(first);
    while let Some(frame) = next {
        match frame {
            Ok(Some(frame)) => {
                *bytes += frame.payload.len();
                frames.push(frame);
            }
            Ok(None) => return Some(Ok(())),
            Err(error) => return Some(Err(error)),
        }
        if *bytes >= CHUNK_BYTES || frames.len() >= CHUNK_RECORDS {
            return None;
        }
        next = {
            let mut coming = pin!(logs.next());
            poll_fn(|context| match coming.as_mut().poll(context) {
                Poll::Ready(frame) => Poll::Ready(Some(frame)),
                Poll::Pending => Poll::Ready(None),
            })
            .await
        };
    }
    None
}
