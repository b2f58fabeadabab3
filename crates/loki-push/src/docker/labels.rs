//! The labels of a container's two streams.

use std::sync::Arc;

use outpost_model::{Labels, Rules};

use crate::relabel;

const STREAM: &str = "__meta_docker_container_log_stream";

/// Labels of standard output and standard error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StreamLabels {
    pub(super) stdout: Arc<Labels>,
    pub(super) stderr: Arc<Labels>,
}

// === impl StreamLabels ===

impl StreamLabels {
    /// What `target`, the component's own labels (which win) and its rules make of them.
    ///
    /// A rule that drops leaves no label, not no line: so Alloy has it. Hidden labels go.
    pub(super) fn of(target: &Labels, own: &[(String, String)], rules: &Rules) -> Self {
        let stream = |name: &str| {
            let mut labels = target.to_builder();
            for (name, value) in own {
                labels.set(name.clone(), value.clone());
            }
            labels.set(STREAM, name);
            let labels = relabel(rules, &labels.build()).unwrap_or_default();
            let shown = labels.iter().filter(|(name, _)| !name.starts_with("__"));
            Arc::new(Labels::from_pairs(shown))
        };
        Self {
            stdout: stream("stdout"),
            stderr: stream("stderr"),
        }
    }
}
