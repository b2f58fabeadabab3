//! `stage.drop`: drops the lines that meet every condition given.

use outpost_model::GoRegex;
use tokio::time::Instant;

use super::optional;
use crate::Timestamp;
use crate::process::chain::Stage;
use crate::process::config::{DropConfig, StageError};
use crate::process::context::ProcessMetrics;
use crate::process::item::{Found, Item};

/// Drops lines.
pub(super) struct Drop {
    sources: Vec<String>,
    separator: String,
    value: Option<String>,
    expression: Option<GoRegex>,
    older_than: Option<i64>,
    longer_than: Option<usize>,
    reason: String,
    metrics: ProcessMetrics,
}

// === impl Drop ===

impl Drop {
    pub(super) fn new(config: &DropConfig, metrics: &ProcessMetrics) -> Result<Self, StageError> {
        let given = [
            !config.source.is_empty(),
            !config.value.is_empty(),
            !config.expression.is_empty(),
        ];
        if !given.contains(&true) && config.older_than.is_none() && config.longer_than.is_none() {
            return Err(StageError::of(
                "",
                "a drop stage needs one of source, value, expression, older_than, longer_than",
            ));
        }
        if !config.value.is_empty() && config.source.is_empty() {
            return Err(StageError::of("value", "value needs source"));
        }
        if !config.value.is_empty() && !config.expression.is_empty() {
            return Err(StageError::of(
                "value",
                "value and expression exclude each other",
            ));
        }
        let sources = config
            .source
            .split(',')
            .filter(|_| !config.source.is_empty());
        Ok(Self {
            sources: sources.map(str::to_owned).collect(),
            separator: if config.separator.is_empty() {
                ";".to_owned()
            } else {
                config.separator.clone()
            },
            value: (!config.value.is_empty()).then(|| config.value.clone()),
            expression: optional("expression", &config.expression)?,
            older_than: config.older_than,
            longer_than: config.longer_than,
            reason: config.reason.clone(),
            metrics: metrics.clone(),
        })
    }

    fn is_met(&self, item: &Item, wall: Timestamp) -> bool {
        if self
            .longer_than
            .is_some_and(|limit| item.line.len() <= limit)
        {
            return false;
        }
        if let Some(age) = self.older_than
            && item.timestamp >= wall.plus_nanos(age.saturating_neg())
        {
            return false;
        }
        if self.sources.is_empty() {
            return self
                .expression
                .as_ref()
                .is_none_or(|e| e.is_match(&item.text()));
        }
        if self.value.is_none() && self.expression.is_none() {
            return self
                .sources
                .iter()
                .all(|name| item.extracted.get(name).is_some());
        }
        let mut joined = String::new();
        for found in self
            .sources
            .iter()
            .filter_map(|name| item.extracted.get(name))
        {
            if !joined.is_empty() {
                joined.push_str(&self.separator);
            }
            match found {
                Found::Label(text) => joined.push_str(text),
                Found::Value(value) => match value.text() {
                    Some(text) => joined.push_str(&text),
                    None => return false,
                },
            }
        }
        self.value.as_ref().is_none_or(|value| *value == joined)
            && self.expression.as_ref().is_none_or(|e| e.is_match(&joined))
    }
}

impl Stage for Drop {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        let wall = Timestamp::now();
        let this = &*self;
        this.metrics
            .retain(items, &this.reason, |item| this.is_met(item, wall));
    }
}
