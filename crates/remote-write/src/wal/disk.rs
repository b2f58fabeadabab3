//! The few calls that change files, behind a trait, so that tests can let them fail.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// What the log does to its directory.
pub(crate) trait Disk: Send + Sync {
    /// Makes a new file; it must not be there.
    fn create(&self, path: &Path) -> io::Result<File>;
    /// Writes some of `bytes` where the file ends.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize>;
    /// Cuts the file to `length`.
    fn truncate(&self, file: &File, length: u64) -> io::Result<()>;
    /// Waits until the data is on the medium.
    fn sync(&self, file: &File) -> io::Result<()>;
    /// Takes a file away.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The real one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RealDisk;

// === impl RealDisk ===

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        // Append: after a cut the next write goes to the new end.
        OpenOptions::new().append(true).create_new(true).open(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        file.write(bytes)
    }

    fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }
}
