//! A set's labels in encoded form, cut where the metric's name and `le` or `quantile` belong.
//!
//! Neighbouring series mostly share their set, so this is made once for many of them.

use crate::table::{EXTRA_NAMES, NONE, Series, Set, Tables};
use crate::varint::Input;

/// The set's labels, encoded, and the places of the labels kept outside of it.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    text: Vec<u8>,
    name_at: usize,
    extra_at: [usize; EXTRA_NAMES.len()],
}

/// One label of a series, in the order in which they are sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Label {
    /// Part of the set.
    OfSet(u32),
    /// The metric's name, or `le` or `quantile`.
    Outside(u32),
}

// === impl Pieces ===

impl Pieces {
    /// Reads the set of `series`: `put` is called for each label in order, and appends those of the set.
    pub(super) fn read(
        &mut self,
        tables: &Tables,
        series: Series,
        mut put: impl FnMut(&mut Vec<u8>, Label),
    ) {
        self.text.clear();
        (self.name_at, self.extra_at) = (0, [0; EXTRA_NAMES.len()]);
        let Some(set) = tables.set(series.set) else {
            return;
        };
        let extra_at = extra_kind(tables, series.extra).and_then(|kind| set.extra_at.get(kind));
        for at in 0..=set.pairs.len() {
            self.mark(set, at);
            if usize::from(set.name_at) == at && series.name != NONE {
                put(&mut self.text, Label::Outside(series.name));
            }
            if extra_at.is_some_and(|place| usize::from(*place) == at) {
                put(&mut self.text, Label::Outside(series.extra));
            }
            if let Some(pair) = set.pairs.get(at) {
                put(&mut self.text, Label::OfSet(*pair));
            }
        }
    }

    /// Notes where the text stands, if a label kept outside goes before pair `at`.
    fn mark(&mut self, set: &Set, at: usize) {
        if usize::from(set.name_at) == at {
            self.name_at = self.text.len();
        }
        for (mark, place) in self.extra_at.iter_mut().zip(set.extra_at) {
            if usize::from(place) == at {
                *mark = self.text.len();
            }
        }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Appends all labels, with `name` and `extra` where they belong.
    #[inline]
    pub(super) fn put(&self, out: &mut Vec<u8>, name: &[u8], extra: &[u8], kind: usize) {
        let extra_at = self.extra_at.get(kind).copied().unwrap_or(self.name_at);
        let (before, behind) = self.text.split_at_checked(self.name_at).unwrap_or_default();
        let (between, behind) = behind
            .split_at_checked(extra_at.saturating_sub(self.name_at))
            .unwrap_or_default();
        for piece in [before, name, between, extra, behind] {
            out.extend_from_slice(piece);
        }
    }
}

/// Which of [`EXTRA_NAMES`] the label is: the length of its name tells.
#[inline]
pub(super) fn extra_kind(tables: &Tables, extra: u32) -> Option<usize> {
    let mut input = Input::new(tables.pair(extra));
    // The field's tag and length, the name's tag.
    input.u8()?;
    input.u64()?;
    input.u8()?;
    let length = usize::from(input.u8()?);
    EXTRA_NAMES.iter().position(|known| known.len() == length)
}
