//! The write-ahead log: self-contained segments of checked frames (`docs/wal-format.md`).
//!
//! Any segment can be decoded alone, so deletion is unlink and start-up reads no old data. A batch is one `write(2)`:
//! what [`writer::Writer`] acknowledged survives a kill of the process; `fdatasync` follows every few seconds.
//! Nothing here knows endpoints or networks; readers bring the positions that they keep.

pub(crate) mod column;
pub(crate) mod cursor;
pub(crate) mod decoder;
pub(crate) mod definitions;
pub(crate) mod disk;
pub(crate) mod frame;
pub(crate) mod rare;
pub(crate) mod reader;
pub(crate) mod segment;
pub(crate) mod writer;

#[cfg(test)]
mod tests;
