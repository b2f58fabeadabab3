//! A page that differs from the one before: known lines are found again, new ones resolved.
//!
//! A known line is looked for where it should stand, then among the next few lines, then in a map of all lines that is
//! built when it is needed first. So a page with one line more or less costs one map, and a page that lost lines none.

use std::collections::HashSet;
use std::ops::ControlFlow;

use outpost_model::{Resolution, SeriesId, StampedSample};

use super::ScrapeError;
use super::columns::Columns;
use super::exemplars::Exemplars;
use super::family::Family;
use super::index::{Index, Unhashed};
use super::lines::{self, Kind, Line, Lines};
use super::page::{Changed, Context, Counts, LabelBuffers, Outcome};
use super::replay::Replay;
use crate::{Entry, Parser, Position, Series};

/// How many lines ahead a line is looked for before the map is built.
const WINDOW: usize = 32;

/// Unseen lines are kept over failing scrapes, so that series which come back are not counted as added; but not more
/// than twice the page and this many.
const KEPT_OVER_FAILURES: usize = 1000;

/// The work of one page.
pub(super) struct Rebuild<'a> {
    context: &'a Context<'a>,
    old: &'a Lines,
    old_ids: Vec<Option<SeriesId>>,
    /// Which of the old lines were found on the page.
    used: Vec<bool>,
    /// The old lines by hash; built when it is needed first.
    index: Option<Index>,
    /// Where the next line should stand among the old ones.
    cursor: usize,
    /// Texts that the page has and the old lines have not.
    fresh: HashSet<u64, Unhashed>,
    /// Lines that had the scrape's time before and have one of their own now.
    stamped_anew: HashSet<u64, Unhashed>,
    family: Family,
    /// A descriptor line is new: series resolve again, so that the receiver sees what it says.
    describe_again: bool,
    next: Lines,
    /// Holds of series whose first sample was refused: they are not known by it.
    refused: Vec<SeriesId>,
    columns: &'a mut Columns,
    exemplars: &'a mut Exemplars,
    buffers: &'a mut LabelBuffers,
    counts: Counts,
}

/// A sample line with what is known about its series.
struct Found<'p> {
    series: Series<'p>,
    hash: u64,
    time: Option<i64>,
}

// === impl Rebuild ===

impl<'a> Rebuild<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        old: &'a Lines,
        columns: &'a mut Columns,
        exemplars: &'a mut Exemplars,
        buffers: &'a mut LabelBuffers,
    ) -> Self {
        Self {
            context,
            old,
            old_ids: old.ids().collect(),
            used: vec![false; old.len()],
            index: None,
            cursor: 0,
            fresh: HashSet::default(),
            stamped_anew: HashSet::default(),
            family: Family::default(),
            describe_again: false,
            next: Lines::new(old.reports()),
            refused: Vec::new(),
            columns,
            exemplars,
            buffers,
            counts: Counts::default(),
        }
    }

    /// Reads the rest of the page, of which `walked` went like the old lines.
    pub(super) fn run(mut self, mut parser: Parser<'_>, walked: &Replay) -> Outcome {
        self.take_over(&mut parser, walked);
        let mut result = loop {
            match self.line(&mut parser) {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(result) => break result,
            }
        };
        let limit = self.context.options.limits.samples;
        if result.is_ok() && limit > 0 && self.counts.appended() > limit {
            result = Err(ScrapeError::SampleLimit { limit });
        }
        self.finish(result)
    }

    /// Takes the lines over that were the same, and reads the descriptors before the first that is not.
    fn take_over(&mut self, parser: &mut Parser<'_>, walked: &Replay) {
        for (index, line) in self.old.iter().take(walked.lines).enumerate() {
            self.reuse(index, line);
        }
        self.cursor = walked.lines;
        self.counts = walked.counts;
        let end = parser.position();
        let Some(descriptors) = walked.descriptors else {
            return;
        };
        parser.reset(descriptors);
        while parser.position() != end {
            match parser.next() {
                Some(Ok(Entry::Series(_)) | Err(_)) | None => break,
                Some(Ok(entry)) => self.describe(&entry, parser),
            }
        }
        parser.reset(end);
    }

    /// Marks the old line as found and takes it over.
    fn reuse(&mut self, index: usize, line: Line) {
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
        let id = self.old_ids.get(index).copied().flatten();
        self.next.push(line, id);
    }

    fn line(&mut self, parser: &mut Parser<'_>) -> ControlFlow<Result<(), ScrapeError>> {
        parser.skip_blank_lines();
        if self.known_line(parser) {
            return ControlFlow::Continue(());
        }
        let start = parser.position();
        match parser.next() {
            None => ControlFlow::Break(Ok(())),
            Some(Err(error)) => ControlFlow::Break(Err(error.into())),
            Some(Ok(Entry::Series(series))) => {
                let found = Found {
                    hash: lines::hash(series.text),
                    time: self.context.clock.own_time(&series),
                    series,
                };
                match self.sample(&found, parser) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => ControlFlow::Break(Err(error)),
                }
            }
            Some(Ok(entry)) => {
                self.descriptor(&entry, parser, start);
                ControlFlow::Continue(())
            }
        }
    }

    /// Takes the next line if it is the sample that should stand there.
    fn known_line(&mut self, parser: &mut Parser<'_>) -> bool {
        let index = self.cursor;
        let Some(line) = self.old.get(index) else {
            return false;
        };
        if !line.kind.is_series() || self.describe_again || self.used.get(index) == Some(&true) {
            return false;
        }
        let same = parser
            .peek(line.length)
            .is_some_and(|text| lines::hash(text) == line.hash);
        let Some(series) = same.then(|| parser.sample_after(line.length)).flatten() else {
            return false;
        };
        let time = self.context.clock.own_time(&series);
        self.counts.scraped += 1;
        self.again(
            index,
            &Found {
                series,
                hash: line.hash,
                time,
            },
            parser,
        );
        true
    }

    /// Takes a sample whose series is old line `index`.
    fn again(&mut self, index: usize, found: &Found<'_>, parser: &Parser<'_>) {
        self.cursor = index + 1;
        self.counts.kept += 1;
        let Some(mut line) = self.old.get(index) else {
            return;
        };
        if line.kind != Kind::Dropped {
            let before = std::mem::replace(&mut line.kind, found.kind());
            if before == Kind::Sample && line.kind == Kind::Stamped {
                self.stamped_anew.insert(line.hash);
            }
        }
        self.reuse(index, line);
        if let Some(id) = self.old_ids.get(index).copied().flatten() {
            self.append(id, found, parser);
        }
    }

    fn append(&mut self, id: SeriesId, found: &Found<'_>, parser: &Parser<'_>) -> bool {
        let clock = &self.context.clock;
        let value = found.series.value;
        let mut accepted = true;
        match found.time {
            None => self.columns.values.push(value),
            Some(timestamp_ms) if clock.accepts(timestamp_ms) => {
                self.columns.stamped.push(StampedSample {
                    series: id,
                    timestamp_ms,
                    value,
                });
            }
            Some(_) => {
                self.counts.out_of_bounds += 1;
                accepted = false;
            }
        }
        if let Some(exemplar) = &found.series.exemplar {
            let time = found.time.unwrap_or(clock.now_ms);
            self.exemplars.note(id, exemplar, parser, time);
        }
        accepted
    }

    fn sample(&mut self, found: &Found<'_>, parser: &Parser<'_>) -> Result<(), ScrapeError> {
        self.counts.scraped += 1;
        let known = self.find(found.hash);
        let used = known.is_some_and(|index| self.used.get(index) == Some(&true));
        let seen = used || self.fresh.contains(&found.hash);
        if seen && found.time.is_none() {
            self.counts.kept += 1;
            self.counts.duplicates += 1;
            self.next.push(found.line(Kind::Duplicate), None);
            return Ok(());
        }
        if let Some(index) = known
            && !seen
            && !self.describe_again
        {
            self.again(index, found, parser);
            return Ok(());
        }
        self.fresh_sample(found, known, seen, parser)
    }

    /// Takes a sample of a series that must be resolved.
    fn fresh_sample(
        &mut self,
        found: &Found<'_>,
        known: Option<usize>,
        seen: bool,
        parser: &Parser<'_>,
    ) -> Result<(), ScrapeError> {
        let limit = self.context.options.limits.samples;
        if limit > 0 && self.counts.appended() >= limit && known.is_none() {
            // Only counted: the scrape has failed already.
            self.counts.kept += 1;
            return Ok(());
        }
        let resolution = self
            .context
            .resolve(parser, &mut self.family, self.buffers)?;
        self.counts.kept += 1;
        self.fresh.insert(found.hash);
        if let Some(index) = known.filter(|_| !seen) {
            // The new hold takes the old one's place, which is given back as unseen.
            self.cursor = index + 1;
        }
        let mut accepted = true;
        match resolution {
            Resolution::Series(id) => {
                let kind = if seen {
                    Kind::StampedAgain
                } else {
                    found.kind()
                };
                accepted = self.append(id, found, parser);
                if accepted || seen || known.is_some() {
                    self.next.push(found.line(kind), Some(id));
                } else {
                    self.refused.push(id);
                }
            }
            Resolution::Dropped => self.next.push(found.line(Kind::Dropped), None),
        }
        if known.is_none() && !seen && accepted {
            self.counts.added += 1;
        }
        Ok(())
    }

    fn descriptor(&mut self, entry: &Entry<'_>, parser: &Parser<'_>, start: Position) {
        let text = parser.since(start);
        let kind = if *entry == Entry::Comment {
            Kind::Comment
        } else {
            Kind::Meta
        };
        let line = Line {
            hash: lines::hash(text),
            length: text.len(),
            kind,
        };
        let known = self.old.find(line.hash, self.cursor, WINDOW);
        if let Some(index) = known {
            self.cursor = index + 1;
            if let Some(used) = self.used.get_mut(index) {
                *used = true;
            }
        }
        if kind == Kind::Meta {
            // A new family's series are new, too; what matters is a known family that is described in another way.
            self.describe_again = known.is_none() && self.old.len() > 0;
            self.describe(entry, parser);
        }
        self.next.push(line, None);
    }

    fn describe(&mut self, entry: &Entry<'_>, parser: &Parser<'_>) {
        match entry {
            Entry::Type { family, kind } => {
                self.family
                    .describe(family, |metadata| metadata.kind = *kind);
            }
            Entry::Help { family, text } => {
                let help = parser.help(text);
                self.family
                    .describe(family, |metadata| metadata.help = help);
            }
            Entry::Unit { family, unit } => {
                let unit = String::from_utf8_lossy(unit).into_owned();
                self.family
                    .describe(family, |metadata| metadata.unit = unit);
            }
            Entry::Series(_) | Entry::Comment => {}
        }
    }

    /// The old sample line with that hash, wherever it stands.
    fn find(&mut self, hash: u64) -> Option<usize> {
        let near = self.old.find(hash, self.cursor, WINDOW);
        if let Some(index) = near
            && self
                .old
                .get(index)
                .is_some_and(|line| line.kind.is_series())
            && self.used.get(index) == Some(&false)
        {
            return Some(index);
        }
        let index = self.index.get_or_insert_with(|| Index::of(self.old));
        index.find(hash)
    }

    /// Whether the end of a line's series is to be marked.
    fn is_tracked(&self, kind: Kind) -> bool {
        match kind {
            Kind::Sample => true,
            Kind::Stamped => self.context.options.track_timestamps_staleness,
            _ => false,
        }
    }

    /// The series that had a sample in the scrape before and whose line is gone, or now has a time of its own.
    fn ended(&self) -> HashSet<SeriesId> {
        let before = self.old.iter().zip(&self.old_ids).zip(&self.used);
        before
            .take(self.context.alive)
            .filter(|((line, _), used)| {
                self.is_tracked(line.kind) && (!**used || self.stamped_anew.contains(&line.hash))
            })
            .filter_map(|((_, id), _)| *id)
            .collect()
    }

    fn finish(mut self, result: Result<(), ScrapeError>) -> Outcome {
        let alive = self.next.len();
        let mut gone = std::mem::take(&mut self.refused);
        let keep_unseen = result.is_err() && self.old.len() <= 2 * alive + KEPT_OVER_FAILURES;
        let mut ended = self.ended();
        for (index, (line, id)) in self.old.iter().zip(&self.old_ids).enumerate() {
            if self.used.get(index) == Some(&true) {
                continue;
            }
            if keep_unseen && line.kind.is_series() && !self.fresh.contains(&line.hash) {
                self.next.push(line, *id);
            } else {
                gone.extend(*id);
            }
        }
        if !ended.is_empty() {
            // A series that was only written in another way has not ended.
            let present = self.next.iter().zip(self.next.ids()).take(alive);
            for (_, id) in present.filter(|(line, _)| self.is_tracked(line.kind)) {
                id.map(|id| ended.remove(&id));
            }
        }
        self.columns.stale.extend(ended);
        self.columns.stale.sort_unstable();
        self.exemplars.forget(&gone);
        self.next.shrink();
        Outcome {
            counts: self.counts,
            result,
            changed: Some(Changed {
                lines: self.next,
                alive,
                gone,
            }),
        }
    }
}

// === impl Found ===

impl Found<'_> {
    fn kind(&self) -> Kind {
        if self.time.is_some() {
            Kind::Stamped
        } else {
            Kind::Sample
        }
    }

    fn line(&self, kind: Kind) -> Line {
        Line {
            hash: self.hash,
            length: self.series.text.len(),
            kind,
        }
    }
}
