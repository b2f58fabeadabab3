//! What a component says of arguments that decode well and still cannot be used, or deserve a second look.

use std::fmt;

/// A message about arguments, and which of them.
///
/// The path leads from the component's block inwards: blocks, then an attribute, `["endpoint", "url"]`. Where blocks
/// repeat, the first with that attribute is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Which argument; empty for the component as a whole.
    pub path: Vec<&'static str>,
    /// One line, lower-case, no full stop.
    pub message: String,
}

/// Why a component cannot be built, updated, opened or run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal(pub Remark);

// === impl Remark ===

impl Remark {
    /// A remark on the argument at `path`.
    pub fn on(path: impl IntoIterator<Item = &'static str>, message: impl Into<String>) -> Self {
        Self {
            path: path.into_iter().collect(),
            message: message.into(),
        }
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

    /// The same, said of the argument at `path`.
    #[must_use]
    pub fn at(mut self, path: impl IntoIterator<Item = &'static str>) -> Self {
        self.0.path = path.into_iter().collect();
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}
