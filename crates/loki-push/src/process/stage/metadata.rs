//! Structured metadata: what becomes it, and what leaves it.

use outpost_model::GoRegex;
use tokio::time::Instant;

use super::labels::not_empty;
use super::optional;
use crate::process::chain::Stage;
use crate::process::config::StageError;
use crate::process::item::Item;

/// `stage.structured_metadata`.
pub(super) struct Take {
    values: Vec<(String, String)>,
    regex: Option<GoRegex>,
}

/// `stage.structured_metadata_drop`.
pub(super) struct Drop(Vec<String>);

// === impl Take ===

impl Take {
    pub(super) fn new(values: &[(String, String)], regex: &str) -> Result<Self, StageError> {
        let values = values.iter().map(|(name, from)| {
            let from = if from.is_empty() { name } else { from };
            (name.clone(), from.clone())
        });
        Ok(Self {
            values: values.collect(),
            regex: optional("regex", regex)?,
        })
    }

    /// Moves a label, or copies an extracted value.
    fn take(item: &mut Item, name: &str, from: &str) {
        if let Some(value) = item.labels.get(from).map(str::to_owned) {
            item.set_metadata(name, &value);
            item.labels.remove(from);
        } else if let Some(value) = item.input(Some(from)).map(std::borrow::Cow::into_owned) {
            item.set_metadata(name, &value);
        }
    }
}

impl Stage for Take {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            for (name, from) in &self.values {
                Self::take(item, name, from);
            }
            let Some(regex) = &self.regex else {
                continue;
            };
            let extracted = item.extracted.all().into_iter().map(|(name, _)| name);
            let mut names: Vec<_> = extracted.chain(item.labels.names()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names.iter().filter(|name| regex.is_match(name)) {
                Self::take(item, name, name);
            }
        }
    }
}

// === impl Drop ===

impl Drop {
    pub(super) fn new(names: &[String]) -> Result<Self, StageError> {
        not_empty(names).map(Self)
    }
}

impl Stage for Drop {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            item.metadata
                .retain(|(name, _)| !self.0.iter().any(|n| **n == **name));
        }
    }
}
