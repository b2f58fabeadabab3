//! Text that must not be shown. [`Debug`](std::fmt::Debug) masks it; there is no `Display`.

use std::fmt;
use std::sync::Arc;

/// What stands for a secret wherever values are shown.
pub(crate) const MASK: &str = "(secret)";

/// A password, a token, a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

/// Text of which its source says whether it is secret.
#[derive(Clone, PartialEq, Eq)]
pub struct OptionalSecret {
    text: Arc<str>,
    is_secret: bool,
}

// === impl Secret ===

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that must send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The text as it is held.
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

// === impl OptionalSecret ===

impl OptionalSecret {
    /// Text that its source marked as secret or not.
    pub fn new(text: impl Into<Arc<str>>, is_secret: bool) -> Self {
        Self {
            text: text.into(),
            is_secret,
        }
    }

    /// Whether it must be hidden.
    pub fn is_secret(&self) -> bool {
        self.is_secret
    }

    /// The text itself, for the one place that must send it.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The text, if it may be shown.
    pub fn shown(&self) -> Option<&str> {
        (!self.is_secret).then_some(&*self.text)
    }

    /// The text as it is held.
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }
}

impl fmt::Debug for OptionalSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shown() {
            Some(text) => write!(f, "{text:?}"),
            None => f.write_str(MASK),
        }
    }
}
