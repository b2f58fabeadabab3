//! What one request carries: samples, histograms and exemplars by series id, before encoding.
//!
//! A request is built from points, so that it can be split, filtered by age or encoded in the other protocol version
//! while it is being retried. The ids stay valid because whoever holds the points holds the chunks they came from.

use outpost_model::{Exemplar, Histogram};

/// One sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) series: u32,
    /// Place in [`Points::starts`] plus one; zero: not known.
    pub(crate) start: u32,
    pub(crate) timestamp_ms: i64,
    pub(crate) value: f64,
}

/// One histogram.
#[derive(Clone, Debug)]
pub(crate) struct HistogramPoint {
    pub(crate) series: u32,
    pub(crate) timestamp_ms: i64,
    pub(crate) start_ms: i64,
    pub(crate) histogram: Histogram,
}

/// Samples, histograms and exemplars, numbered through in this order.
#[derive(Debug, Default)]
pub(crate) struct Points {
    pub(crate) samples: Vec<Point>,
    pub(crate) starts: Vec<i64>,
    pub(crate) histograms: Vec<HistogramPoint>,
    pub(crate) exemplars: Vec<(u32, Exemplar)>,
    /// Successive samples of one series share one `TimeSeries`.
    pub(crate) merge: bool,
}

/// How many of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Float samples, stale markers among them.
    pub samples: u64,
    /// Native histograms.
    pub histograms: u64,
    /// Exemplars.
    pub exemplars: u64,
}

// === impl Points ===

impl Points {
    /// All there is.
    pub(crate) fn len(&self) -> usize {
        self.samples.len() + self.histograms.len() + self.exemplars.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.samples.clear();
        self.starts.clear();
        self.histograms.clear();
        self.exemplars.clear();
        self.merge = false;
    }

    /// When the series of this sample began to count, zero where nobody said.
    #[inline]
    pub(crate) fn start_of(&self, point: &Point) -> i64 {
        match (point.start as usize).checked_sub(1) {
            Some(at) => self.starts.get(at).copied().unwrap_or(0),
            None => 0,
        }
    }

    /// The samples at the front of `rest` that go into one `TimeSeries`, at most `most`.
    #[inline]
    pub(crate) fn run<'a>(&self, rest: &'a [Point], most: usize) -> Option<&'a [Point]> {
        let first = rest.first()?;
        let same = |point: &&Point| point.series == first.series;
        let length = if self.merge {
            rest.iter().take(most.max(1)).take_while(same).count()
        } else {
            1
        };
        rest.get(..length)
    }

    /// Puts samples of one series beside each other, oldest first.
    pub(crate) fn group(&mut self) {
        self.merge = true;
        // Stable: the order of arrival is the order of time within a series.
        self.samples.sort_by_key(|point| point.series);
    }

    /// Forgets what is older than `oldest_ms`; how many of each that were.
    pub(crate) fn drop_older(&mut self, oldest_ms: i64) -> Counts {
        let before = self.counts();
        self.samples.retain(|point| point.timestamp_ms >= oldest_ms);
        self.histograms
            .retain(|point| point.timestamp_ms >= oldest_ms);
        self.exemplars
            .retain(|(_, exemplar)| exemplar.timestamp_ms >= oldest_ms);
        before - self.counts()
    }

    /// Forgets the first `count`.
    pub(crate) fn drop_front(&mut self, mut count: usize) {
        fn cut<T>(list: &mut Vec<T>, count: &mut usize) {
            let here = (*count).min(list.len());
            list.drain(..here);
            *count -= here;
        }
        cut(&mut self.samples, &mut count);
        cut(&mut self.histograms, &mut count);
        cut(&mut self.exemplars, &mut count);
    }

    /// The counts of the first `count`.
    pub(crate) fn counts_of_first(&self, count: usize) -> Counts {
        let samples = count.min(self.samples.len());
        let histograms = (count - samples).min(self.histograms.len());
        let exemplars = (count - samples - histograms).min(self.exemplars.len());
        Counts {
            samples: samples as u64,
            histograms: histograms as u64,
            exemplars: exemplars as u64,
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            samples: self.samples.len() as u64,
            histograms: self.histograms.len() as u64,
            exemplars: self.exemplars.len() as u64,
        }
    }
}

// === impl Counts ===

impl Counts {
    /// No more of each kind than `most`.
    pub(crate) fn at_most(self, most: Self) -> Self {
        Self {
            samples: self.samples.min(most.samples),
            histograms: self.histograms.min(most.histograms),
            exemplars: self.exemplars.min(most.exemplars),
        }
    }

    /// All of them together.
    pub fn total(self) -> u64 {
        self.samples + self.histograms + self.exemplars
    }
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            samples: self.samples + other.samples,
            histograms: self.histograms + other.histograms,
            exemplars: self.exemplars + other.exemplars,
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Never below zero.
impl std::ops::Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            samples: self.samples.saturating_sub(other.samples),
            histograms: self.histograms.saturating_sub(other.histograms),
            exemplars: self.exemplars.saturating_sub(other.exemplars),
        }
    }
}
