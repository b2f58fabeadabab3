//! What a component says of arguments that decode well and still cannot be used, or deserve a second look.

use std::fmt;

/// A message about arguments, and which of them.
///
/// The path leads from the component's block inwards: blocks, then an attribute. Each step has the number of blocks of
/// that name that stand before the one that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Which argument; empty for the component as a whole.
    pub path: Vec<(&'static str, usize)>,
    /// One line, lower-case, no full stop.
    pub message: String,
}

/// Why a component cannot be built, updated, opened or run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal(pub Remark);

// === impl Remark ===

impl Remark {
    /// A remark on the argument at `path`, `["endpoint", "url"]`: the first such block, the attribute in it.
    pub fn on(path: impl IntoIterator<Item = &'static str>, message: impl Into<String>) -> Self {
        Self {
            path: path.into_iter().map(|name| (name, 0)).collect(),
            message: message.into(),
        }
    }

    /// The same, said of something inside the block `name`, of which `before` stand before the one that is meant.
    #[must_use]
    pub fn within(mut self, name: &'static str, before: usize) -> Self {
        self.path.insert(0, (name, before));
        self
    }
}

// === impl Refusal ===

impl Refusal {
    /// A refusal of the component as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Remark::on([], message))
    }

    /// A refusal of the argument at `path`.
    pub fn of(path: impl IntoIterator<Item = &'static str>, message: impl Into<String>) -> Self {
        Self(Remark::on(path, message))
    }

    /// A refusal because of an error, causes included.
    pub fn because(error: &dyn std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::new(message)
    }

    /// The same, said of something inside the block `name`, of which `before` stand before the one that is meant.
    #[must_use]
    pub fn within(self, name: &'static str, before: usize) -> Self {
        Self(self.0.within(name, before))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}
