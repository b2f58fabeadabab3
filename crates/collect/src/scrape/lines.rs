//! What the lines of a target's last page were: 12 bytes for each line, and the id of each series.
//!
//! Line *i* of the next page is compared with line *i* here by a keyed 64-bit hash of the series' bytes. Two texts of one
//! target with equal length and hash are taken for one series; with a key that is drawn at start, a target cannot make
//! them on purpose, and by chance it happens once in 2^64 lines.

use std::sync::LazyLock;

use outpost_model::SeriesId;
use rapidhash::v3::{RapidSecrets, rapidhash_v3_seeded};

/// What a line was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A sample at the scrape's time.
    Sample,
    /// A sample with a time of its own.
    Stamped,
    /// A further sample with a time of its own, of a series that the page has above.
    StampedAgain,
    /// A sample that the receiver does not want.
    Dropped,
    /// A second sample of a series; it is not sent.
    Duplicate,
    /// A `# HELP`, `# TYPE` or `# UNIT` line.
    Meta,
    /// A comment.
    Comment,
}

/// A line's kind and the length of what was hashed, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark(u32);

/// The lines of a page, in order.
#[derive(Debug, Default)]
pub(super) struct Lines {
    hashes: Vec<u64>,
    marks: Vec<Mark>,
    /// The ids of the report series, then those of the [`Kind::Sample`] lines.
    samples: Vec<SeriesId>,
    reports: usize,
    /// The ids of the [`Kind::Stamped`] and [`Kind::StampedAgain`] lines.
    stamped: Vec<SeriesId>,
}

/// One line of [`Lines`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) hash: u64,
    pub(super) length: usize,
    pub(super) kind: Kind,
}

/// The hash of a line's bytes, under this process' key.
#[inline]
pub(super) fn hash(bytes: &[u8]) -> u64 {
    static KEY: LazyLock<RapidSecrets> = LazyLock::new(RapidSecrets::random);
    rapidhash_v3_seeded(bytes, &KEY)
}

// === impl Kind ===

impl Kind {
    /// Whether the line is the first of its series.
    pub(super) fn is_series(self) -> bool {
        matches!(self, Self::Sample | Self::Stamped | Self::Dropped)
    }
}

// === impl Mark ===

impl Mark {
    const KINDS: [Kind; 7] = [
        Kind::Sample,
        Kind::Stamped,
        Kind::StampedAgain,
        Kind::Dropped,
        Kind::Duplicate,
        Kind::Meta,
        Kind::Comment,
    ];
    const SHIFT: u32 = 29;
    /// Longer texts are never recognised again, which costs only time.
    const MAX_LENGTH: u32 = (1 << Self::SHIFT) - 1;

    fn new(kind: Kind, length: usize) -> Self {
        let length = u32::try_from(length).unwrap_or(Self::MAX_LENGTH);
        let kind = match kind {
            Kind::Sample => 0,
            Kind::Stamped => 1,
            Kind::StampedAgain => 2,
            Kind::Dropped => 3,
            Kind::Duplicate => 4,
            Kind::Meta => 5,
            Kind::Comment => 6,
        };
        Self(kind << Self::SHIFT | length.min(Self::MAX_LENGTH))
    }

    #[inline]
    fn kind(self) -> Kind {
        let index = (self.0 >> Self::SHIFT) as usize;
        Self::KINDS.get(index).copied().unwrap_or(Kind::Comment)
    }

    #[inline]
    fn length(self) -> usize {
        (self.0 & Self::MAX_LENGTH) as usize
    }
}

// === impl Lines ===

impl Lines {
    /// No lines yet; the report series stand before all others in every batch.
    pub(super) fn new(reports: &[SeriesId]) -> Self {
        Self {
            samples: reports.to_vec(),
            reports: reports.len(),
            ..Self::default()
        }
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The lines in order.
    #[inline]
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Line> + '_ {
        self.hashes
            .iter()
            .zip(&self.marks)
            .map(|(hash, mark)| Line {
                hash: *hash,
                length: mark.length(),
                kind: mark.kind(),
            })
    }

    pub(super) fn get(&self, index: usize) -> Option<Line> {
        let mark = self.marks.get(index)?;
        Some(Line {
            hash: *self.hashes.get(index)?,
            length: mark.length(),
            kind: mark.kind(),
        })
    }

    /// Where the hash stands among the `window` lines from `start` on.
    pub(super) fn find(&self, hash: u64, start: usize, window: usize) -> Option<usize> {
        let end = start.saturating_add(window).min(self.len());
        let near = self.hashes.get(start..end)?;
        near.iter()
            .position(|known| *known == hash)
            .map(|at| start + at)
    }

    /// The ids of the report series.
    pub(super) fn reports(&self) -> &[SeriesId] {
        self.samples.get(..self.reports).unwrap_or_default()
    }

    /// The ids of the report series and of all samples at the scrape's time, in order.
    pub(super) fn samples(&self) -> &[SeriesId] {
        &self.samples
    }

    /// The ids of the samples with times of their own, in order.
    pub(super) fn stamped(&self) -> &[SeriesId] {
        &self.stamped
    }

    /// The id of each line; `None` where the line has no series.
    pub(super) fn ids(&self) -> impl Iterator<Item = Option<SeriesId>> + '_ {
        let mut samples = self.samples.iter().copied().skip(self.reports);
        let mut stamped = self.stamped.iter().copied();
        self.marks.iter().map(move |mark| match mark.kind() {
            Kind::Sample => samples.next(),
            Kind::Stamped | Kind::StampedAgain => stamped.next(),
            _ => None,
        })
    }

    pub(super) fn push(&mut self, line: Line, id: Option<SeriesId>) {
        self.hashes.push(line.hash);
        self.marks.push(Mark::new(line.kind, line.length));
        match line.kind {
            Kind::Sample => self.samples.extend(id),
            Kind::Stamped | Kind::StampedAgain => self.stamped.extend(id),
            _ => {}
        }
    }

    /// Gives unused memory back.
    pub(super) fn shrink(&mut self) {
        self.hashes.shrink_to_fit();
        self.marks.shrink_to_fit();
        self.samples.shrink_to_fit();
        self.stamped.shrink_to_fit();
    }
}
