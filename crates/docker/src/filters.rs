//! Filters of list and events calls.

use std::collections::BTreeMap;

/// Names to values: a thing passes if for every name one of the values fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters(BTreeMap<String, Vec<String>>);

// === impl Filters ===

impl Filters {
    /// Adds values to a filter.
    #[must_use]
    pub fn with(mut self, name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let all = self.0.entry(name.to_owned()).or_default();
        all.extend(values.into_iter().map(Into::into));
        self
    }

    /// Whether nothing is filtered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::json!(self.0).to_string()
    }
}
