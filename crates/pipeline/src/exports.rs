//! What a component exports, and the bell that rings when it changes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outpost_alloy_syntax::{Encoded, Value};
use tokio::sync::Notify;

use crate::ComponentId;

/// One component's exports by name, in the order of the documentation.
#[derive(Debug)]
pub struct Exports {
    id: ComponentId,
    values: Mutex<Vec<(&'static str, Value)>>,
    changes: Arc<Changes>,
}

/// The components whose exports have changed and whose dependents have not been told yet.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    of: Mutex<BTreeSet<ComponentId>>,
    bell: Notify,
}

// === impl Exports ===

impl Exports {
    pub(crate) fn new(id: ComponentId, changes: Arc<Changes>) -> Self {
        Self {
            id,
            values: Mutex::default(),
            changes,
        }
    }

    /// Sets an export. If that changes it, the components that use it are evaluated again soon.
    pub fn set(&self, name: &'static str, value: Value) {
        let mut values = self.values();
        match values.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) if known.equals(&value) => return,
            Some((_, known)) => *known = value,
            None => values.push((name, value)),
        }
        drop(values);
        self.changes.note(self.id.clone());
    }

    /// All exports as one object.
    pub(crate) fn object(&self) -> Value {
        Value::object(self.values().iter().cloned())
    }

    /// An export's value.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        let values = self.values();
        let (_, value) = values.iter().find(|(known, _)| *known == name)?;
        Some(value.clone())
    }

    /// What the component API shows.
    pub(crate) fn encode(&self) -> Vec<Encoded> {
        self.values()
            .iter()
            .map(|(name, value)| Encoded::attribute(*name, value.clone()))
            .collect()
    }

    fn values(&self) -> MutexGuard<'_, Vec<(&'static str, Value)>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Changes ===

impl Changes {
    fn note(&self, id: ComponentId) {
        self.lock().insert(id);
        self.bell.notify_one();
    }

    /// Waits for changes; gives all that have piled up.
    pub(crate) async fn next(&self) -> BTreeSet<ComponentId> {
        loop {
            self.bell.notified().await;
            let changed = self.take();
            if !changed.is_empty() {
                return changed;
            }
        }
    }

    /// All that have piled up.
    pub(crate) fn take(&self) -> BTreeSet<ComponentId> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<ComponentId>> {
        self.of.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_real_change_rings_and_changes_pile_up() {
        let changes = Arc::new(Changes::default());
        let of = |label| Exports::new(ComponentId::new("a.b", Some(label)), Arc::clone(&changes));
        let (first, second) = (of("x"), of("y"));
        first.set("targets", Value::array([]));
        second.set("targets", Value::array([]));
        let ids: Vec<String> = changes
            .next()
            .await
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(ids, ["a.b.x", "a.b.y"]);
        first.set("targets", Value::array([]));
        assert!(changes.take().is_empty());
        first.set("targets", Value::array([Value::from("new")]));
        assert_eq!(changes.take().len(), 1);
    }
}
