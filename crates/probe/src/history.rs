//! The last probes with their logs; failures are kept longer than successes.

use std::collections::VecDeque;
use std::sync::Arc;

/// One probe.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) module: String,
    pub(crate) target: String,
    pub(crate) success: bool,
    /// Log, metrics and module, as `debug=true` shows them.
    pub(crate) text: Arc<str>,
}

/// The last probes, and the last failures before them.
#[derive(Debug)]
pub(crate) struct History {
    limit: usize,
    next: u64,
    recent: VecDeque<Entry>,
    failures: VecDeque<Entry>,
}

// === impl History ===

impl History {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            next: 0,
            recent: VecDeque::new(),
            failures: VecDeque::new(),
        }
    }

    pub(crate) fn add(
        &mut self,
        module: &str,
        target: &str,
        success: bool,
        text: impl Into<Arc<str>>,
    ) {
        self.next += 1;
        self.recent.push_back(Entry {
            id: self.next,
            module: module.to_owned(),
            target: target.to_owned(),
            success,
            text: text.into(),
        });
        while self.recent.len() > self.limit {
            if let Some(old) = self.recent.pop_front().filter(|old| !old.success) {
                self.failures.push_back(old);
            }
        }
        while self.failures.len() > self.limit {
            self.failures.pop_front();
        }
    }

    /// From the newest to the oldest.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.recent.iter().rev().chain(self.failures.iter().rev())
    }

    pub(crate) fn by_id(&self, id: u64) -> Option<&Entry> {
        self.entries().find(|entry| entry.id == id)
    }

    /// The newest of a target under a module.
    pub(crate) fn newest(&self, target: &str, module: &str) -> Option<&Entry> {
        self.entries()
            .find(|entry| entry.target == target && entry.module == module)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_outlive_successes_and_both_are_bounded() {
        let mut history = History::new(2);
        history.add("m", "broken", false, "why");
        for _ in 0..10 {
            history.add("m", "fine", true, "");
        }
        let targets: Vec<_> = history
            .entries()
            .map(|entry| entry.target.as_str())
            .collect();
        assert_eq!(targets, ["fine", "fine", "broken"]);
        assert_eq!(&*history.by_id(1).unwrap().text, "why");
        assert_eq!(history.newest("fine", "m").unwrap().id, 11);
        for _ in 0..10 {
            history.add("m", "broken", false, "");
        }
        assert_eq!(history.entries().count(), 4);
    }
}
