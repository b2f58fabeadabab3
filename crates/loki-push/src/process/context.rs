//! What stages share: the counters of what they drop.

use std::sync::Arc;

use outpost_self_metrics::{IntCounter, IntCounterVec, Scope};

use super::custom::CustomMetrics;
use super::item::Item;

/// The metrics of a pipeline: register them once, for however many pipelines follow one another.
#[derive(Clone, Debug)]
pub struct ProcessMetrics {
    dropped: IntCounterVec,
    pub(super) dropped_by_label: IntCounterVec,
    pub(super) truncated_fields: IntCounterVec,
    pub(super) partial_lines_flushed: IntCounter,
    pub(super) lines_truncated: IntCounter,
    pub(super) custom: CustomMetrics,
}

// === impl ProcessMetrics ===

impl ProcessMetrics {
    /// Registers them.
    pub fn new(scope: &Scope) -> Self {
        let custom = CustomMetrics::default();
        scope.dynamic(Arc::new(custom.clone()));
        Self {
            custom,
            dropped: scope.counter_vec(
                "loki_process_dropped_lines_total",
                "Lines that stages dropped, by reason.",
                &["reason"],
            ),
            dropped_by_label: scope.counter_vec(
                "loki_process_dropped_lines_by_label_total",
                "Lines that a rate limit by label dropped.",
                &["label_name", "label_value"],
            ),
            truncated_fields: scope.counter_vec(
                "loki_process_truncated_fields_total",
                "Fields that a truncate stage cut, by kind.",
                &["field"],
            ),
            partial_lines_flushed: scope.counter(
                "loki_process_cri_partial_lines_flushed_total",
                "Partial lines that were sent before their end had come.",
            ),
            lines_truncated: scope.counter(
                "loki_process_cri_lines_truncated_total",
                "Partial lines that were cut.",
            ),
        }
    }

    /// Ends a line on purpose.
    pub(super) fn drop(&self, item: Item, reason: &str) {
        self.dropped.with_label_values(&[reason]).inc();
        item.ticket.settle();
    }

    /// Drops the lines that `is_dropped` picks.
    pub(super) fn retain(
        &self,
        items: &mut Vec<Item>,
        reason: &str,
        mut is_dropped: impl FnMut(&mut Item) -> bool,
    ) {
        for item in items.extract_if(.., |item| is_dropped(item)) {
            self.drop(item, reason);
        }
    }
}
