//! What one component's expressions can see: the exports of those that it refers to.

use std::collections::HashMap;
use std::sync::Arc;

use outpost_alloy_syntax::{Host, Scope, Value};

/// Exports by component id, and the machine.
pub(crate) struct Visible {
    exports: HashMap<String, Value>,
    host: Arc<Host>,
}

// === impl Visible ===

impl Visible {
    pub(crate) fn new(exports: impl IntoIterator<Item = (String, Value)>, host: Arc<Host>) -> Self {
        Self {
            exports: exports.into_iter().collect(),
            host,
        }
    }
}

impl Scope for Visible {
    fn resolve(&self, path: &[&str]) -> Option<(Value, usize)> {
        (1..=path.len()).rev().find_map(|length| {
            let (head, _) = path.split_at(length);
            let exports = self.exports.get(&head.join("."))?;
            Some((exports.clone(), length))
        })
    }

    fn host(&self) -> &Host {
        &self.host
    }
}
