//! A page's way into columns: along the lines of the page before, and line by line from where it differs.

use std::sync::Arc;

use outpost_model::{Labels, LabelsBuilder, MetricsReceiver, Resolution, SeriesId};

use super::columns::Columns;
use super::exemplars::Exemplars;
use super::family::Family;
use super::lines::Lines;
use super::rebuild::Rebuild;
use super::replay::{Replay, replay};
use super::{ScrapeError, ScrapeOptions, sample_labels};
use crate::{Parser, Series};

/// Samples further ahead of the clock than this are dropped.
const MAX_AHEAD_MS: i64 = 10 * 60 * 1000;

/// The times of one scrape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// The scrape's time, Unix time in milliseconds.
    pub(super) now_ms: i64,
    /// Whether samples keep times of their own.
    pub(super) honor_timestamps: bool,
}

/// How many samples a page had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// On the page.
    pub(super) scraped: usize,
    /// That were good, duplicates among them.
    pub(super) kept: usize,
    /// Of series that were not known.
    pub(super) added: usize,
    /// Second samples of one series at one time.
    pub(super) duplicates: usize,
    /// Too far ahead.
    pub(super) out_of_bounds: usize,
}

/// What a page made of the lines before it.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) counts: Counts,
    pub(super) result: Result<(), ScrapeError>,
    /// The lines to compare the next page with, where they are not the same.
    pub(super) changed: Option<Changed>,
}

/// Lines that differ from those before.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) lines: Lines,
    /// How many of the lines, from the first, count as present.
    pub(super) alive: usize,
    /// Holds of series that are gone, to be given back once their stale markers are stored.
    pub(super) gone: Vec<SeriesId>,
}

/// What reading a page needs of its target.
pub(super) struct Context<'a> {
    pub(super) options: &'a ScrapeOptions,
    pub(super) target: &'a Labels,
    pub(super) receiver: &'a dyn MetricsReceiver,
    pub(super) clock: Clock,
    /// Lines of the page before that count as present.
    pub(super) alive: usize,
}

/// Buffers of the slow path.
#[derive(Debug, Default)]
pub(super) struct LabelBuffers {
    builder: LabelsBuilder,
    labels: Labels,
}

/// Reads a page into `columns`.
pub(super) fn read(
    context: &Context<'_>,
    mut parser: Parser<'_>,
    lines: &Lines,
    columns: &mut Columns,
    exemplars: &mut Exemplars,
    buffers: &mut LabelBuffers,
) -> Outcome {
    let start = parser.position();
    let mut walked = replay(&mut parser, lines, &context.clock, columns, exemplars);
    let limit = context.options.limits.samples;
    if walked.complete {
        if limit == 0 || walked.counts.appended() <= limit {
            return Outcome {
                counts: walked.counts,
                result: Ok(()),
                changed: None,
            };
        }
        // Over the limit: which samples are too many is found line by line.
        parser.reset(start);
        columns.begin(lines.reports().len());
        exemplars.discard();
        walked = Replay::default();
    }
    Rebuild::new(context, lines, columns, exemplars, buffers).run(parser, &walked)
}

// === impl Counts ===

impl Counts {
    /// Samples that count for the limit.
    pub(super) fn appended(&self) -> usize {
        self.kept - self.duplicates
    }
}

// === impl Clock ===

impl Clock {
    /// The time that `series` keeps.
    #[inline]
    pub(super) fn own_time(&self, series: &Series<'_>) -> Option<i64> {
        series.timestamp_ms.filter(|_| self.honor_timestamps)
    }

    /// Whether a sample of that time is not too far ahead.
    #[inline]
    pub(super) fn accepts(&self, timestamp_ms: i64) -> bool {
        timestamp_ms <= self.now_ms.saturating_add(MAX_AHEAD_MS)
    }
}

// === impl Context ===

impl Context<'_> {
    /// Resolves the last series that `parser` read.
    pub(super) fn resolve(
        &self,
        parser: &Parser<'_>,
        family: &mut Family,
        buffers: &mut LabelBuffers,
    ) -> Result<Resolution, ScrapeError> {
        let LabelBuffers { builder, labels } = buffers;
        builder.clear();
        if parser.labels(builder).is_err() {
            return Err(ScrapeError::InvalidName {
                name: char::REPLACEMENT_CHARACTER.to_string(),
            });
        }
        sample_labels::merge(builder, self.target, self.options.honor_labels);
        sample_labels::check(builder, self.options)?;
        builder.build_into(labels);
        let metadata: Option<&Arc<_>> = family.of(labels.metric_name());
        Ok(self.receiver.resolve(labels, metadata))
    }
}
