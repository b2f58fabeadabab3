//! Reads the logs of containers from the Docker daemon, each record once.
//!
//! One task per container: it opens the container's log stream where its checkpoint says, skips the records that the
//! daemon repeats, joins records to lines, and pushes lines. Under back-pressure the stream is *closed* and opened again
//! later: the daemon keeps the rotated files readable for a fresh request, while a stream that is held open and not read
//! loses what was rotated twice.
//!
//! Invariants: records are admitted to the tracker in the order of the daemon's file; the position counts records, not
//! lines. It is not: discovery, which hands in the targets.

mod cursor;
mod intake;
mod labels;
mod lines;
mod reader;
mod resume;
mod source;
mod tty;

pub use cursor::DockerCursor;
pub use lines::{Line, LineJoiner, MAX_LINE_BYTES, Record};
pub use resume::{Resume, Seen};
pub use source::{ContainerStatus, DockerMetrics, DockerSource, DockerSourceConfig};

#[cfg(test)]
mod tests;
