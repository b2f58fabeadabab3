//! `stage.replace`: replaces what an expression's groups match.

use outpost_model::{GoMatch, GoRegex};
use tokio::time::Instant;

use super::template::compile;
use super::{expression, required, source};
use crate::process::chain::Stage;
use crate::process::config::{ReplaceConfig, StageError};
use crate::process::item::Item;
use crate::process::template::{T, Template};
use crate::process::value::Value;

/// `stage.replace`.
pub(super) struct Replace {
    expression: GoRegex,
    groups: usize,
    template: Template,
    source: Option<String>,
}

// === impl Replace ===

impl Replace {
    pub(super) fn new(config: &ReplaceConfig) -> Result<Self, StageError> {
        required("expression", &config.expression)?;
        let expression = expression("expression", &config.expression)?;
        Ok(Self {
            groups: expression.group_count(),
            expression,
            template: compile("replace", &config.replace)?,
            source: source(config.source.as_ref())?,
        })
    }

    fn replace(&self, item: &mut Item) {
        let Some(text) = item.input(self.source.as_deref()) else {
            return;
        };
        let text = text.into_owned();
        let matches = self.expression.find_all(&text);
        if matches.is_empty() {
            return;
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in &matches {
            for number in 1..=self.groups {
                let Some(group) = found.group(number) else {
                    continue;
                };
                let start = group.as_ptr().addr() - text.as_ptr().addr();
                // A group within one that was replaced is gone.
                if start < at {
                    continue;
                }
                let Some(new) = self.value_of(group) else {
                    return;
                };
                out.push_str(text.get(at..start).unwrap_or_default());
                out.push_str(&new);
                at = start + group.len();
            }
        }
        out.push_str(text.get(at..).unwrap_or_default());
        self.extract(matches.last(), item);
        match &self.source {
            Some(source) => item.extracted.set(source, Value::Text(out)),
            None => item.set_text(out),
        }
    }

    /// Named groups are extracted with their new values.
    fn extract(&self, last: Option<&GoMatch<'_>>, item: &mut Item) {
        let Some(last) = last else {
            return;
        };
        for (name, number) in self.expression.names() {
            if let Some(new) = last.group(number).and_then(|group| self.value_of(group)) {
                item.extracted.set(name, Value::Text(new));
            }
        }
    }

    fn value_of(&self, group: &str) -> Option<String> {
        if let Some(text) = self.template.constant() {
            return Some(text.to_owned());
        }
        self.template
            .run(&T::map([("Value".to_owned(), T::text(group))]))
    }
}

impl Stage for Replace {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            self.replace(item);
        }
    }
}
