//! Opening a log's directory: the lock, what is there already, and where writing goes on.
//!
//! Nothing is replayed: sealed segments tell what they hold in their last sixty bytes, and writing always begins a new
//! segment, so the end of the last one may be torn.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;

use rustix::fs::{FlockOperation, flock};
use tokio::sync::Notify;

use super::{Inner, Log, Retention, Segment};
use crate::chunk::Position;
use crate::table::Table;
use crate::wal::cursor;
use crate::wal::disk::Disk;
use crate::wal::frame::{self, Found, Kind};
use crate::wal::segment::{self, Summary};
use crate::wal::writer::Writer;

/// How a log is opened.
pub(crate) struct Options {
    /// Its directory; made if it is not there.
    pub(crate) directory: PathBuf,
    /// A segment's size.
    pub(crate) segment_bytes: u64,
    /// Memory for what was written lately.
    pub(crate) recent_bytes: usize,
    /// What is kept, and how long.
    pub(crate) retention: Retention,
    /// The files.
    pub(crate) disk: Arc<dyn Disk>,
}

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be made or read.
    #[error("cannot open the write-ahead log in {}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process (or another component) writes there.
    #[error("the write-ahead log in {} is in use by another process", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
}

// === impl Log ===

impl Log {
    /// Opens the log.
    pub(crate) fn open(options: Options) -> Result<Arc<Self>, OpenError> {
        let directory = options.directory;
        let failed = |source| OpenError::Directory {
            path: directory.clone(),
            source,
        };
        std::fs::create_dir_all(&directory).map_err(failed)?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(directory.join("lock"))
            .map_err(failed)?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(OpenError::InUse { path: directory });
        }
        let segments = survey(&directory).map_err(failed)?;
        let cursors = cursor::list(&directory).map_err(failed)?;
        let kept = cursors
            .iter()
            .filter_map(|(_, path)| cursor::read(path).ok().flatten());
        let last = segments
            .iter()
            .map(|segment| segment.number)
            .chain(kept.map(|at| at.segment))
            .max();
        let next_number = last.map_or(1, |number| number + 1);
        let table = Arc::new(Table::new(fastrand::u64(..)));
        let retention = options.retention;
        let limits = (options.segment_bytes, retention.max_age_ms / 8);
        let writer = Writer::new(
            &directory,
            Arc::clone(&options.disk),
            &table,
            limits,
            next_number,
        );
        let forgotten = Position {
            segment: next_number,
            offset: segment::HEAD as u64,
            index: 0,
        };
        Ok(Arc::new(Self {
            table,
            directory,
            disk: options.disk,
            inner: Mutex::new(Inner {
                writer,
                segments,
                recent: VecDeque::new(),
                recent_bytes: 0,
                recent_max: options.recent_bytes,
                forgotten,
                endpoints: std::collections::HashMap::new(),
                retention,
            }),
            appended: Notify::new(),
            _lock: lock,
        }))
    }
}

/// The segments that are there.
fn survey(directory: &Path) -> io::Result<VecDeque<Segment>> {
    let mut segments = VecDeque::new();
    for (number, bytes) in segment::list(directory)? {
        let path = segment::path(directory, number);
        let file = File::open(&path)?;
        let summary = seal_of(&file, bytes);
        let modified = file
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok();
        let modified_ms = modified
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_millis()).ok());
        let written_ms = modified_ms.unwrap_or(0);
        segments.push_back(Segment {
            number,
            bytes,
            summary,
            written_ms,
        });
    }
    Ok(segments)
}

/// What a segment's seal says, if it has one.
pub(crate) fn seal_of(file: &File, bytes: u64) -> Option<Summary> {
    let at = bytes.checked_sub(segment::SEAL as u64)?;
    let mut seal = [0; segment::SEAL];
    file.read_exact_at(&mut seal, at).ok()?;
    match frame::find(&seal) {
        Found::Frame(frame) if frame.kind == Kind::Seal => Summary::decode(frame.payload),
        _ => None,
    }
}
