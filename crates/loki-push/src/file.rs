//! Tails files: each line once, through rotation by rename, by copy and truncation, and through restarts.
//!
//! A file is known by device, inode and the hash of its first bytes, never by its name alone. When another file takes a
//! path over, the old one is read on until it has been quiet for [`QUIET`]: programs write to it until they are told to
//! reopen their log. Each such generation has a position of its own, so a restart finds and finishes it.
//!
//! It is not: a way to read what is not made of lines.

mod claims;
mod cursor;
mod decode;
mod generation;
mod glob;
mod reader;
mod source;
mod split;
mod status;

pub use decode::{Encoding, UnknownEncoding};
pub use generation::Compression;
pub use glob::{FileMatch, Glob};
pub use reader::QUIET;
pub use source::{FileMetrics, FileSource, FileSourceConfig, OnPositionError, WatchPeriod};
pub use split::LineSplitter;
pub use status::FileStatus;

#[cfg(test)]
mod tests;
