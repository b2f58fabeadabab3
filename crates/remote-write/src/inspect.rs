//! Looking into a log's directory, whether a process writes it or not: every frame is checked, nothing is changed.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::chunk::{Body, Chunk, Position};
use crate::points::Counts;
use crate::table::Table;
use crate::wal::reader::{Next, Reader};
use crate::wal::{cursor, segment};

/// What is in a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// The segments, oldest first.
    pub segments: Vec<SegmentReport>,
    /// The endpoints' places, by name; `None` for a cursor that cannot be read.
    pub cursors: Vec<(String, Option<Position>)>,
}

/// What is in a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentReport {
    /// Its number.
    pub number: u64,
    /// The file's size.
    pub bytes: u64,
    /// Its head is as it should be; if not, nothing of it can be read.
    pub readable: bool,
    /// Points that can be read.
    pub points: Counts,
    /// Different series among them.
    pub series: u64,
    /// The oldest and the newest time of a point, Unix milliseconds.
    pub span_ms: Option<(i64, i64)>,
    /// Damaged frames, and frames that need what was in them.
    pub damaged_frames: u64,
    /// Points in those, as far as their heads tell.
    pub damaged_points: Counts,
}

/// Reads a log's directory. Blocking; memory for one segment's definitions.
pub fn inspect(directory: &Path) -> io::Result<Inspection> {
    let mut segments = Vec::new();
    for (number, bytes) in segment::list(directory)? {
        segments.push(SegmentReport {
            number,
            bytes,
            ..report(directory, number)?
        });
    }
    let mut cursors = Vec::new();
    for (name, path) in cursor::list(directory)? {
        cursors.push((name, cursor::read(&path)?));
    }
    Ok(Inspection { segments, cursors })
}

fn report(directory: &Path, number: u64) -> io::Result<SegmentReport> {
    let table = Arc::new(Table::new(fastrand::u64(..)));
    let start = Position {
        segment: number,
        offset: 0,
        index: 0,
    };
    let mut report = SegmentReport::default();
    let Some(mut reader) = Reader::open(&table, directory, start)? else {
        return Ok(report);
    };
    report.readable = true;
    let mut series = HashSet::new();
    let mut layouts = HashSet::new();
    while let Next::Chunk(chunk) = reader.next(u64::MAX)? {
        report.points += chunk.counts();
        let (oldest, newest) = span(&chunk);
        let (first, last) = report.span_ms.unwrap_or((oldest, newest));
        report.span_ms = Some((first.min(oldest), last.max(newest)));
        match &chunk.body {
            // A layout is looked at once.
            Body::Column(column) if layouts.insert(Arc::as_ptr(&column.layout)) => {
                series.extend(column.layout.ids().iter().copied());
            }
            Body::Column(_) => {}
            Body::Stamped { pinned, .. }
            | Body::Histograms { pinned, .. }
            | Body::Exemplars { pinned, .. } => series.extend(pinned.ids().iter().copied()),
        }
    }
    report.series = series.len() as u64;
    let damage = reader.take_damage();
    (report.damaged_frames, report.damaged_points) = (damage.frames, damage.points);
    Ok(report)
}

/// The oldest and the newest time in a chunk.
fn span(chunk: &Chunk) -> (i64, i64) {
    let newest = chunk.newest_ms();
    let oldest = match &chunk.body {
        Body::Stamped { samples, .. } => samples.iter().map(|(time, _)| *time).min(),
        Body::Histograms { histograms, .. } => histograms.iter().map(|(time, ..)| *time).min(),
        Body::Exemplars { exemplars, .. } => exemplars.iter().map(|e| e.timestamp_ms).min(),
        Body::Column(_) => None,
    };
    (oldest.unwrap_or(newest), newest)
}
