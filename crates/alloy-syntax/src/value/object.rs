//! Objects: named values in the order in which they were written, found by name in logarithmic time.

use std::fmt;
use std::sync::Arc;

use super::Value;

/// Named values, each name once.
#[derive(Clone, Default)]
pub struct Object(Arc<Inner>);

#[derive(Default)]
struct Inner {
    entries: Vec<(Arc<str>, Value)>,
    /// Positions in `entries`, ordered by name.
    by_name: Vec<usize>,
}

// === impl Object ===

impl Object {
    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let Inner { entries, by_name } = &*self.0;
        let at = by_name
            .binary_search_by(|at| entries.get(*at).map_or("", |(n, _)| n).cmp(name))
            .ok()?;
        entries.get(*by_name.get(at)?).map(|(_, value)| value)
    }

    /// The entries as they were written.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.0.entries.iter().map(|(name, value)| (name, value))
    }

    /// The entries ordered by name, the order in which the language shows them.
    pub fn sorted(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        let Inner { entries, by_name } = &*self.0;
        by_name
            .iter()
            .filter_map(|at| entries.get(*at))
            .map(|(name, value)| (name, value))
    }

    /// Equal names with equal values, in any order.
    pub fn equals(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .sorted()
                .zip(other.sorted())
                .all(|((a, x), (b, y))| a == b && x.equals(y))
    }
}

impl<N: Into<Arc<str>>> FromIterator<(N, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(entries: I) -> Self {
        let written: Vec<(Arc<str>, Value)> = entries
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect();
        // The last of several equal names wins and keeps the place of the first.
        let mut order: Vec<usize> = (0..written.len()).collect();
        let name = |at: &usize| written.get(*at).map(|(name, _)| Arc::clone(name));
        order.sort_by_key(|at| (name(at), *at));
        let mut last_of = vec![None; written.len()];
        for same in order.chunk_by(|a, b| name(a) == name(b)) {
            if let (Some(first), Some(last)) = (same.first(), same.last())
                && let Some(slot) = last_of.get_mut(*first)
            {
                *slot = written.get(*last).map(|(_, value)| value.clone());
            }
        }
        let entries: Vec<(Arc<str>, Value)> = written
            .into_iter()
            .zip(last_of)
            .filter_map(|((name, _), value)| Some((name, value?)))
            .collect();
        let mut by_name: Vec<usize> = (0..entries.len()).collect();
        by_name.sort_by(|a, b| {
            entries
                .get(*a)
                .map(|(name, _)| name)
                .cmp(&entries.get(*b).map(|(name, _)| name))
        });
        Self(Arc::new(Inner { entries, by_name }))
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
