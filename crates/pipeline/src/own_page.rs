//! The page of the agent's own metrics, and what must be brought up to date before it is written.
//!
//! Some numbers are only looked at (the process' memory, how many components are well, what a relabel chain has done);
//! who owns such numbers leaves a hook here that copies them into its gauges and counters.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use outpost_self_metrics::Registry;

/// Copies numbers into metrics.
pub type Refresh = dyn Fn() + Send + Sync;

/// The page.
#[derive(Default)]
pub struct OwnPage {
    registry: Registry,
    hooks: Mutex<Vec<Weak<Refresh>>>,
}

// === impl OwnPage ===

impl OwnPage {
    /// The page of `registry`.
    pub fn new(registry: Registry) -> Self {
        Self {
            registry,
            hooks: Mutex::default(),
        }
    }

    /// Calls `hook` before each page, as long as the caller holds it.
    pub fn before_each(&self, hook: &Arc<Refresh>) {
        let mut hooks = self.hooks.lock().unwrap_or_else(PoisonError::into_inner);
        hooks.retain(|hook| hook.strong_count() > 0);
        hooks.push(Arc::downgrade(hook));
    }

    /// The page in the text format 0.0.4.
    pub fn text(&self) -> String {
        let hooks: Vec<Arc<Refresh>> = {
            let hooks = self.hooks.lock().unwrap_or_else(PoisonError::into_inner);
            hooks.iter().filter_map(Weak::upgrade).collect()
        };
        for hook in hooks {
            hook();
        }
        self.registry.text()
    }
}

impl std::fmt::Debug for OwnPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnPage").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use outpost_self_metrics::Scope;

    use super::*;

    #[test]
    fn a_hook_is_called_before_each_page_while_it_is_held() {
        let registry = Registry::new();
        let scope = Scope::new(&registry, []);
        let counter = scope.counter("looked_at_total", "Looks.");
        let page = OwnPage::new(registry);
        let hook: Arc<Refresh> = Arc::new(move || counter.inc());
        page.before_each(&hook);
        assert!(page.text().contains("looked_at_total 1"));
        assert!(page.text().contains("looked_at_total 2"));
        drop(hook);
        assert!(page.text().contains("looked_at_total 2"));
    }
}
