//! Damage costs what it hit and what depends on it, is counted, and never stops anything.

use proptest::prelude::*;

use super::*;
use crate::source::{Source, Step};
use crate::wal::frame::{self, Found, Kind};

/// A log of one segment: definitions, a base, then columns that depend on nothing but these.
fn write(directory: &Path, columns: i64) {
    let log = open(directory, 1 << 20, 1 << 20);
    log.register("e", None);
    let series: Vec<_> = (0..5)
        .map(|i| {
            resolve(
                &log,
                &Labels::from_pairs([("__name__", "m"), ("i", &i.to_string())]),
            )
        })
        .collect();
    let layout = LayoutId::fresh();
    for column in 0..columns {
        let values: Vec<_> = (0..5).map(|i| (column * 3 + i) as f64 / 7.0).collect();
        let batch = Batch {
            series: &series,
            values: &values,
            ..empty(layout, T + column)
        };
        log.append(&batch, T, &mut Vec::new()).unwrap();
    }
    log.seal();
}

/// Where each frame of a segment begins, and its kind.
fn frames(bytes: &[u8]) -> Vec<(usize, Kind)> {
    let mut at = segment::HEAD;
    let mut frames = Vec::new();
    while let Found::Frame(frame) = frame::find(&bytes[at..]) {
        frames.push((at, frame.kind));
        at += frame::HEAD + frame.payload.len();
    }
    assert_eq!(at, bytes.len());
    frames
}

#[test]
fn any_damaged_byte_of_a_column_costs_that_column_alone() {
    let origin = tempfile::tempdir().unwrap();
    write(origin.path(), 12);
    let path = segment::path(origin.path(), 1);
    let bytes = std::fs::read(&path).unwrap();
    let (whole, _) = read_all(&open(origin.path(), 1000, 1000));
    let frames = frames(&bytes);
    let deltas: Vec<_> = frames
        .iter()
        .filter(|(_, kind)| *kind == Kind::Delta)
        .map(|(at, _)| *at)
        .collect();
    assert_eq!(deltas.len(), 11);
    let (from, to) = (deltas[4], deltas[5]);
    for at in from..to {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x5a;
        std::fs::write(&path, &damaged).unwrap();
        let (rest, damage) = read_all(&open(origin.path(), 1000, 1000));
        let expected: Vec<_> = whole
            .iter()
            .filter(|(_, time, _)| *time != T + 5)
            .cloned()
            .collect();
        assert_eq!(rest, expected, "byte {at}");
        assert!(damage.frames > 0, "byte {at}");
    }
}

#[test]
fn a_segment_cut_anywhere_gives_what_stands_before_the_cut() {
    let origin = tempfile::tempdir().unwrap();
    write(origin.path(), 6);
    let path = segment::path(origin.path(), 1);
    let bytes = std::fs::read(&path).unwrap();
    let (whole, _) = read_all(&open(origin.path(), 1000, 1000));
    for cut in 0..bytes.len() {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let (rest, _) = read_all(&open(origin.path(), 1000, 1000));
        assert_eq!(rest, whole[..rest.len()], "cut at {cut}");
        let ended = frames(&bytes)
            .iter()
            .filter(|(at, kind)| {
                let length = frame::HEAD
                    + u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
                matches!(kind, Kind::Base | Kind::Delta) && at + length <= cut
            })
            .count();
        assert_eq!(rest.len(), ended * 5, "cut at {cut}");
    }
}

/// What an endpoint gets that reads the log from the first segment on: how many points, and the damage.
fn deliver(log: &Arc<Log>) -> (u64, Damage) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let at = log.segment_from(0);
        let mut source = Source::new(log, "e", at);
        let (mut points, mut damage) = (0, Damage::default());
        while let Step::Chunk(chunk, _) = source.next(&mut damage).await.unwrap() {
            points += chunk.counts().total();
        }
        (points, damage)
    })
}

/// Flips a bit in the payload of each of `frames`.
fn flip(path: &Path, frames: &[(usize, Kind)]) {
    let mut bytes = std::fs::read(path).unwrap();
    for (at, _) in frames {
        bytes[at + frame::HEAD] ^= 1;
    }
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn damage_behind_the_last_points_of_a_segment_is_counted_once() {
    let origin = tempfile::tempdir().unwrap();
    write(origin.path(), 20);
    let path = segment::path(origin.path(), 1);
    let mut frames = frames(&std::fs::read(&path).unwrap());
    frames.retain(|(_, kind)| *kind == Kind::Delta);
    flip(&path, &frames[frames.len() - 16..]);
    let log = open(origin.path(), 1000, 1000);
    log.register("e", Some(log.segment_from(0)));
    let (points, damage) = deliver(&log);
    assert_eq!((points, damage.frames, damage.points.samples), (20, 16, 80));
}

#[test]
fn damage_at_the_end_of_the_segment_that_is_written_is_counted_once_and_passed() {
    let directory = tempfile::tempdir().unwrap();
    // Nothing stays in memory.
    let log = open(directory.path(), 1 << 20, 0);
    log.register("e", None);
    let id = resolve(&log, &Labels::from_pairs([("__name__", "m")]));
    let layout = LayoutId::fresh();
    let append = |time| {
        let batch = Batch {
            series: &[id],
            values: &[time as f64],
            ..empty(layout, T + time)
        };
        log.append(&batch, T, &mut Vec::new()).unwrap();
    };
    for time in 0..6 {
        append(time);
    }
    let path = segment::path(directory.path(), 1);
    let frames = frames(&std::fs::read(&path).unwrap());
    flip(&path, &frames[frames.len() - 2..]);
    let (points, damage) = deliver(&log);
    assert_eq!((points, damage.frames, damage.points.samples), (4, 2, 2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn flipped_bytes_anywhere_never_stop_the_log_nor_change_a_sample(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..6),
    ) {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), 8);
        let path = segment::path(directory.path(), 1);
        let (whole, _) = read_all(&open(directory.path(), 1000, 1000));
        let mut bytes = std::fs::read(&path).unwrap();
        for (at, flip) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        }
        std::fs::write(&path, &bytes).unwrap();
        let log = open(directory.path(), 1000, 1000);
        let (rest, damage) = read_all(&log);
        prop_assert!(rest.iter().all(|line| whole.contains(line)), "nothing is made up");
        prop_assert!(rest.len() == whole.len() || damage.frames > 0, "what is missing is noticed");
        let id = resolve(&log, &Labels::from_pairs([("__name__", "next")]));
        let batch = Batch { series: &[id], values: &[1.0], ..empty(LayoutId::fresh(), T + 100) };
        log.append(&batch, T, &mut Vec::new()).unwrap();
        let (after, _) = read_all(&log);
        prop_assert_eq!(after.len(), rest.len() + 1);
    }
}
