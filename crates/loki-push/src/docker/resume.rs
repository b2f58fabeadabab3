//! Tells the records that the daemon repeats after a resume from the new ones.
//!
//! Asked for what is `since` a moment, some daemons send every record of that time or later, others everything in the
//! file from the first such record on. Both begin with the same record, and both keep the file's order;
//! so counting on each side of `since` finds the first new record with either.

use crate::DockerPosition;

/// The skipping after one resume.
#[derive(Clone, Copy, Debug)]
pub struct Resume {
    left: DockerPosition,
    state: State,
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Dealt with before.
    Again,
    /// New.
    New,
    /// New, and records before it are gone: the daemon has thrown them away before they were read.
    NewAfterGap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing has come yet.
    Start,
    Counting,
    /// The record to begin with is gone; what is not newer than the newest known is taken as known.
    Lost,
    Done,
}

// === impl Resume ===

impl Resume {
    /// A resume from `position`.
    pub fn new(position: DockerPosition) -> Self {
        let state = if position.at_or_after == 0 {
            State::Done
        } else {
            State::Start
        };
        Self {
            left: position,
            state,
        }
    }

    /// Judges the next record by its time.
    pub fn see(&mut self, time: i64) -> Seen {
        if self.state == State::Start {
            self.state = if time == self.left.first {
                State::Counting
            } else {
                State::Lost
            };
        }
        if self.state == State::Counting && self.is_counted(time) {
            return Seen::Again;
        }
        if self.state == State::Lost && time <= self.left.newest {
            return Seen::Again;
        }
        let gap = self.state == State::Lost;
        self.state = State::Done;
        if gap { Seen::NewAfterGap } else { Seen::New }
    }

    fn is_counted(&mut self, time: i64) -> bool {
        let side = if time >= self.left.since {
            &mut self.left.at_or_after
        } else {
            &mut self.left.before
        };
        if *side > 0 {
            *side -= 1;
            return true;
        }
        // On the older side only what both kinds of daemon repeat is counted; more of it is new once the rest is through.
        false
    }
}
