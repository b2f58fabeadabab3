//! `stage.regex`: extracts the named groups of an expression's first match.

use outpost_model::GoRegex;
use tokio::time::Instant;

use super::{expression, required, source};
use crate::process::chain::Stage;
use crate::process::config::{RegexConfig, StageError};
use crate::process::item::Item;
use crate::process::value::Value;

/// Extracts groups.
pub(super) struct Regex {
    expression: GoRegex,
    source: Option<String>,
    labels: bool,
}

// === impl Regex ===

impl Regex {
    pub(super) fn new(config: &RegexConfig) -> Result<Self, StageError> {
        required("expression", &config.expression)?;
        Ok(Self {
            expression: expression("expression", &config.expression)?,
            source: source(config.source.as_ref())?,
            labels: config.labels_from_groups,
        })
    }

    fn extract(&self, item: &mut Item) {
        let Some(text) = item.input(self.source.as_deref()) else {
            return;
        };
        let Some(found) = self.expression.find(&text) else {
            return;
        };
        let groups: Vec<_> = self
            .expression
            .names()
            .map(|(name, number)| (name, found.group(number).unwrap_or_default().to_owned()))
            .collect();
        for (name, value) in groups {
            if self.labels {
                item.labels.set(name, &value);
            }
            item.extracted.set(name, Value::Text(value));
        }
    }
}

impl Stage for Regex {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            self.extract(item);
        }
    }
}
