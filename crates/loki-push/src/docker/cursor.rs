//! Where a container's log stands, in a few numbers: see [`DockerPosition`].

use crate::{Cursor, DockerPosition, Position};

/// How far `since` stays behind the newest record, in nanoseconds. Times of records that were written together may be
/// out of order, by microseconds as a rule and by more on a busy host; some daemons hide what is older than `since`.
const SLACK: i64 = 2_000_000_000;

/// A record that set a new maximum, and how many came since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cut {
    since: i64,
    first: i64,
    at_or_after: u64,
    before: u64,
}

/// Counts records into a [`DockerPosition`]. Marks are times of records in Unix nanoseconds.
///
/// Two cuts: resuming from the older one, which is at least `SLACK` old as soon as the log is. When the newer one gets
/// that old, it takes the older one's place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DockerCursor {
    older: Cut,
    newer: Cut,
    newest: i64,
}

// === impl DockerCursor ===

impl DockerCursor {
    /// A cursor that goes on from `position`; the default position is the log's start.
    pub fn new(position: DockerPosition) -> Self {
        let cut = Cut {
            since: position.since,
            first: position.first,
            at_or_after: position.at_or_after,
            before: position.before,
        };
        Self {
            older: cut,
            newer: cut,
            newest: position.newest,
        }
    }

    /// A record with this time comes next in the file.
    pub fn count(&mut self, time: i64) {
        if self.older.at_or_after == 0 {
            // The first record of all, or since an imported position: the next may be older than this one.
            let floor = self.older.since;
            self.older = Cut {
                since: time.saturating_sub(SLACK).max(floor),
                ..Cut::at(time)
            };
            self.newer = self.older;
            self.newest = time;
            return;
        }
        self.older.count(time);
        self.newer.count(time);
        if time > self.newest {
            self.newest = time;
            if time >= self.newer.since.saturating_add(SLACK) {
                self.older = self.newer;
                self.newer = Cut::at(time);
            }
        }
    }

    /// The position to resume from.
    pub fn docker_position(&self) -> DockerPosition {
        DockerPosition {
            since: self.older.since,
            first: self.older.first,
            at_or_after: self.older.at_or_after,
            before: self.older.before,
            newest: self.newest,
        }
    }
}

impl Cursor for DockerCursor {
    fn pass(&mut self, mark: u64) {
        self.count(mark.cast_signed());
    }

    fn position(&self) -> Position {
        Position::Docker(self.docker_position())
    }
}

// === impl Cut ===

impl Cut {
    fn at(since: i64) -> Self {
        Self {
            since,
            first: since,
            at_or_after: 1,
            before: 0,
        }
    }

    fn count(&mut self, time: i64) {
        if time >= self.since {
            self.at_or_after += 1;
        } else {
            self.before += 1;
        }
    }
}
