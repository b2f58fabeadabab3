//! The position of each kind of source.

use serde::{Deserialize, Serialize};

/// Where a source resumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Position {
    /// A container's log.
    Docker(DockerPosition),
    /// A file.
    File(FilePosition),
    /// systemd's journal.
    Journal {
        /// The journal's own cursor of the last settled entry.
        cursor: String,
    },
}

/// Where a container's log resumes: how many records the daemon will repeat when asked for those since a moment.
///
/// Times of two records may be out of order by microseconds (two goroutines stamp standard output and error before
/// they take their lock), and some daemons leave out what is older than `since` while others only seek to it. So
/// `since` lies a little before the newest record, and the repeated ones are counted by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DockerPosition {
    /// What to ask for, in Unix nanoseconds.
    pub since: i64,
    /// The time of the settled record that comes first then. It was the newest when it was written.
    pub first: i64,
    /// Settled records from that one on whose time is `since` or later.
    pub at_or_after: u64,
    /// Settled records after that one whose time is before `since`.
    pub before: u64,
    /// The newest time of a settled record, in Unix nanoseconds.
    pub newest: i64,
}

/// Where a file resumes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePosition {
    /// The file's path when it was last seen.
    pub path: String,
    /// The device that holds it.
    pub device: u64,
    /// Its inode there.
    pub inode: u64,
    /// The first byte that is not settled.
    pub offset: u64,
    /// How many bytes of its start `head_hash` covers: inodes are used again, contents tell files apart.
    pub head_length: u64,
    /// A hash of these bytes.
    pub head_hash: u64,
}
