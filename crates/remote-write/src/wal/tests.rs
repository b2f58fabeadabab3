//! The log against a model, against damage, against golden bytes and against anything at all.

mod damage;
mod fuzz;
mod golden;
mod model;

use std::path::Path;
use std::sync::Arc;

use outpost_model::{
    Batch, Buckets, Exemplar, Generation, Histogram, Labels, LayoutId, ResetHint, SeriesId, Span,
    StampedSample,
};

use super::disk::RealDisk;
use super::reader::{Damage, Next, Reader};
use super::segment;
use crate::chunk::{Chunk, Position};
use crate::log::{Log, Options, Retention};
use crate::points::Points;
use crate::table::Tables;

/// A time that no test minds.
const T: i64 = 1_700_000_000_000;

/// One point in words: series, time, what it holds.
type Line = (String, i64, String);

fn open(directory: &Path, segment_bytes: u64, recent_bytes: usize) -> Arc<Log> {
    Log::open(Options {
        directory: directory.to_owned(),
        segment_bytes,
        recent_bytes,
        retention: Retention {
            min_age_ms: 0,
            max_age_ms: i64::MAX,
            max_bytes: u64::MAX,
        },
        disk: Arc::new(RealDisk),
    })
    .expect("the log opens")
}

fn resolve(log: &Log, labels: &Labels) -> SeriesId {
    SeriesId(
        log.table
            .write()
            .resolve(labels, &Labels::default(), None)
            .expect("few labels"),
    )
}

fn empty(layout: LayoutId, timestamp_ms: i64) -> Batch<'static> {
    Batch::empty(Generation(1), layout, timestamp_ms)
}

fn histogram(count: u64) -> Histogram {
    Histogram {
        buckets: Buckets::Integer {
            count,
            zero_count: 1,
            negative_deltas: vec![-3],
            positive_deltas: vec![2, -1],
        },
        sum: 0.25,
        schema: 3,
        zero_threshold: 1e-128,
        negative_spans: vec![Span {
            offset: -7,
            length: 1,
        }],
        positive_spans: vec![Span {
            offset: 0,
            length: 2,
        }],
        reset_hint: ResetHint::No,
        custom_values: Vec::new(),
    }
}

/// The points of a chunk from `from` on, in words.
fn lines(tables: &Tables, chunk: &Chunk, from: usize) -> Vec<Line> {
    let mut points = Points::default();
    chunk.copy(from..chunk.len(), &mut points, Some);
    let name = |series: u32| tables.labels(series).to_string();
    let samples = points.samples.iter().map(|p| {
        let value = format!("{:x} since {}", p.value.to_bits(), points.start_of(p));
        (name(p.series), p.timestamp_ms, value)
    });
    let histograms = points.histograms.iter().map(|p| {
        (
            name(p.series),
            p.timestamp_ms,
            format!("{:?} since {}", p.histogram, p.start_ms),
        )
    });
    let exemplars = points.exemplars.iter().map(|(series, e)| {
        (
            name(*series),
            e.timestamp_ms,
            format!("{:?} {:x}", e.labels, e.value.to_bits()),
        )
    });
    samples.chain(histograms).chain(exemplars).collect()
}

/// Everything in a directory's segments, and what was damaged.
fn read_all(log: &Log) -> (Vec<Line>, Damage) {
    let mut all = Vec::new();
    let mut damage = Damage::default();
    for (segment, _) in segment::list(&log.directory).expect("the directory is there") {
        let at = Position {
            segment,
            offset: 0,
            index: 0,
        };
        let Some(mut reader) =
            Reader::open(&log.table, &log.directory, at).expect("it can be read")
        else {
            damage.frames += 1;
            continue;
        };
        while let Next::Chunk(chunk) = reader.next(u64::MAX).expect("it can be read") {
            all.extend(lines(&log.table.read(), &chunk, 0));
        }
        let found = reader.take_damage();
        damage.frames += found.frames;
        damage.points += found.points;
    }
    (all, damage)
}
