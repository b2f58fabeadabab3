//! Exemplars that are new since the last scrape.
//!
//! A target shows its last exemplar on every page; it is sent once. The last one of each series is remembered by its
//! hash, and only series that have exemplars take part.

use std::collections::HashMap;

use outpost_model::{Exemplar, LabelsBuilder, SeriesId};
use rapidhash::fast::RandomState;

use super::lines;
use crate::{ExemplarText, Parser};

/// Characters of all names and values of an exemplar; longer ones are dropped without a word, as Prometheus does.
const MAX_CHARACTERS: usize = 128;

/// The last exemplar of each series that had one.
#[derive(Debug, Default)]
pub(super) struct Exemplars {
    last: HashMap<SeriesId, u64, RandomState>,
    /// Those of the page that is being read; they count once the page is taken as a whole.
    pending: Vec<(SeriesId, u64, Option<Exemplar>)>,
}

// === impl Exemplars ===

impl Exemplars {
    /// Takes the exemplar of a sample of `timestamp_ms`.
    pub(super) fn note(
        &mut self,
        series: SeriesId,
        exemplar: &ExemplarText<'_>,
        parser: &Parser<'_>,
        timestamp_ms: i64,
    ) {
        let parts = [
            lines::hash(exemplar.labels),
            exemplar.value.to_bits(),
            exemplar.timestamp_ms.map_or(u64::MAX, i64::cast_unsigned),
        ];
        let hash = lines::hash(parts.map(u64::to_ne_bytes).as_flattened());
        if self.last.get(&series) == Some(&hash) {
            return;
        }
        let exemplar = read(exemplar, parser, timestamp_ms);
        self.pending.push((series, hash, exemplar));
    }

    /// Forgets what the page brought.
    pub(super) fn discard(&mut self) {
        self.pending.clear();
    }

    /// Moves what the page brought to `out`, oldest first within a series.
    pub(super) fn accept(&mut self, out: &mut Vec<(SeriesId, Exemplar)>) {
        for (series, hash, exemplar) in self.pending.drain(..) {
            self.last.insert(series, hash);
            out.extend(exemplar.map(|exemplar| (series, exemplar)));
        }
    }

    /// Forgets series that are gone.
    pub(super) fn forget(&mut self, series: &[SeriesId]) {
        if !self.last.is_empty() {
            for id in series {
                self.last.remove(id);
            }
        }
    }

    /// Forgets all, because the ids have no meaning any more.
    pub(super) fn clear(&mut self) {
        self.last.clear();
        self.pending.clear();
    }
}

fn read(exemplar: &ExemplarText<'_>, parser: &Parser<'_>, timestamp_ms: i64) -> Option<Exemplar> {
    let mut labels = LabelsBuilder::default();
    parser.exemplar_labels(&mut labels).ok()?;
    labels.retain(|_, value| !value.is_empty());
    let characters: usize = labels
        .iter()
        .map(|(name, value)| name.chars().count() + value.chars().count())
        .sum();
    if characters > MAX_CHARACTERS || labels.duplicate().is_some() {
        return None;
    }
    Some(Exemplar {
        labels: labels.build(),
        value: exemplar.value,
        timestamp_ms: exemplar.timestamp_ms.unwrap_or(timestamp_ms),
    })
}
