//! The steady state: a page whose lines are those of the page before. Only numbers are parsed.

use outpost_model::{SeriesId, StampedSample};

use super::columns::Columns;
use super::exemplars::Exemplars;
use super::lines::{self, Kind, Lines};
use super::page::{Clock, Counts};
use crate::{ExemplarText, Parser, Position};

/// How far a page went like the one before.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// Lines that were the same.
    pub(super) lines: usize,
    /// Where the last run of descriptor lines begins on the page.
    pub(super) descriptors: Option<Position>,
    /// The samples among the lines.
    pub(super) counts: Counts,
    /// Whether the page ended with the last line, well.
    pub(super) complete: bool,
}

/// Walks along `lines` until the page differs.
pub(super) fn replay(
    parser: &mut Parser<'_>,
    lines: &Lines,
    clock: &Clock,
    columns: &mut Columns,
    exemplars: &mut Exemplars,
) -> Replay {
    let mut replay = Replay::default();
    let mut stamped = lines.stamped().iter();
    let mut after_descriptor = false;
    for line in lines.iter() {
        parser.skip_blank_lines();
        let start = parser.position();
        let known = parser
            .peek(line.length)
            .is_some_and(|text| lines::hash(text) == line.hash);
        if !known {
            break;
        }
        if matches!(line.kind, Kind::Meta | Kind::Comment) {
            if !parser.take_line(line.length) {
                break;
            }
            if !after_descriptor {
                replay.descriptors = Some(start);
            }
            after_descriptor = true;
            replay.lines += 1;
            continue;
        }
        after_descriptor = false;
        let Some(sample) = parser.sample_after(line.length) else {
            break;
        };
        let time = clock.own_time(&sample);
        match (line.kind, time) {
            (Kind::Sample, None) => {
                columns.values.push(sample.value);
                if let Some(exemplar) = &sample.exemplar {
                    let id = lines.samples().get(columns.values.len() - 1);
                    note_exemplar(exemplars, id, exemplar, parser, clock.now_ms);
                }
            }
            (Kind::Stamped | Kind::StampedAgain, Some(timestamp_ms)) => {
                let id = stamped.next();
                let accepted = clock.accepts(timestamp_ms);
                replay.counts.out_of_bounds += usize::from(!accepted);
                if let Some(series) = id.copied().filter(|_| accepted) {
                    let value = sample.value;
                    columns.stamped.push(StampedSample {
                        series,
                        timestamp_ms,
                        value,
                    });
                }
                if let Some(exemplar) = &sample.exemplar {
                    note_exemplar(exemplars, id, exemplar, parser, timestamp_ms);
                }
            }
            (Kind::Duplicate, None) => replay.counts.duplicates += 1,
            (Kind::Dropped, _) => {}
            _ => {
                parser.reset(start);
                break;
            }
        }
        replay.lines += 1;
        replay.counts.scraped += 1;
        replay.counts.kept += 1;
    }
    if replay.lines == lines.len() {
        let end = parser.position();
        replay.complete = parser.next().is_none();
        if !replay.complete {
            parser.reset(end);
        }
    }
    replay
}

fn note_exemplar(
    exemplars: &mut Exemplars,
    id: Option<&SeriesId>,
    exemplar: &ExemplarText<'_>,
    parser: &Parser<'_>,
    timestamp_ms: i64,
) {
    if let Some(id) = id {
        exemplars.note(*id, exemplar, parser, timestamp_ms);
    }
}
