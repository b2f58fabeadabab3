//! The components that a configuration can use, by name.

use std::collections::BTreeMap;

use crate::Definition;

/// Definitions by name.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    definitions: BTreeMap<&'static str, Definition>,
}

// === impl Registry ===

impl Registry {
    /// A registry of these definitions; of two with one name the later counts.
    pub fn new(definitions: impl IntoIterator<Item = Definition>) -> Self {
        Self {
            definitions: definitions
                .into_iter()
                .map(|definition| (definition.name, definition))
                .collect(),
        }
    }

    /// Everything that Outpost has.
    pub fn standard() -> Self {
        Self::new(crate::components::all())
    }

    /// The definition of a name.
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(name)
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.definitions.keys().copied()
    }
}
