use proptest::prelude::*;

use super::*;
use crate::{Cursor as _, DockerPosition, Position, Ticket};

/// The two kinds of daemon, asked for what is since a moment.
fn records_since(file: &[i64], since: i64, seeks_only: bool) -> Vec<i64> {
    if seeks_only {
        let start = file.iter().position(|t| *t >= since).unwrap_or(file.len());
        file[start..].to_vec()
    } else {
        file.iter().copied().filter(|t| *t >= since).collect()
    }
}

/// What is new after a resume.
fn resumed(position: DockerPosition, records: &[i64]) -> (Vec<i64>, bool) {
    let mut resume = Resume::new(position);
    let mut gap = false;
    let new = records
        .iter()
        .copied()
        .filter(|time| {
            let seen = resume.see(*time);
            gap |= seen == Seen::NewAfterGap;
            seen != Seen::Again
        })
        .collect();
    (new, gap)
}

fn position_after(records: &[i64]) -> DockerPosition {
    let mut cursor = DockerCursor::default();
    for time in records {
        cursor.pass(time.cast_unsigned());
    }
    match cursor.position() {
        Position::Docker(position) => position,
        other => panic!("{other:?}"),
    }
}

/// Times that go up on the whole, with repeats and steps back of less than the slack.
fn file() -> impl Strategy<Value = Vec<i64>> {
    let step = prop_oneof![
        Just(0_i64),
        1..5_i64,
        -1_000_000..1_000_000_i64,
        0..3_000_000_000_i64,
        -900_000_000..0_i64,
    ];
    prop::collection::vec(step, 1..60).prop_map(|steps| {
        let mut newest = 1_790_000_000_000_000_000_i64;
        steps
            .into_iter()
            .map(|step| {
                let time = newest + step;
                newest = newest.max(time);
                time
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn a_resume_at_any_record_yields_exactly_the_rest(file in file(), cut in any::<prop::sample::Index>(), seeks_only: bool) {
        let settled = cut.index(file.len() + 1);
        let position = position_after(&file[..settled]);
        let records = records_since(&file, position.since, seeks_only);
        let (new, gap) = resumed(position, &records);
        prop_assert_eq!(new, &file[settled..]);
        prop_assert!(!gap);
    }

    #[test]
    fn a_second_resume_goes_on_from_the_first(file in file(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), seeks_only: bool) {
        let (a, b) = (a.index(file.len() + 1), b.index(file.len() + 1));
        let (first, second) = (a.min(b), a.max(b));
        let mut cursor = DockerCursor::new(position_after(&file[..first]));
        for time in &file[first..second] {
            cursor.count(*time);
        }
        let position = cursor.docker_position();
        let (new, gap) = resumed(position, &records_since(&file, position.since, seeks_only));
        prop_assert_eq!(new, &file[second..]);
        prop_assert!(!gap);
    }

    /// A long line in pieces between lines of another time, through every way of cutting it.
    #[test]
    fn pieces_of_one_time_are_one_line(pieces in prop::collection::vec(prop::collection::vec(b'a'..=b'z', 1..20), 1..6), ended: bool) {
        let mut joiner = LineJoiner::default();
        let mut lines = Vec::new();
        let mut whole = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            whole.extend_from_slice(piece);
            let mut payload = piece.clone();
            if ended && index + 1 == pieces.len() {
                payload.push(b'\n');
            }
            joiner.push(record(7, &payload), &mut lines);
        }
        joiner.push(record(8, b"next\n"), &mut lines);
        let texts: Vec<_> = lines.iter().map(|l| (l.time, l.text.to_vec())).collect();
        prop_assert_eq!(texts, vec![(7, whole), (8, b"next".to_vec())]);
        prop_assert!(!joiner.is_open());
    }
}

fn record(time: i64, payload: &[u8]) -> Record {
    Record {
        time,
        payload: payload.to_vec().into(),
        ticket: Ticket::none(),
    }
}

#[test]
fn records_that_were_rotated_away_are_a_gap_once() {
    let file: Vec<i64> = (0..10).map(|n| n * 3_000_000_000).collect();
    let position = position_after(&file[..4]);
    let (new, gap) = resumed(position, &file[6..]);
    assert_eq!((new.as_slice(), gap), (&file[6..], true));
    let (new, gap) = resumed(position, &file[3..]);
    assert_eq!(
        (new.as_slice(), gap),
        (&file[4..], true),
        "known ones are not sent again"
    );
}

#[test]
fn a_line_past_the_limit_is_cut_and_says_so() {
    let mut joiner = LineJoiner::default();
    let mut lines = Vec::new();
    let piece = vec![b'x'; 16 * 1024];
    for _ in 0..64 {
        joiner.push(record(1, &piece), &mut lines);
    }
    joiner.push(record(1, b"\n"), &mut lines);
    for _ in 0..65 {
        joiner.push(record(2, &piece), &mut lines);
    }
    joiner.push(record(2, b"y\n"), &mut lines);
    let lengths: Vec<_> = lines.iter().map(|l| l.text.len()).collect();
    assert_eq!(lengths, [MAX_LINE_BYTES, MAX_LINE_BYTES]);
    assert!(lines[0].text.ends_with(b"xx"));
    assert!(
        lines[1]
            .text
            .ends_with(b"x [cut by outpost: longer than 1 MiB]")
    );
}

#[test]
fn one_carriage_return_goes() {
    let mut joiner = LineJoiner::default();
    let mut lines = Vec::new();
    for payload in [&b"crlf\r\n"[..], b"\r\r\n", b"\n", b"cr\rmid\n"] {
        joiner.push(record(1, payload), &mut lines);
    }
    let texts: Vec<_> = lines.iter().map(|l| l.text.as_ref()).collect();
    assert_eq!(texts, [&b"crlf"[..], b"\r", b"", b"cr\rmid"]);
}
