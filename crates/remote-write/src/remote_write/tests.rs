//! What happens when the disk does not do what it should.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use outpost_model::LayoutId;

use super::*;
use crate::chunk::Position;
use crate::wal::disk::{Disk, RealDisk};
use crate::wal::reader::{Next, Reader};
use crate::{Config, EndpointConfig};

/// A disk with so many bytes, that can be made to fail.
struct SmallDisk {
    room: AtomicU64,
    sync_fails: AtomicBool,
    read_only: AtomicBool,
}

impl SmallDisk {
    fn with(room: u64) -> Arc<Self> {
        Arc::new(Self {
            room: AtomicU64::new(room),
            sync_fails: AtomicBool::new(false),
            read_only: AtomicBool::new(false),
        })
    }
}

impl Disk for SmallDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        if self.read_only.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        RealDisk.create(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        if self.read_only.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        let room = usize::try_from(self.room.load(Ordering::Relaxed)).unwrap();
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        // What fits is written, as a real disk does.
        let written = RealDisk.write(file, &bytes[..bytes.len().min(room)])?;
        self.room.fetch_sub(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        let freed = file.metadata()?.len() - length;
        self.room.fetch_add(freed, Ordering::Relaxed);
        RealDisk.truncate(file, length)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        if self.sync_fails.load(Ordering::Relaxed) {
            return Err(io::Error::other("the cable came off"));
        }
        RealDisk.sync(file)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.room
            .fetch_add(std::fs::metadata(path)?.len(), Ordering::Relaxed);
        RealDisk.remove(path)
    }
}

fn build(directory: &Path, disk: &Arc<SmallDisk>) -> Arc<RemoteWrite> {
    let mut config = Config::default();
    config.endpoints.push(EndpointConfig {
        url: "http://127.0.0.1:9/".into(),
        ..EndpointConfig::default()
    });
    config.wal.segment_bytes = 2000;
    let disk: Arc<dyn Disk> = Arc::<SmallDisk>::clone(disk);
    RemoteWrite::builder(directory)
        .config(config)
        .disk(disk)
        .build()
        .unwrap()
        .0
}

struct Target(Vec<SeriesId>, LayoutId);

fn target(handle: &RemoteWrite, count: usize) -> Target {
    let resolve = |i: usize| {
        let labels = Labels::from_pairs([("__name__", "m"), ("i", &i.to_string())]);
        match handle.resolve(&labels, None) {
            Resolution::Series(id) => id,
            Resolution::Dropped => panic!("nothing drops it"),
        }
    };
    Target((0..count).map(resolve).collect(), LayoutId::fresh())
}

fn append(handle: &RemoteWrite, target: &Target, timestamp_ms: i64) -> Result<(), AppendError> {
    let values: Vec<_> = (0..target.0.len())
        .map(|i| (timestamp_ms as f64 + i as f64) / 3.0)
        .collect();
    handle.append(&Batch {
        series: &target.0,
        values: &values,
        ..Batch::empty(handle.generation(), target.1, timestamp_ms)
    })
}

/// Every sample appended is pending or dropped and counted, and what is pending can be read.
fn assert_books_balance(handle: &RemoteWrite) -> EndpointBalance {
    let status = handle.status();
    let endpoint = &status.endpoints[0];
    let dropped = endpoint
        .dropped
        .values()
        .fold(Counts::default(), |sum, counts| sum + *counts);
    assert_eq!(status.appended, endpoint.pending + dropped);
    let log = &handle.log;
    let mut read = 0;
    for (segment, _) in crate::wal::segment::list(&log.directory).unwrap() {
        let at = Position {
            segment,
            offset: 0,
            index: 0,
        };
        let mut reader = Reader::open(&log.table, &log.directory, at)
            .unwrap()
            .unwrap();
        while let Next::Chunk(chunk) = reader.next(u64::MAX).unwrap() {
            read += chunk.len() as u64;
        }
    }
    assert_eq!(
        read, endpoint.pending.samples,
        "what is pending is on disk, whole"
    );
    EndpointBalance {
        pending: endpoint.pending.samples,
        dropped: dropped.samples,
    }
}

struct EndpointBalance {
    pending: u64,
    dropped: u64,
}

#[test]
fn a_full_disk_costs_the_oldest_samples_and_every_one_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let disk = SmallDisk::with(20_000);
    let handle = build(directory.path(), &disk);
    let target = target(&handle, 20);
    for i in 0..500 {
        append(&handle, &target, i).unwrap();
    }
    let balance = assert_books_balance(&handle);
    assert!(balance.dropped > 0 && balance.pending > 0);
    assert_eq!(balance.dropped + balance.pending, 500 * 20);
}

#[test]
fn a_disk_without_any_room_loses_what_comes_until_there_is_room_again() {
    let directory = tempfile::tempdir().unwrap();
    let disk = SmallDisk::with(0);
    let handle = build(directory.path(), &disk);
    let target = target(&handle, 20);
    for i in 0..3 {
        let error = append(&handle, &target, i).unwrap_err();
        assert!(
            error.to_string().contains("cannot write the log in"),
            "{error}"
        );
    }
    assert_eq!(handle.status().unstored.samples, 60);
    assert!(handle.status().problem().is_some());
    disk.room.store(100_000, Ordering::Relaxed);
    append(&handle, &target, 3).unwrap();
    assert_eq!(handle.status().problem(), None);
    assert_eq!(assert_books_balance(&handle).pending, 20);
}

#[test]
fn a_disk_that_turns_read_only_and_back_costs_only_what_came_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let disk = SmallDisk::with(1 << 20);
    let handle = build(directory.path(), &disk);
    let target = target(&handle, 20);
    for i in 0..10 {
        disk.read_only.store((3..6).contains(&i), Ordering::Relaxed);
        let outcome = append(&handle, &target, i);
        assert_eq!(outcome.is_err(), (3..6).contains(&i));
    }
    assert_eq!(handle.status().unstored.samples, 3 * 20);
    assert_eq!(assert_books_balance(&handle).pending, 7 * 20);
}

#[test]
fn after_a_failed_sync_writing_goes_on_in_a_new_segment() {
    let directory = tempfile::tempdir().unwrap();
    let disk = SmallDisk::with(1 << 20);
    let handle = build(directory.path(), &disk);
    let target = target(&handle, 5);
    append(&handle, &target, 1).unwrap();
    disk.sync_fails.store(true, Ordering::Relaxed);
    let before = handle.log.size().1;
    assert!(handle.log.sync().unwrap_err().to_string().contains("cable"));
    disk.sync_fails.store(false, Ordering::Relaxed);
    append(&handle, &target, 2).unwrap();
    assert!(handle.log.size().1 > before);
    handle.log.sync().unwrap();
    assert_eq!(assert_books_balance(&handle).pending, 10);
}
