//! `stage.truncate`: cuts lines, labels, metadata and extracted values to a length.

use tokio::time::Instant;

use crate::process::chain::Stage;
use crate::process::config::{StageError, TruncateField, TruncateRule};
use crate::process::context::ProcessMetrics;
use crate::process::item::Item;
use crate::process::text::{to_bytes, to_text};
use crate::process::value::Value;

/// The extracted value that names the kinds of what was cut.
const MARK: &str = "truncated";

/// Cuts.
pub(super) struct Truncate {
    rules: Vec<TruncateRule>,
    metrics: ProcessMetrics,
}

// === impl Truncate ===

impl Truncate {
    pub(super) fn new(
        rules: &[TruncateRule],
        metrics: &ProcessMetrics,
    ) -> Result<Self, StageError> {
        if rules.is_empty() {
            return Err(StageError::of("rule", "a truncate stage needs a rule"));
        }
        for rule in rules {
            if rule.limit == 0 {
                return Err(StageError::of("rule", "limit must be greater than 0"));
            }
            if rule.suffix.len() >= rule.limit {
                return Err(StageError::of("rule", "suffix must be shorter than limit"));
            }
            if rule.field == TruncateField::Line && !rule.sources.is_empty() {
                return Err(StageError::of("rule", "sources make no sense for the line"));
            }
        }
        Ok(Self {
            rules: rules.to_vec(),
            metrics: metrics.clone(),
        })
    }

    /// Applies a rule; says how many texts it cut.
    fn apply(rule: &TruncateRule, item: &mut Item) -> u64 {
        let is_meant =
            |name: &str| rule.sources.is_empty() || rule.sources.iter().any(|n| n == name);
        let mut count = 0;
        match rule.field {
            TruncateField::Line => {
                if let Some(cut) = cut(&item.line, rule) {
                    item.line = cut.into();
                    count += 1;
                }
            }
            TruncateField::Label => {
                for (name, value) in item.labels.pairs() {
                    if let Some(cut) = cut(value.as_bytes(), rule).filter(|_| is_meant(&name)) {
                        item.labels.set(&name, &to_text(&cut));
                        count += 1;
                    }
                }
            }
            TruncateField::Metadata => {
                for (name, value) in &mut item.metadata {
                    if let Some(cut) = cut(value.as_bytes(), rule).filter(|_| is_meant(name)) {
                        *value = String::from_utf8_lossy(&cut).into();
                        count += 1;
                    }
                }
            }
            TruncateField::Extracted => {
                for (name, value) in item.extracted.all() {
                    if !is_meant(&name) || !matches!(value, Value::Text(_) | Value::Json(_)) {
                        continue;
                    }
                    let text = value.text().unwrap_or_default().into_owned();
                    if let Some(cut) = cut(&to_bytes(text), rule) {
                        item.extracted
                            .set(&name, Value::Text(to_text(&cut).into_owned()));
                        count += 1;
                    }
                }
            }
        }
        count
    }
}

impl Stage for Truncate {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            let mut kinds: Vec<&str> = Vec::new();
            for rule in &self.rules {
                let count = Self::apply(rule, item);
                if count > 0 {
                    let kind = name(rule.field);
                    self.metrics
                        .truncated_fields
                        .with_label_values(&[kind])
                        .inc_by(count);
                    kinds.push(kind);
                }
            }
            if kinds.is_empty() {
                continue;
            }
            let before = item
                .input(Some(MARK))
                .map(std::borrow::Cow::into_owned)
                .unwrap_or_default();
            kinds.extend(before.split(',').filter(|kind| !kind.is_empty()));
            kinds.sort_unstable();
            kinds.dedup();
            let mark = kinds.join(",");
            item.extracted.set(MARK, Value::Text(mark));
        }
    }
}

/// The text cut to the rule's limit; None if it is short enough.
fn cut(text: &[u8], rule: &TruncateRule) -> Option<Vec<u8>> {
    let keep = rule.limit - rule.suffix.len();
    (text.len() > keep).then(|| {
        let mut cut = text.get(..keep).unwrap_or_default().to_vec();
        cut.extend_from_slice(rule.suffix.as_bytes());
        cut
    })
}

fn name(field: TruncateField) -> &'static str {
    match field {
        TruncateField::Line => "line",
        TruncateField::Label => "label",
        TruncateField::Metadata => "structured_metadata",
        TruncateField::Extracted => "extracted",
    }
}
