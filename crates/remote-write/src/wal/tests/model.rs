//! Any sequence of appends, churn, reads, acknowledgements, seals and restarts gives back what was appended, in order.

use std::collections::VecDeque;

use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::*;
use crate::source::{Source, Step};
use crate::wal::cursor::Cursor;

const ENDPOINT: &str = "endpoint";

#[derive(Clone, Debug)]
enum Operation {
    /// A target's scrape: which of its series are there, values, whether there are rare columns too.
    Append {
        target: usize,
        present: u8,
        values: Vec<f64>,
        rare: bool,
    },
    /// A target goes away.
    Release {
        target: usize,
    },
    /// The endpoint reads one chunk, and acknowledges a part of what it has read.
    Read {
        acknowledge: bool,
        half: bool,
    },
    Seal,
    Restart,
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let value = prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        (0_u16..50).prop_map(f64::from)
    ];
    let append = (
        0_usize..3,
        any::<u8>(),
        prop::collection::vec(value, 8),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(target, present, values, rare)| Operation::Append {
            target,
            present,
            values,
            rare,
        });
    let operation = prop_oneof![
        10 => append,
        1 => (0_usize..3).prop_map(|target| Operation::Release { target }),
        6 => any::<(bool, bool)>().prop_map(|(acknowledge, half)| Operation::Read { acknowledge, half }),
        1 => Just(Operation::Seal),
        1 => Just(Operation::Restart),
    ];
    prop::collection::vec(operation, 1..80)
}

/// The log under test, and what it should hold.
struct World {
    runtime: Runtime,
    directory: tempfile::TempDir,
    sizes: (u64, usize),
    log: Arc<Log>,
    source: Source,
    cursor: Cursor,
    targets: [Option<Target>; 3],
    /// What has no verdict yet.
    expected: VecDeque<Line>,
    /// How much of it was read.
    read: usize,
    clock: i64,
}

struct Target {
    series: Vec<SeriesId>,
    present: u8,
    layout: LayoutId,
}

impl World {
    fn new(sizes: (u64, usize)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (log, cursor, source) = Self::start(directory.path(), sizes);
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            directory,
            sizes,
            log,
            source,
            cursor,
            targets: [None, None, None],
            expected: VecDeque::new(),
            read: 0,
            clock: T,
        }
    }

    fn start(directory: &Path, sizes: (u64, usize)) -> (Arc<Log>, Cursor, Source) {
        let log = open(directory, sizes.0, sizes.1);
        let mut cursor = Cursor::open(directory, ENDPOINT).unwrap();
        let at = log.register(ENDPOINT, cursor.position());
        cursor.store(at).unwrap();
        let source = Source::new(&log, ENDPOINT, at);
        (log, cursor, source)
    }

    fn labels(target: usize, i: usize) -> Labels {
        // Target 2 has a series of target 1.
        let target = if target == 2 && i == 0 { 1 } else { target };
        Labels::from_pairs([
            ("__name__".to_owned(), format!("m{}", i / 3)),
            ("le".to_owned(), i.to_string()),
            ("target".to_owned(), target.to_string()),
        ])
    }

    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Append {
                target,
                present,
                values,
                rare,
            } => self.append(target, present, &values, rare),
            Operation::Release { target } => {
                if let Some(gone) = self.targets[target].take() {
                    let mut tables = self.log.table.write();
                    gone.series.iter().for_each(|id| tables.release(id.0));
                }
            }
            Operation::Read { acknowledge, half } => self.step(acknowledge, half),
            Operation::Seal => self.log.seal(),
            Operation::Restart => {
                let place = self.directory.path().to_owned();
                self.targets = [None, None, None];
                let empty = tempfile::tempdir().unwrap();
                // The lock has to go before the log is opened again.
                let other = Self::start(empty.path(), self.sizes);
                (self.log, self.cursor, self.source) = other;
                (self.log, self.cursor, self.source) = Self::start(&place, self.sizes);
                self.read = 0;
            }
        }
        assert_eq!(
            self.log.pending(ENDPOINT).counts.total(),
            self.expected.len() as u64
        );
    }

    fn append(&mut self, target: usize, present: u8, values: &[f64], rare: bool) {
        self.clock += 1000;
        if self.targets[target]
            .as_ref()
            .is_none_or(|known| known.present != present)
        {
            let series: Vec<_> = (0..8)
                .filter(|i| present & (1 << i) != 0)
                .map(|i| resolve(&self.log, &Self::labels(target, i)))
                .collect();
            let new = Target {
                series,
                present,
                layout: LayoutId::fresh(),
            };
            if let Some(old) = self.targets[target].replace(new) {
                let mut tables = self.log.table.write();
                old.series.iter().for_each(|id| tables.release(id.0));
            }
        }
        let known = self.targets[target].as_ref().unwrap();
        let values = &values[..known.series.len()];
        let name = |id: SeriesId| self.log.table.read().labels(id.0).to_string();
        let starts: Vec<_> = known
            .series
            .iter()
            .filter(|_| rare)
            .step_by(2)
            .map(|id| (*id, self.clock - 500))
            .collect();
        for (id, value) in known.series.iter().zip(values) {
            let start = starts
                .iter()
                .find(|(other, _)| other == id)
                .map_or(0, |(_, start)| *start);
            self.expected.push_back((
                name(*id),
                self.clock,
                format!("{:x} since {start}", value.to_bits()),
            ));
        }
        let some: Vec<_> = known
            .series
            .iter()
            .copied()
            .filter(|_| rare)
            .take(1)
            .collect();
        let stamped: Vec<_> = some
            .iter()
            .map(|series| StampedSample {
                series: *series,
                timestamp_ms: self.clock - 7,
                value: -0.0,
            })
            .collect();
        let histograms: Vec<_> = some
            .iter()
            .map(|id| (*id, self.clock, histogram(self.clock.cast_unsigned())))
            .collect();
        let exemplar = Exemplar {
            labels: Labels::from_pairs([("trace_id", "\u{1f980}")]),
            value: f64::NAN,
            timestamp_ms: self.clock - 1,
        };
        let exemplars: Vec<_> = some.iter().map(|id| (*id, exemplar.clone())).collect();
        for id in &some {
            let name = name(*id);
            let start = starts
                .iter()
                .find(|(other, _)| other == id)
                .map_or(0, |(_, start)| *start);
            self.expected.push_back((
                name.clone(),
                self.clock - 7,
                format!("{:x} since 0", (-0.0_f64).to_bits()),
            ));
            let text = format!("{:?} since {start}", histogram(self.clock.cast_unsigned()));
            self.expected.push_back((name.clone(), self.clock, text));
            let text = format!("{:?} {:x}", exemplar.labels, exemplar.value.to_bits());
            self.expected.push_back((name, self.clock - 1, text));
        }
        let batch = Batch {
            series: &known.series,
            values,
            stamped: &stamped,
            histograms: &histograms,
            exemplars: &exemplars,
            start_times: &starts,
            ..empty(known.layout, self.clock)
        };
        self.log
            .append(&batch, self.clock, &mut Vec::new())
            .unwrap();
    }

    fn step(&mut self, acknowledge: bool, half: bool) {
        let mut damage = Damage::default();
        let step = self
            .runtime
            .block_on(self.source.next(&mut damage))
            .unwrap();
        assert_eq!(damage, Damage::default());
        let Step::Chunk(chunk, from) = step else {
            assert_eq!(self.read, self.expected.len(), "caught up too early");
            return;
        };
        let got = lines(&self.log.table.read(), &chunk, from);
        let wanted: Vec<_> = self
            .expected
            .iter()
            .skip(self.read)
            .take(got.len())
            .cloned()
            .collect();
        assert_eq!(got, wanted);
        self.read += got.len();
        if acknowledge {
            let (end, all) = if half && got.len() > 1 {
                let kept = got.len() / 2;
                let index = u32::try_from(from + got.len() - kept).unwrap();
                (Position { index, ..chunk.at }, self.read - kept)
            } else {
                (chunk.end, self.read)
            };
            let counts = crate::Counts {
                samples: all as u64,
                ..crate::Counts::default()
            };
            // The kinds do not matter here, the sum does.
            let before = self.log.pending(ENDPOINT).counts;
            let samples = counts.samples.min(before.samples);
            let histograms = (all as u64 - samples).min(before.histograms);
            let exemplars = all as u64 - samples - histograms;
            let place = self.log.ack(
                ENDPOINT,
                end,
                crate::Counts {
                    samples,
                    histograms,
                    exemplars,
                },
            );
            self.cursor.store(place).unwrap();
            self.expected.drain(..all);
            self.read -= all;
        }
    }

    /// Reads what is left, after one more restart.
    fn finish(mut self) {
        self.apply(Operation::Restart);
        while self.read < self.expected.len() {
            self.step(false, false);
        }
        self.step(false, false);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn what_was_appended_is_read_in_order_across_churn_and_restarts(
        operations in operations(),
        segment_bytes in 200_u64..4000,
        recent_bytes in prop::sample::select(vec![1_usize, 2000, 1 << 20]),
    ) {
        let mut world = World::new((segment_bytes, recent_bytes));
        for operation in operations {
            world.apply(operation);
        }
        world.finish();
    }
}
