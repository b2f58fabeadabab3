//! The scrapes of one target, as calls: pages in, batches out.

use std::sync::Arc;
use std::time::Duration;

use outpost_model::{AppendError, Generation, Labels, LayoutId, MetricsReceiver, SeriesId};

use super::columns::Columns;
use super::exemplars::Exemplars;
use super::lines::{Kind, Lines};
use super::page::{self, Changed, Clock, Context, Counts, LabelBuffers};
use super::report::{Report, Values};
use super::{ScrapeError, ScrapeOptions};
use crate::{ParseError, ParseReason, Parser, TextFormat};

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageFormat {
    /// Lines of text.
    Text(TextFormat),
    /// Length-delimited messages in Prometheus' protobuf schema.
    Protobuf,
}

/// What a scrape got from its target.
#[derive(Debug)]
pub enum PageInput<'p> {
    /// A page.
    Page {
        /// Its bytes, inflated.
        body: &'p [u8],
        /// How it is written; an error matters only if the page is not empty.
        format: Result<PageFormat, ScrapeError>,
    },
    /// None.
    Failed(ScrapeError),
}

/// What became of a scrape.
#[derive(Clone, Debug, PartialEq)]
pub struct Scraped {
    /// Why the scrape failed, if it did.
    pub error: Option<ScrapeError>,
    /// Why its batch was not stored, if it was not; the receiver has counted the loss.
    pub append: Result<(), AppendError>,
    /// Samples on the page.
    pub samples: usize,
    /// Series that the page before did not have.
    pub added: usize,
    /// Second samples of one series; they are dropped.
    pub duplicates: usize,
    /// Samples more than ten minutes ahead; they are dropped.
    pub out_of_bounds: usize,
    /// Samples that were handed on and stored, those of the report and stale markers among them.
    pub forwarded: usize,
    /// How long it took, as `scrape_duration_seconds` says it.
    pub duration: Duration,
}

/// Buffers that any number of targets use, one after the other.
#[derive(Debug, Default)]
pub struct ScrapeBuffers {
    columns: Columns,
    labels: LabelBuffers,
}

/// The scrapes of one target. Dropping it gives the target's series back, without stale markers.
pub struct TargetScrape {
    options: Arc<ScrapeOptions>,
    target: Labels,
    receiver: Arc<dyn MetricsReceiver>,
    /// The receiver's generation in which the ids were resolved; none before the first scrape.
    generation: Option<Generation>,
    report: Report,
    lines: Lines,
    /// How many of the lines, from the first, had samples in the last scrape.
    alive: usize,
    layout: LayoutId,
    /// The layout of a failed scrape, which has only report series.
    report_layout: LayoutId,
    exemplars: Exemplars,
    /// The next page's series are not new, they only resolve again.
    resolve_quietly: bool,
    /// A target that is gone and gave its samples the same labels; what this one does not go on with ends.
    predecessor: Option<Box<TargetScrape>>,
    /// The same, while its last markers are on their way.
    buried: Option<Box<TargetScrape>>,
}

// === impl TargetScrape ===

impl TargetScrape {
    /// Scrapes of a target whose samples get the labels `target`.
    pub fn new(
        options: Arc<ScrapeOptions>,
        target: Labels,
        receiver: Arc<dyn MetricsReceiver>,
    ) -> Self {
        Self {
            options,
            target,
            receiver,
            generation: None,
            report: Report::default(),
            lines: Lines::default(),
            alive: 0,
            layout: LayoutId::fresh(),
            report_layout: LayoutId::fresh(),
            exemplars: Exemplars::default(),
            resolve_quietly: false,
            predecessor: None,
            buried: None,
        }
    }

    /// Makes this target go on where `old` stopped: series that only `old` had get stale markers with the next scrape.
    pub fn succeed(&mut self, old: Self) {
        self.predecessor = Some(Box::new(old));
    }

    /// The labels that the target gives its samples.
    pub fn labels(&self) -> &Labels {
        &self.target
    }

    /// Takes one scrape's page and hands its batch on. `now_ms` is the time of its samples, Unix time in milliseconds;
    /// `elapsed` says how long the scrape has taken so far.
    pub fn scrape(
        &mut self,
        buffers: &mut ScrapeBuffers,
        input: &PageInput<'_>,
        now_ms: i64,
        elapsed: impl Fn() -> Duration,
    ) -> Scraped {
        loop {
            self.renew();
            let outdated = self.generation;
            let scraped = self.attempt(buffers, input, now_ms, &elapsed);
            let again = scraped.append == Err(AppendError::Outdated)
                && outdated != Some(self.receiver.generation());
            if !again {
                return scraped;
            }
        }
    }

    /// Ends the target: all of its series get stale markers, those of the report, too.
    pub fn end(mut self, buffers: &mut ScrapeBuffers, now_ms: i64) -> Result<(), AppendError> {
        // Series of an older generation got no samples since, and nobody can name them any more.
        let generation = self.receiver.generation();
        if self.generation != Some(generation) {
            return Ok(());
        }
        buffers.columns.begin(0);
        self.all_stale(&mut buffers.columns.stale);
        buffers.columns.stale.extend(self.lines.reports());
        self.alive = 0;
        let layout = LayoutId::fresh();
        let batch = buffers.columns.batch(generation, now_ms, layout, &[]);
        self.receiver.append(&batch)
    }

    /// Resolves the report series in the receiver's current generation; everything of an older one is void.
    fn renew(&mut self) {
        let generation = self.receiver.generation();
        if self.generation == Some(generation) {
            return;
        }
        self.give_back();
        // Rules have changed, not the page.
        self.resolve_quietly = self.lines.len() > 0;
        let (report, ids) =
            Report::resolve(&*self.receiver, &self.target, self.options.extra_metrics);
        self.report = report;
        self.lines = Lines::new(&ids);
        self.alive = 0;
        self.exemplars.clear();
        self.layout = LayoutId::fresh();
        self.report_layout = LayoutId::fresh();
        self.generation = Some(generation);
    }

    fn attempt(
        &mut self,
        buffers: &mut ScrapeBuffers,
        input: &PageInput<'_>,
        now_ms: i64,
        elapsed: &impl Fn() -> Duration,
    ) -> Scraped {
        buffers.columns.begin(self.lines.reports().len());
        let (counts, result, gone) = match input {
            PageInput::Page { body: [], .. } => self.vanish(&mut buffers.columns, Ok(())),
            PageInput::Page {
                body,
                format: Ok(format),
            } => self.page(buffers, body, *format, now_ms),
            PageInput::Page {
                format: Err(error), ..
            }
            | PageInput::Failed(error) => self.vanish(&mut buffers.columns, Err(error.clone())),
        };
        self.bury_predecessor(&mut buffers.columns, result.is_ok());
        let columns = &mut buffers.columns;
        let whole = result.is_ok() && columns.values.len() == self.lines.samples().len();
        let (layout, series) = if whole {
            self.exemplars.accept(&mut columns.exemplars);
            (self.layout, self.lines.samples())
        } else {
            self.exemplars.discard();
            columns.values.truncate(self.lines.reports().len());
            columns.stamped.clear();
            columns.histograms.clear();
            columns.start_times.clear();
            (self.report_layout, self.lines.reports())
        };
        let duration = elapsed();
        let values = self.report_values(&result, counts, input, duration);
        self.report.write(&values, &mut columns.values);
        let generation = self.generation.unwrap_or_default();
        let batch = columns.batch(generation, now_ms, layout, series);
        let append = self.receiver.append(&batch);
        let forwarded = if append.is_ok() { batch.len() } else { 0 };
        if !gone.is_empty() {
            self.receiver.release(generation, &gone);
        }
        self.buried = None;
        Scraped {
            error: result.err(),
            append,
            samples: counts.scraped,
            added: counts.added,
            duplicates: counts.duplicates,
            out_of_bounds: counts.out_of_bounds,
            forwarded,
            duration,
        }
    }

    /// Series of the target before this one that are not on this page end now.
    fn bury_predecessor(&mut self, columns: &mut Columns, with_page: bool) {
        let Some(old) = self.predecessor.take() else {
            return;
        };
        if old.generation == self.generation {
            let mut ended = old.lines.reports().to_vec();
            old.all_stale(&mut ended);
            let mut present: Vec<_> = self.lines.reports().to_vec();
            if with_page {
                self.all_stale(&mut present);
            }
            present.sort_unstable();
            columns.stale.extend(
                ended
                    .into_iter()
                    .filter(|id| present.binary_search(id).is_err()),
            );
            columns.stale.sort_unstable();
            columns.stale.dedup();
        }
        // The markers must be stored before the holds go.
        self.buried = Some(old);
    }

    /// Reads a page; answers the holds to give back after the batch is stored.
    fn page(
        &mut self,
        buffers: &mut ScrapeBuffers,
        body: &[u8],
        format: PageFormat,
        now_ms: i64,
    ) -> (Counts, Result<(), ScrapeError>, Vec<SeriesId>) {
        let context = Context {
            options: &self.options,
            target: &self.target,
            receiver: &*self.receiver,
            clock: Clock {
                now_ms,
                honor_timestamps: self.options.honor_timestamps,
            },
            alive: self.alive,
        };
        let PageFormat::Text(format) = format else {
            let reason = ParseReason::Syntax("protobuf pages cannot be read yet");
            let error = ParseError { line: 1, reason };
            return (Counts::default(), Err(error.into()), Vec::new());
        };
        let mut outcome = page::read(
            &context,
            Parser::new(body, format),
            &self.lines,
            &mut buffers.columns,
            &mut self.exemplars,
            &mut buffers.labels,
        );
        if std::mem::take(&mut self.resolve_quietly) {
            outcome.counts.added = 0;
        }
        let mut gone = Vec::new();
        match outcome.changed {
            None => self.alive = self.lines.len(),
            Some(changed) => gone = self.take_over(changed),
        }
        (outcome.counts, outcome.result, gone)
    }

    fn take_over(&mut self, changed: Changed) -> Vec<SeriesId> {
        if changed.lines.samples() != self.lines.samples() {
            self.layout = LayoutId::fresh();
        }
        self.lines = changed.lines;
        self.alive = changed.alive;
        changed.gone
    }

    /// The page's series end: they are known still, but have no sample in this scrape.
    fn vanish(
        &mut self,
        columns: &mut Columns,
        result: Result<(), ScrapeError>,
    ) -> (Counts, Result<(), ScrapeError>, Vec<SeriesId>) {
        self.all_stale(&mut columns.stale);
        self.alive = 0;
        (Counts::default(), result, Vec::new())
    }

    /// The series that had a sample in the last scrape and are watched for their end.
    fn all_stale(&self, stale: &mut Vec<SeriesId>) {
        let track = self.options.track_timestamps_staleness;
        let present = self.lines.iter().zip(self.lines.ids()).take(self.alive);
        stale.extend(present.filter_map(|(line, id)| match line.kind {
            Kind::Sample => id,
            Kind::Stamped if track => id,
            _ => None,
        }));
        stale.sort_unstable();
        stale.dedup();
    }

    fn report_values(
        &self,
        result: &Result<(), ScrapeError>,
        counts: Counts,
        input: &PageInput<'_>,
        duration: Duration,
    ) -> Values {
        let body_bytes = match (result, input) {
            (Err(ScrapeError::BodySize { .. } | ScrapeError::NoRoom { .. }), _) => -1.0,
            (_, PageInput::Page { body, .. }) => body.len() as f64,
            _ => 0.0,
        };
        Values {
            up: f64::from(u8::from(result.is_ok())),
            duration_seconds: duration.as_secs_f64(),
            scraped: counts.scraped as f64,
            kept: counts.kept as f64,
            added: counts.added as f64,
            timeout_seconds: self.options.timeout.as_secs_f64(),
            sample_limit: self.options.limits.samples as f64,
            body_bytes,
        }
    }

    fn give_back(&self) {
        if let Some(generation) = self.generation {
            self.receiver.release(generation, self.lines.samples());
            self.receiver.release(generation, self.lines.stamped());
        }
    }
}

impl Drop for TargetScrape {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl std::fmt::Debug for TargetScrape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TargetScrape")
            .field("target", &self.target)
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}
