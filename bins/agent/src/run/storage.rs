//! The directory where components keep their data: made if it is missing, writable, and ours alone.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{anyhow, bail};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// The file whose lock says that an agent uses the directory.
const LOCK: &str = "outpost.lock";

/// Holds the directory until it is dropped.
#[derive(Debug)]
pub(crate) struct Storage {
    _lock: File,
}

/// Takes the directory that the flag `chosen_by` names.
pub(crate) fn open(path: &Path, chosen_by: &str) -> anyhow::Result<Storage> {
    let shown = path.display();
    let why = |error: std::io::Error| {
        anyhow!("cannot use {shown} as storage: {error}; choose another with {chosen_by}")
    };
    fs::create_dir_all(path).map_err(why)?;
    let lock = File::create(path.join(LOCK)).map_err(why)?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Storage { _lock: lock }),
        Err(Errno::WOULDBLOCK) => {
            bail!("another outpost uses {shown}; give each its own directory with {chosen_by}")
        }
        Err(error) => Err(why(error.into())),
    }
}
