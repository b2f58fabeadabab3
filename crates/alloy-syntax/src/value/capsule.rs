//! Capsules: values of components that the language passes around without looking inside.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// An opaque value with the name of its kind and the text that stands for it.
#[derive(Clone)]
pub struct Capsule {
    kind: &'static str,
    text: Arc<str>,
    content: Arc<dyn Any + Send + Sync>,
}

// === impl Capsule ===

impl Capsule {
    /// Wraps a component's value.
    ///
    /// `kind` is what messages call it (`metrics receiver`), `text` what the component API shows (`a.b.receiver`).
    pub fn new<T: Any + Send + Sync>(
        kind: &'static str,
        text: impl Into<Arc<str>>,
        content: T,
    ) -> Self {
        Self {
            kind,
            text: text.into(),
            content: Arc::new(content),
        }
    }

    /// What messages call this kind of value.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// What stands for the value in the component API.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value, if it is of this type.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.content.downcast_ref()
    }

    /// Whether both are the same value, not merely equal ones.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.content, &other.content)
    }
}

impl fmt::Debug for Capsule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "capsule({})", self.text)
    }
}
