//! Streams of timed items under label sets, bounded in bytes; the oldest arrivals go first.
//!
//! Invariants: a stream's items are in the order of their times; a stream without items does not exist; `bytes` is what
//! the items, label sets and book-keeping take (allocators' own overhead aside).

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use outpost_model::Labels;

/// Book-keeping per item: its place in the queue of arrivals.
const ARRIVAL_BYTES: usize = size_of::<Arc<Labels>>();

/// Book-keeping per stream: its entry in the map, its queue.
const STREAM_BYTES: usize = 128;

/// Something with a time.
pub(crate) trait Item {
    /// Its time, in whatever unit its store has.
    fn time(&self) -> i64;
    /// What it takes in memory.
    fn bytes(&self) -> usize;
    /// What becomes of a newcomer of the same time.
    fn meets(&self, newcomer: &Self) -> Meeting;
}

/// What becomes of two items of one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// The newcomer is the same: it is not kept.
    Same,
    /// The newcomer takes the old one's place.
    Replace,
    /// Both stay.
    Both,
}

/// Streams under label sets.
#[derive(Debug)]
pub(crate) struct Store<T> {
    streams: HashMap<Arc<Labels>, VecDeque<T>>,
    /// The stream of each item, in the order in which the items came.
    arrivals: VecDeque<Arc<Labels>>,
    bytes: usize,
    max_bytes: usize,
    taken: u64,
    dropped: u64,
}

// === impl Store ===

impl<T: Item> Store<T> {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            streams: HashMap::new(),
            arrivals: VecDeque::new(),
            bytes: 0,
            max_bytes,
            taken: 0,
            dropped: 0,
        }
    }

    pub(crate) fn insert(&mut self, labels: Labels, items: impl IntoIterator<Item = T>) {
        let labels = Arc::new(labels);
        for item in items {
            self.taken += 1;
            self.insert_one(&labels, item);
        }
        while self.bytes > self.max_bytes && self.drop_oldest() {}
    }

    fn insert_one(&mut self, labels: &Arc<Labels>, item: T) {
        let (labels, stream) = match self.streams.entry(Arc::clone(labels)) {
            Entry::Occupied(entry) => (Arc::clone(entry.key()), entry.into_mut()),
            Entry::Vacant(entry) => {
                self.bytes += stream_bytes(labels);
                (Arc::clone(labels), entry.insert(VecDeque::new()))
            }
        };
        let after = stream.partition_point(|other| other.time() <= item.time());
        let before = stream.range_mut(..after).rev();
        for other in before.take_while(|other| other.time() == item.time()) {
            match other.meets(&item) {
                Meeting::Same => return,
                Meeting::Replace => {
                    self.bytes = self.bytes - other.bytes() + item.bytes();
                    *other = item;
                    return;
                }
                Meeting::Both => {}
            }
        }
        self.bytes += item.bytes() + ARRIVAL_BYTES;
        stream.insert(after, item);
        self.arrivals.push_back(labels);
    }

    fn drop_oldest(&mut self) -> bool {
        let Some(labels) = self.arrivals.pop_front() else {
            return false;
        };
        let Some(stream) = self.streams.get_mut(&labels) else {
            return true;
        };
        if let Some(item) = stream.pop_front() {
            self.bytes -= item.bytes() + ARRIVAL_BYTES;
            self.dropped += 1;
        }
        if stream.is_empty() {
            self.streams.remove(&labels);
            self.bytes -= stream_bytes(&labels);
        }
        true
    }

    /// The streams whose label sets pass, sorted by label set.
    pub(crate) fn select(&self, passes: impl Fn(&Labels) -> bool) -> Vec<(&Labels, &VecDeque<T>)> {
        let mut found: Vec<_> = self
            .streams
            .iter()
            .filter(|(labels, _)| passes(labels))
            .map(|(labels, stream)| (labels.as_ref(), stream))
            .collect();
        found.sort_by(|a, b| a.0.iter().cmp(b.0.iter()));
        found
    }

    pub(crate) fn streams(&self) -> u64 {
        self.streams.len() as u64
    }

    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// The items with `after < time <= until`.
pub(crate) fn between<T: Item>(
    stream: &VecDeque<T>,
    after: i64,
    until: i64,
) -> impl DoubleEndedIterator<Item = &T> {
    let from = stream.partition_point(|item| item.time() <= after);
    let to = stream.partition_point(|item| item.time() <= until);
    stream.range(from..to.max(from))
}

fn stream_bytes(labels: &Labels) -> usize {
    let text: usize = labels
        .iter()
        .map(|(name, value)| name.len() + value.len() + 8)
        .sum();
    text + STREAM_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Thing(i64, u8);

    impl Item for Thing {
        fn time(&self) -> i64 {
            self.0
        }

        fn bytes(&self) -> usize {
            100
        }

        fn meets(&self, newcomer: &Self) -> Meeting {
            match newcomer.1 {
                kind if kind == self.1 => Meeting::Same,
                9 => Meeting::Replace,
                _ => Meeting::Both,
            }
        }
    }

    fn labels(name: &str) -> Labels {
        Labels::from_pairs([("name", name)])
    }

    fn things(store: &Store<Thing>, name: &str) -> Vec<(i64, u8)> {
        let all = store.select(|labels| labels.get("name") == Some(name));
        all.first().map_or_else(Vec::new, |(_, stream)| {
            stream.iter().map(|thing| (thing.0, thing.1)).collect()
        })
    }

    #[test]
    fn items_stand_in_the_order_of_their_times_and_duplicates_once() {
        let mut store = Store::new(10_000);
        let items = [(5, 0), (3, 0), (4, 0), (3, 0), (3, 1), (5, 9), (6, 0)];
        store.insert(labels("a"), items.map(|(time, kind)| Thing(time, kind)));
        let wanted = [(3, 0), (3, 1), (4, 0), (5, 9), (6, 0)];
        assert_eq!(things(&store, "a"), wanted);
        assert_eq!(store.taken(), 7);
    }

    #[test]
    fn when_it_is_full_the_oldest_arrivals_go_counted_and_streams_with_them() {
        let mut store = Store::new(1500);
        store.insert(labels("old"), [Thing(1, 0), Thing(2, 0)]);
        store.insert(labels("new"), (0..100).map(|time| Thing(time, 0)));
        assert!(store.bytes <= 1500);
        assert_eq!(store.streams(), 1);
        let kept = things(&store, "new").len() as u64;
        assert_eq!(store.dropped() + kept, 102);
        assert_eq!(things(&store, "new").last(), Some(&(99, 0)));

        store.insert(labels("big"), (0..100).map(|time| Thing(time, 0)));
        assert_eq!(store.streams(), 1);
        while store.drop_oldest() {}
        assert_eq!(
            (store.bytes, store.streams.len()),
            (0, 0),
            "nothing is forgotten"
        );
    }

    #[test]
    fn a_range_is_open_on_the_left_and_closed_on_the_right() {
        let stream: VecDeque<Thing> = (0..10).map(|time| Thing(time, 0)).collect();
        let times = |after, until| -> Vec<i64> {
            between(&stream, after, until)
                .map(|thing| thing.0)
                .collect()
        };
        assert_eq!(times(2, 5), [3, 4, 5]);
        assert_eq!(times(-5, 0), [0]);
        assert_eq!(times(5, 2), [0; 0]);
    }
}
