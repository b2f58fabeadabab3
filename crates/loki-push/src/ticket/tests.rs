use super::*;
use crate::{Checkpoints, FilePosition};

/// A cursor that remembers the last mark.
struct Last(u64);

impl Cursor for Last {
    fn pass(&mut self, mark: u64) {
        assert!(mark > self.0, "marks come in order");
        self.0 = mark;
    }

    fn position(&self) -> Position {
        Position::File(FilePosition {
            offset: self.0,
            ..FilePosition::default()
        })
    }
}

fn tracker(budget: &Budget) -> (Arc<Tracker>, Checkpoints) {
    let checkpoints = Checkpoints::in_memory();
    let tracker = Tracker::new(Last(0), checkpoints.slot("c", "k"), budget.clone());
    (tracker, checkpoints)
}

fn at(tracker: &Tracker) -> u64 {
    match tracker.position() {
        Some(Position::File(file)) => file.offset,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_cursor_waits_for_the_earliest_open_record() {
    let budget = Budget::new(1 << 20);
    let (tracker, checkpoints) = tracker(&budget);
    let paid = budget.try_take(300).unwrap();
    let mut intake = tracker.intake(paid);
    let first = intake.admit(1, 100);
    intake.admit_settled(2, 100);
    let third = intake.admit(3, 100);
    drop(intake);
    third.settle();
    assert_eq!((at(&tracker), budget.used()), (0, 300));
    let second = first.fork();
    first.settle();
    assert_eq!(at(&tracker), 0, "two receivers: both must have settled");
    second.settle();
    assert_eq!((at(&tracker), budget.used()), (3, 0));
    assert_eq!(
        checkpoints.get("c", "k"),
        Some(Position::File(FilePosition {
            offset: 3,
            ..FilePosition::default()
        }))
    );
}

#[test]
fn a_dropped_ticket_is_lost_and_stops_the_cursor() {
    let budget = Budget::new(1 << 20);
    let (tracker, _checkpoints) = tracker(&budget);
    let mut intake = tracker.intake(budget.try_take(10).unwrap());
    let (one, two) = (intake.admit(1, 5), intake.admit(2, 5));
    drop(intake);
    drop(one);
    two.settle();
    assert!(tracker.is_lost());
    assert_eq!(at(&tracker), 0);
    drop(tracker);
    assert_eq!(budget.used(), 0, "bytes come back with the tracker");
}

#[test]
fn a_joined_line_holds_the_checkpoint_before_its_first_record() {
    let budget = Budget::new(1 << 20);
    let (tracker, _a) = tracker(&budget);
    let (other, _b) = self::tracker(&budget);
    let mut intake = tracker.intake(0);
    let (first, mut second) = (intake.admit(1, 0), intake.admit(2, 0));
    drop(intake);
    let foreign = other.intake(0).admit(1, 0);
    second.absorb(first);
    second.absorb(foreign);
    assert_eq!((at(&tracker), at(&other)), (0, 0));
    let mut receipts = Receipts::default();
    receipts.push(second);
    receipts.settle();
    assert_eq!((at(&tracker), at(&other)), (2, 1));
    assert!(!tracker.is_lost() && !other.is_lost());
}

#[test]
fn neighbours_settle_as_one_range() {
    let budget = Budget::new(1 << 20);
    let (tracker, _checkpoints) = tracker(&budget);
    let mut receipts = Receipts::default();
    let mut intake = tracker.intake(0);
    let early = intake.admit(1, 0);
    for mark in 2..100 {
        let ticket = intake.admit(mark, 0);
        receipts.push(ticket);
    }
    drop(intake);
    receipts.settle();
    assert_eq!((at(&tracker), tracker.held_records()), (0, 99));
    early.settle();
    assert_eq!((at(&tracker), tracker.held_records()), (99, 0));
}
