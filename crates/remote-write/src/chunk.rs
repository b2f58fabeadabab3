//! What goes from the WAL to the senders: one frame's worth of samples, by reference, with its place in the log.
//!
//! Whatever names a series by id pins it ([`Pinned`]), so that the id means this series as long as the chunk lives.

use std::ops::Range;
use std::sync::Arc;

use outpost_model::{Exemplar, Histogram};

use crate::points::{Counts, HistogramPoint, Point, Points};
use crate::table::Table;

/// A place in the log, before point `index` of the frame at `offset`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The segment's number.
    pub segment: u64,
    /// Bytes from the segment's start.
    pub offset: u64,
    /// Points of the frame that lie before.
    pub index: u32,
}

/// Series ids that stay theirs while this lives.
#[derive(Debug)]
pub(crate) struct Pinned {
    table: Arc<Table>,
    ids: Box<[u32]>,
}

/// A frame's points.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// Where the frame begins; the index is zero.
    pub(crate) at: Position,
    /// Where the next frame begins.
    pub(crate) end: Position,
    pub(crate) body: Body,
}

/// A frame's points by kind.
#[derive(Debug)]
pub(crate) enum Body {
    /// One value for each series of a layout.
    Column(Column),
    /// Samples with times of their own; the series are those of `pinned`, one for each.
    Stamped {
        pinned: Pinned,
        samples: Box<[(i64, f64)]>,
    },
    /// Native histograms: time, start time (0: not known), buckets.
    Histograms {
        pinned: Pinned,
        histograms: Box<[(i64, i64, Histogram)]>,
    },
    /// Exemplars.
    Exemplars {
        pinned: Pinned,
        exemplars: Box<[Exemplar]>,
    },
}

/// One scrape of one layout.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) layout: Arc<Pinned>,
    pub(crate) timestamp_ms: i64,
    pub(crate) values: Box<[f64]>,
    /// Places in the layout whose series are known to count since a time, ascending.
    pub(crate) starts: Box<[(u32, i64)]>,
}

// === impl Pinned ===

impl Pinned {
    /// Pins `ids`.
    pub(crate) fn new(table: &Arc<Table>, ids: Box<[u32]>) -> Self {
        table.write().pin(&ids);
        Self::adopt(table, ids)
    }

    /// Takes over pins that exist.
    pub(crate) fn adopt(table: &Arc<Table>, ids: Box<[u32]>) -> Self {
        Self {
            table: Arc::clone(table),
            ids,
        }
    }

    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }
}

/// Must not happen while the table is locked by the same thread.
impl Drop for Pinned {
    fn drop(&mut self) {
        if !self.ids.is_empty() {
            self.table.write().unpin(&self.ids);
        }
    }
}

// === impl Chunk ===

impl Chunk {
    /// How many points of each kind.
    pub(crate) fn counts(&self) -> Counts {
        self.body.counts()
    }

    /// How many points.
    pub(crate) fn len(&self) -> usize {
        match &self.body {
            Body::Column(column) => column.values.len(),
            Body::Stamped { samples, .. } => samples.len(),
            Body::Histograms { histograms, .. } => histograms.len(),
            Body::Exemplars { exemplars, .. } => exemplars.len(),
        }
    }

    /// The counts of a part of the points; a chunk has one kind.
    pub(crate) fn counts_of(&self, points: usize) -> Counts {
        let points = points as u64;
        let none = Counts::default();
        match &self.body {
            Body::Column(_) | Body::Stamped { .. } => Counts {
                samples: points,
                ..none
            },
            Body::Histograms { .. } => Counts {
                histograms: points,
                ..none
            },
            Body::Exemplars { .. } => Counts {
                exemplars: points,
                ..none
            },
        }
    }

    /// Memory that the chunk holds, its layout aside.
    pub(crate) fn bytes(&self) -> usize {
        let each = match &self.body {
            Body::Column(_) => 8,
            Body::Stamped { .. } => 20,
            Body::Histograms { .. } => 512,
            Body::Exemplars { .. } => 256,
        };
        size_of::<Self>() + self.len() * each
    }

    /// The newest time in it.
    pub(crate) fn newest_ms(&self) -> i64 {
        match &self.body {
            Body::Column(column) => column.timestamp_ms,
            Body::Stamped { samples, .. } => {
                samples.iter().map(|(time, _)| *time).max().unwrap_or(0)
            }
            Body::Histograms { histograms, .. } => {
                histograms.iter().map(|(time, ..)| *time).max().unwrap_or(0)
            }
            Body::Exemplars { exemplars, .. } => exemplars
                .iter()
                .map(|exemplar| exemplar.timestamp_ms)
                .max()
                .unwrap_or(0),
        }
    }

    /// Appends the points in `range`, each under the id that `map` gives its series; those without are left out.
    pub(crate) fn copy(
        &self,
        range: Range<usize>,
        points: &mut Points,
        mut map: impl FnMut(u32) -> Option<u32>,
    ) {
        match &self.body {
            Body::Column(column) => column.copy(range, points, map),
            Body::Stamped { pinned, samples } => {
                for (series, (timestamp_ms, value)) in part(pinned.ids(), samples, range) {
                    if let Some(series) = map(*series) {
                        let (timestamp_ms, value) = (*timestamp_ms, *value);
                        points.samples.push(Point {
                            series,
                            start: 0,
                            timestamp_ms,
                            value,
                        });
                    }
                }
            }
            Body::Histograms { pinned, histograms } => {
                for (series, (timestamp_ms, start_ms, histogram)) in
                    part(pinned.ids(), histograms, range)
                {
                    if let Some(series) = map(*series) {
                        points.histograms.push(HistogramPoint {
                            series,
                            timestamp_ms: *timestamp_ms,
                            start_ms: *start_ms,
                            histogram: histogram.clone(),
                        });
                    }
                }
            }
            Body::Exemplars { pinned, exemplars } => {
                for (series, exemplar) in part(pinned.ids(), exemplars, range) {
                    if let Some(series) = map(*series) {
                        points.exemplars.push((series, exemplar.clone()));
                    }
                }
            }
        }
    }
}

// === impl Body ===

impl Body {
    fn counts(&self) -> Counts {
        let none = Counts::default();
        match self {
            Self::Column(column) => Counts {
                samples: column.values.len() as u64,
                ..none
            },
            Self::Stamped { samples, .. } => Counts {
                samples: samples.len() as u64,
                ..none
            },
            Self::Histograms { histograms, .. } => Counts {
                histograms: histograms.len() as u64,
                ..none
            },
            Self::Exemplars { exemplars, .. } => Counts {
                exemplars: exemplars.len() as u64,
                ..none
            },
        }
    }
}

// === impl Column ===

impl Column {
    fn copy(
        &self,
        range: Range<usize>,
        points: &mut Points,
        mut map: impl FnMut(u32) -> Option<u32>,
    ) {
        let timestamp_ms = self.timestamp_ms;
        points.samples.reserve(range.len());
        let first = points.samples.len();
        let from = range.start;
        let complete = range.len();
        for (series, value) in part(self.layout.ids(), &self.values, range.clone()) {
            if let Some(series) = map(*series) {
                points.samples.push(Point {
                    series,
                    start: 0,
                    timestamp_ms,
                    value: *value,
                });
            }
        }
        if self.starts.is_empty() {
            return;
        }
        if points.samples.len() - first == complete {
            self.mark_starts(range, points, first);
        } else {
            // Some were left out: find each one's place again.
            points.samples.truncate(first);
            for at in range {
                let single = at..at + 1;
                let place = points.samples.len();
                for (series, value) in part(self.layout.ids(), &self.values, single.clone()) {
                    if let Some(series) = map(*series) {
                        points.samples.push(Point {
                            series,
                            start: 0,
                            timestamp_ms,
                            value: *value,
                        });
                    }
                }
                if points.samples.len() > place {
                    self.mark_starts(single, points, place);
                }
            }
        }
        debug_assert!(from <= self.values.len());
    }

    /// Gives the samples from `first` on, which are those in `range` of the column, their start times.
    fn mark_starts(&self, range: Range<usize>, points: &mut Points, first: usize) {
        let from = self
            .starts
            .partition_point(|(at, _)| (*at as usize) < range.start);
        for (at, start) in self.starts.get(from..).unwrap_or_default() {
            let at = *at as usize;
            if at >= range.end {
                break;
            }
            points.starts.push(*start);
            if let Some(point) = points.samples.get_mut(first + at - range.start) {
                point.start = u32::try_from(points.starts.len()).unwrap_or(0);
            }
        }
    }
}

fn part<'a, T>(
    ids: &'a [u32],
    list: &'a [T],
    range: Range<usize>,
) -> impl Iterator<Item = (&'a u32, &'a T)> {
    let ids = ids.get(range.clone()).unwrap_or_default();
    ids.iter().zip(list.get(range).unwrap_or_default())
}
