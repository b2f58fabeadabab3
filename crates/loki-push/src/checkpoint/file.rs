//! The checkpoint file: a head line with version and checksum, then JSON.
//!
//! ```text
//! outpost-checkpoints 1 crc32c=1a2b3c4d
//! {"loki.source.docker.default":{"4f3c…":{"kind":"docker",…}}}
//! ```

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::Positions;

pub(super) const NAME: &str = "log-checkpoints";
const HEAD: &str = "outpost-checkpoints 1 crc32c=";
/// Far above what a thousand sources need; a larger file is none of ours.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Why the checkpoints cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The directory or the file in it cannot be used.
    #[error("cannot {action} {path}; check that the storage path is writable and has room", path = path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
}

/// Reads the newest generation that is sound. Only a directory that cannot be made is an error.
pub(super) fn load(path: &Path) -> Result<Positions, CheckpointError> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(io("create", directory))?;
    }
    for generation in [path.to_path_buf(), previous(path)] {
        match read(&generation) {
            Ok(positions) => return Ok(positions),
            Err(Unreadable::Missing) => {}
            Err(Unreadable::Bad(why)) => {
                tracing::warn!(path = %generation.display(), why, "a checkpoint file is damaged and is passed over; lines may be sent again");
            }
        }
    }
    Ok(Positions::new())
}

/// Replaces the file. With `sync` it is on the disk afterwards, and the one before is the previous generation.
pub(super) fn store(path: &Path, positions: &Positions, sync: bool) -> Result<(), CheckpointError> {
    let temporary = path.with_extension("new");
    let body = encode(positions);
    let mut file = File::create(&temporary).map_err(io("create", &temporary))?;
    file.write_all(&body).map_err(io("write", &temporary))?;
    if sync {
        file.sync_data().map_err(io("sync", &temporary))?;
    }
    drop(file);
    if !sync {
        return fs::rename(&temporary, path).map_err(io("replace", path));
    }
    // The synced content becomes both generations: a later unsynced one may be lost, this one not.
    let earlier = previous(path);
    let copy = path.with_extension("new-previous");
    let _ = fs::remove_file(&copy);
    if fs::hard_link(&temporary, &copy).is_ok() {
        fs::rename(&copy, &earlier).map_err(io("replace", &earlier))?;
    } else {
        match fs::rename(path, &earlier) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(io("replace", &earlier)(e)),
            _ => {}
        }
    }
    fs::rename(&temporary, path).map_err(io("replace", path))?;
    if let Some(directory) = path.parent() {
        File::open(directory)
            .and_then(|d| d.sync_all())
            .map_err(io("sync", directory))?;
    }
    Ok(())
}

enum Unreadable {
    Missing,
    Bad(String),
}

fn read(path: &Path) -> Result<Positions, Unreadable> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Err(Unreadable::Missing),
        Err(e) => return Err(Unreadable::Bad(e.to_string())),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|e| Unreadable::Bad(e.to_string()))?;
    decode(&bytes).map_err(|why| Unreadable::Bad(why.to_owned()))
}

fn encode(positions: &Positions) -> Vec<u8> {
    // String keys and plain fields: JSON can hold them all.
    let json = serde_json::to_vec(positions).unwrap_or_default();
    let mut body = format!("{HEAD}{:08x}\n", crc32c::crc32c(&json)).into_bytes();
    body.extend_from_slice(&json);
    body
}

fn decode(bytes: &[u8]) -> Result<Positions, &'static str> {
    let rest = bytes
        .strip_prefix(HEAD.as_bytes())
        .ok_or("no head line of version 1")?;
    let (sum, json) = rest.split_at_checked(8).ok_or("cut short")?;
    let json = json
        .strip_prefix(b"\n")
        .ok_or("no line end after the head")?;
    let sum = std::str::from_utf8(sum)
        .ok()
        .and_then(|s| u32::from_str_radix(s, 16).ok())
        .ok_or("no checksum")?;
    if crc32c::crc32c(json) != sum {
        return Err("the checksum does not fit the content");
    }
    serde_json::from_slice(json).map_err(|_| "no positions in it")
}

fn previous(path: &Path) -> PathBuf {
    path.with_extension("previous")
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> CheckpointError {
    let path = path.to_path_buf();
    move |source| CheckpointError::Io {
        action,
        path,
        source,
    }
}
