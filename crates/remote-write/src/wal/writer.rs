//! The one writer of a log: batches in, frames at the end of the current segment, chunks out.
//!
//! A batch is encoded into one buffer and goes to the file in one call. If that fails, the file is cut back to where it
//! was and the segment is left: a new one starts with the next batch, so that no state has to be taken back.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use outpost_model::{Batch, LayoutId, SeriesId, stale_marker};

use super::column;
use super::definitions::{Definitions, put_layout};
use super::disk::Disk;
use super::frame::{self, Kind};
use super::rare;
use super::segment::{self, Head, Summary};
use crate::chunk::{Body, Chunk, Column, Pinned, Position};
use crate::points::Counts;
use crate::table::Table;
use crate::varint::{put_i64, put_u64};

/// Columns that refer to one base, at most. More make the differences larger, and what a damaged base costs.
const COLUMNS_PER_BASE: u32 = 32;
/// A segment is at least this many times as large as what it had to define.
const DEFINITIONS_SHARE: u64 = 4;
/// Segments grow beyond their size for the sake of [`DEFINITIONS_SHARE`] up to this many times.
const MAX_GROWTH: u64 = 8;
/// Layouts not used for this long are forgotten; used again, they cost a definition.
const LAYOUT_IDLE_MS: i64 = 15 * 60 * 1000;

/// The log's writing end.
pub(crate) struct Writer {
    directory: PathBuf,
    disk: Arc<dyn Disk>,
    table: Arc<Table>,
    segment_bytes: u64,
    segment_age_ms: i64,
    next_number: u64,
    current: Option<Current>,
    layouts: HashMap<LayoutId, Known>,
    /// Which layout has this series at its beginning or its end: a producer's next layout takes the place of its last,
    /// and mostly shares one of them. A mistake costs one more definition, nothing else.
    by_edge: HashMap<u32, LayoutId>,
    buffer: Vec<u8>,
    definitions: Definitions,
    /// Segments that were left and may not be on the medium yet.
    unsynced: Vec<File>,
}

/// The segment that is being written.
struct Current {
    file: File,
    head: Head,
    length: u64,
    /// Up to here the medium has been asked to keep it.
    synced: u64,
    summary: Summary,
    /// When it was last written to.
    written_ms: i64,
    definition_bytes: u64,
    next_layout: u32,
}

/// A layout that was used lately.
struct Known {
    series: Arc<Pinned>,
    /// The segment that defines it, and as what.
    segment: u64,
    number: u32,
    base: Box<[f64]>,
    base_number: u32,
    columns: u32,
    used_ms: i64,
    /// The time of its newest column.
    newest_ms: i64,
}

/// A segment that is not written any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) number: u64,
    pub(crate) bytes: u64,
    pub(crate) summary: Summary,
    /// When it was last written to.
    pub(crate) written_ms: i64,
}

/// What a batch became.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) chunks: Vec<Chunk>,
    /// Segments that were left on the way.
    pub(crate) sealed: Vec<Sealed>,
    /// Stale markers left out: the series has a newer sample.
    pub(crate) outdated_markers: u64,
    pub(crate) bytes: u64,
    pub(crate) counts: Counts,
}

// === impl Writer ===

impl Writer {
    /// A writer whose first segment will be `next_number`; no file is touched yet.
    pub(crate) fn new(
        directory: &Path,
        disk: Arc<dyn Disk>,
        table: &Arc<Table>,
        (segment_bytes, segment_age_ms): (u64, i64),
        next_number: u64,
    ) -> Self {
        Self {
            directory: directory.to_owned(),
            disk,
            table: Arc::clone(table),
            segment_bytes,
            segment_age_ms,
            next_number,
            current: None,
            layouts: HashMap::new(),
            by_edge: HashMap::new(),
            buffer: Vec::new(),
            definitions: Definitions::default(),
            unsynced: Vec::new(),
        }
    }

    /// Where the next frame will stand.
    pub(crate) fn end(&self) -> Position {
        self.current.as_ref().map_or(
            Position {
                segment: self.next_number,
                offset: segment::HEAD as u64,
                index: 0,
            },
            |current| Position {
                segment: current.head.number,
                offset: current.length,
                index: 0,
            },
        )
    }

    /// Bytes of the segment that is being written.
    pub(crate) fn current_bytes(&self) -> u64 {
        self.current.as_ref().map_or(0, |current| current.length)
    }

    /// Handles of what may not be on the medium yet, for `fdatasync` outside of any lock.
    pub(crate) fn take_unsynced(&mut self) -> io::Result<Vec<File>> {
        let mut files = std::mem::take(&mut self.unsynced);
        if let Some(current) = &mut self.current
            && current.synced < current.length
        {
            current.synced = current.length;
            files.push(current.file.try_clone()?);
        }
        Ok(files)
    }

    /// Samples, histograms and exemplars in the current segment.
    pub(crate) fn current_counts(&self) -> Counts {
        self.current
            .as_ref()
            .map_or(Counts::default(), |current| current.summary.counts)
    }

    /// Writes a batch. After an error nothing of it is in the log; segments left are in `written` all the same.
    pub(crate) fn append(
        &mut self,
        batch: &Batch<'_>,
        now_ms: i64,
        written: &mut Written,
    ) -> io::Result<()> {
        if self.is_full() || self.is_old(now_ms) {
            written.sealed.extend(self.seal());
            self.forget_idle(now_ms);
        }
        self.open(now_ms)?;
        self.encode(batch, now_ms, written);
        if self.buffer.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.write() {
            written.chunks.clear();
            written.sealed.extend(self.abandon());
            return Err(error);
        }
        if let Some(current) = &mut self.current {
            current.written_ms = now_ms;
            for chunk in &written.chunks {
                current.summary.counts += chunk.counts();
                current.summary.span(chunk.newest_ms());
            }
        }
        written.bytes += self.buffer.len() as u64;
        Ok(())
    }

    /// Leaves the current segment, with the seal that says what it holds.
    pub(crate) fn seal(&mut self) -> Option<Sealed> {
        let mut current = self.current.take()?;
        self.buffer.clear();
        current.summary.put_seal(&mut self.buffer);
        // Without a seal the segment is counted by reading it, so failures do no harm here.
        let mut bytes = current.length;
        match write_all(&*self.disk, &mut current.file, &self.buffer) {
            Ok(()) => bytes += self.buffer.len() as u64,
            Err(_) => drop(self.disk.truncate(&current.file, current.length)),
        }
        self.unsynced.push(current.file);
        Some(Sealed {
            number: current.head.number,
            bytes,
            summary: current.summary,
            written_ms: current.written_ms,
        })
    }

    /// Leaves the current segment after a failed call, which may have left part of a frame.
    pub(crate) fn abandon(&mut self) -> Option<Sealed> {
        let current = self.current.take()?;
        let cut = self.disk.truncate(&current.file, current.length).is_ok();
        let bytes = if cut {
            current.length
        } else {
            current.file.metadata().map_or(0, |m| m.len())
        };
        if current.length == segment::HEAD as u64 && cut {
            // Nothing is in it.
            let _ = self
                .disk
                .remove(&segment::path(&self.directory, current.head.number));
            return None;
        }
        Some(Sealed {
            number: current.head.number,
            bytes,
            summary: current.summary,
            written_ms: current.written_ms,
        })
    }

    fn is_full(&self) -> bool {
        self.current.as_ref().is_some_and(|current| {
            current.length >= self.segment_bytes
                && (current.length >= current.definition_bytes * DEFINITIONS_SHARE
                    || current.length >= self.segment_bytes * MAX_GROWTH)
        })
    }

    /// Age-based retention works on whole segments, so none may span too long a time.
    fn is_old(&self, now_ms: i64) -> bool {
        self.current.as_ref().is_some_and(|current| {
            now_ms.saturating_sub(current.head.created_ms) > self.segment_age_ms
                && current.summary.counts.total() > 0
        })
    }

    fn open(&mut self, now_ms: i64) -> io::Result<()> {
        if self.current.is_some() {
            return Ok(());
        }
        let head = Head {
            number: self.next_number,
            created_ms: now_ms,
        };
        let path = segment::path(&self.directory, head.number);
        let mut file = self.disk.create(&path)?;
        self.next_number += 1;
        if let Err(error) = write_all(&*self.disk, &mut file, &head.encode()) {
            let _ = self.disk.remove(&path);
            return Err(error);
        }
        let mut tables = self.table.write();
        tables.defined.pairs.clear();
        tables.defined.sets.clear();
        tables.defined.series.clear();
        self.current = Some(Current {
            file,
            head,
            length: segment::HEAD as u64,
            synced: 0,
            summary: Summary::EMPTY,
            written_ms: now_ms,
            definition_bytes: 0,
            next_layout: 0,
        });
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        write_all(&*self.disk, &mut current.file, &self.buffer)?;
        current.length += self.buffer.len() as u64;
        Ok(())
    }

    /// Puts the batch's frames into the buffer and its chunks into `written`.
    fn encode(&mut self, batch: &Batch<'_>, now_ms: i64, written: &mut Written) {
        self.buffer.clear();
        let stale = self.current_markers(batch);
        written.outdated_markers += (batch.stale.len() - stale.len()) as u64;
        let rare: Vec<u32> = ids(&stale)
            .chain(batch.stamped.iter().map(|sample| sample.series.0))
            .chain(batch.histograms.iter().map(|(series, ..)| series.0))
            .chain(batch.exemplars.iter().map(|(series, _)| series.0))
            .collect();
        if !rare.is_empty() {
            self.definitions
                .put(&mut self.buffer, &mut self.table.write(), &rare);
            self.count_definitions(0);
        }
        if !batch.series.is_empty() && batch.series.len() == batch.values.len() {
            self.encode_column(batch, now_ms, written);
        }
        self.encode_rare(batch, &stale, written);
    }

    fn encode_column(&mut self, batch: &Batch<'_>, now_ms: i64, written: &mut Written) {
        let series = self.know_layout(batch, now_ms);
        let starts = starts_by_place(batch);
        let start = self.buffer.len();
        if !starts.is_empty() {
            frame::put(&mut self.buffer, Kind::Starts, 0, |out| {
                rare::put_starts(out, batch.timestamp_ms, &starts);
            });
        }
        let (Some(current), Some(known)) = (&mut self.current, self.layouts.get_mut(&batch.layout))
        else {
            return;
        };
        let as_base = known.base.is_empty() || known.columns >= COLUMNS_PER_BASE;
        let kind = if as_base { Kind::Base } else { Kind::Delta };
        if as_base {
            known.base = batch.values.into();
            known.base_number = known.base_number.wrapping_add(1);
            known.columns = 0;
        }
        known.columns += 1;
        known.newest_ms = known.newest_ms.max(batch.timestamp_ms);
        let base: &[f64] = if as_base { &[] } else { &known.base };
        frame::put(&mut self.buffer, kind, batch.values.len(), |out| {
            put_u64(out, u64::from(known.number));
            put_u64(out, u64::from(known.base_number));
            put_i64(
                out,
                batch.timestamp_ms.wrapping_sub(current.head.created_ms),
            );
            column::put(out, batch.values, base);
        });
        if as_base {
            current.definition_bytes += (self.buffer.len() - start) as u64;
        }
        let column = Column {
            layout: series,
            timestamp_ms: batch.timestamp_ms,
            values: batch.values.into(),
            starts: starts.into(),
        };
        self.push(start, Body::Column(column), written);
    }

    fn encode_rare(&mut self, batch: &Batch<'_>, stale: &[SeriesId], written: &mut Written) {
        let created = self
            .current
            .as_ref()
            .map_or(0, |current| current.head.created_ms);
        let marker = stale_marker();
        let samples: Vec<_> = batch
            .stamped
            .iter()
            .map(|sample| (sample.series.0, sample.timestamp_ms, sample.value))
            .chain(
                stale
                    .iter()
                    .map(|series| (series.0, batch.timestamp_ms, marker)),
            )
            .collect();
        if !samples.is_empty() {
            let start = self.buffer.len();
            frame::put(&mut self.buffer, Kind::Stamped, samples.len(), |out| {
                rare::put_stamped(out, created, samples.iter().copied());
            });
            let pinned = self.pin(samples.iter().map(|(series, ..)| *series));
            let samples = samples
                .iter()
                .map(|(_, time, value)| (*time, *value))
                .collect();
            self.push(start, Body::Stamped { pinned, samples }, written);
        }
        if !batch.histograms.is_empty() {
            let start_of = |series: SeriesId| {
                let found = batch.start_times.iter().find(|(id, _)| *id == series);
                found.map_or(0, |(_, start)| *start)
            };
            let list = batch.histograms.iter();
            let list: Vec<_> = list
                .map(|(id, time, h)| (id.0, *time, start_of(*id), h))
                .collect();
            let start = self.buffer.len();
            frame::put(&mut self.buffer, Kind::Histograms, list.len(), |out| {
                rare::put_histograms(out, created, list.iter().copied());
            });
            let pinned = self.pin(list.iter().map(|(series, ..)| *series));
            let histograms = list
                .iter()
                .map(|(_, time, start, h)| (*time, *start, (*h).clone()))
                .collect();
            self.push(start, Body::Histograms { pinned, histograms }, written);
        }
        if !batch.exemplars.is_empty() {
            let start = self.buffer.len();
            let list = batch
                .exemplars
                .iter()
                .map(|(series, exemplar)| (series.0, exemplar));
            frame::put(
                &mut self.buffer,
                Kind::Exemplars,
                batch.exemplars.len(),
                |out| {
                    rare::put_exemplars(out, created, list.clone());
                },
            );
            let pinned = self.pin(list.map(|(series, _)| series));
            let exemplars = batch
                .exemplars
                .iter()
                .map(|(_, exemplar)| exemplar.clone())
                .collect();
            self.push(start, Body::Exemplars { pinned, exemplars }, written);
        }
    }

    /// Hands out the chunk of the frames from `start` of the buffer to its end.
    fn push(&mut self, start: usize, body: Body, written: &mut Written) {
        let Some(current) = &self.current else {
            return;
        };
        let place = |at: usize| Position {
            segment: current.head.number,
            offset: current.length + at as u64,
            index: 0,
        };
        let chunk = Chunk {
            at: place(start),
            end: place(self.buffer.len()),
            body,
        };
        written.chunks.push(chunk);
    }

    fn pin(&self, series: impl Iterator<Item = u32>) -> Pinned {
        Pinned::new(&self.table, series.collect())
    }

    /// Makes sure that the segment defines the batch's layout.
    fn know_layout(&mut self, batch: &Batch<'_>, now_ms: i64) -> Arc<Pinned> {
        let segment = self
            .current
            .as_ref()
            .map_or(0, |current| current.head.number);
        if let Some(known) = self.layouts.get_mut(&batch.layout) {
            known.used_ms = now_ms;
            if known.segment == segment {
                return Arc::clone(&known.series);
            }
        }
        let known = self.layouts.get(&batch.layout);
        let known = known.map(|known| (Arc::clone(&known.series), known.newest_ms));
        let (series, newest_ms) = known.unwrap_or_else(|| {
            self.replace(batch);
            (Arc::new(self.pin(ids(batch.series))), i64::MIN)
        });
        let mut number = 0;
        if let Some(current) = &mut self.current {
            number = current.next_layout;
            current.next_layout += 1;
        }
        let before = self.buffer.len();
        self.definitions
            .put(&mut self.buffer, &mut self.table.write(), series.ids());
        put_layout(&mut self.buffer, number, series.ids());
        self.count_definitions(before);
        let known = Known {
            series: Arc::clone(&series),
            segment,
            number,
            base: Box::default(),
            base_number: 0,
            columns: 0,
            used_ms: now_ms,
            newest_ms,
        };
        self.layouts.insert(batch.layout, known);
        series
    }

    /// Counts what was put into the buffer since it had length `before`.
    fn count_definitions(&mut self, before: usize) {
        if let Some(current) = &mut self.current {
            current.definition_bytes += (self.buffer.len() - before) as u64;
        }
    }

    /// Forgets the layout whose place the batch's takes.
    fn replace(&mut self, batch: &Batch<'_>) {
        for edge in [batch.series.first(), batch.series.last()]
            .into_iter()
            .flatten()
        {
            let before = self.by_edge.insert(edge.0, batch.layout);
            if let Some(before) = before.filter(|before| *before != batch.layout) {
                self.layouts.remove(&before);
            }
        }
    }

    fn forget_idle(&mut self, now_ms: i64) {
        let oldest = now_ms.saturating_sub(LAYOUT_IDLE_MS);
        self.layouts.retain(|_, known| known.used_ms >= oldest);
        let layouts = &self.layouts;
        self.by_edge
            .retain(|_, layout| layouts.contains_key(layout));
    }

    /// The batch's stale markers, without those of series that have a sample as new or newer.
    fn current_markers(&self, batch: &Batch<'_>) -> Vec<SeriesId> {
        let mut markers = batch.stale.to_vec();
        if markers.is_empty() {
            return markers;
        }
        let newer = self
            .layouts
            .iter()
            .filter(|(id, known)| **id != batch.layout && known.newest_ms >= batch.timestamp_ms);
        let others: Vec<_> = newer.map(|(_, known)| Arc::clone(&known.series)).collect();
        let lists = others.iter().map(|series| series.ids());
        let own: Vec<u32> = ids(batch.series).collect();
        for list in lists.chain([own.as_slice()]) {
            if markers.is_empty() {
                break;
            }
            let list: std::collections::HashSet<_> = list.iter().copied().collect();
            markers.retain(|series| !list.contains(&series.0));
        }
        markers
    }
}

fn ids(series: &[SeriesId]) -> impl Iterator<Item = u32> {
    series.iter().map(|series| series.0)
}

/// The start times by place in the layout, ascending; those of series that are not in it are left out.
fn starts_by_place(batch: &Batch<'_>) -> Vec<(u32, i64)> {
    let mut starts = Vec::with_capacity(batch.start_times.len());
    let mut from = 0;
    for (series, start) in batch.start_times {
        // Both lists mostly have the same order.
        let find = |range: &[SeriesId]| range.iter().position(|id| id == series);
        let ahead = batch.series.get(from..).and_then(find).map(|at| at + from);
        let place = ahead.or_else(|| batch.series.get(..from).and_then(find));
        if let Some(place) = place {
            from = place + 1;
            starts.push((u32::try_from(place).unwrap_or(u32::MAX), *start));
        }
    }
    starts.sort_unstable();
    starts.dedup_by_key(|(place, _)| *place);
    starts
}

fn write_all(disk: &dyn Disk, file: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match disk.write(file, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
