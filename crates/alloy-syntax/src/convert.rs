//! Conversion between values and Rust types: how an argument's text, number or list becomes what a component works with.
//!
//! The language converts numbers to text and digits to numbers, never truth values. `null` is the zero value of any
//! type: empty text, 0, `false`, an empty list. A secret is accepted by places for secrets alone.
//!
//! It is not: expressions or positions. A [`Mismatch`] says where *inside the value* the trouble is; `locate.rs` turns
//! that into a place in the source.

mod collection;
mod scalar;
mod target;

use std::fmt;

pub(crate) use scalar::text_of;
pub use target::Target;

use crate::value::{Type, Value};

/// A type that a value can be converted to.
pub trait FromValue: Sized {
    /// What documentation calls this type.
    const NAME: &'static str;

    /// Whether an argument of this type must be given, unless it has a default.
    const REQUIRED: bool = true;

    /// Converts a value.
    fn from_value(value: &Value) -> Result<Self, Mismatch>;

    /// What stands for an argument that was not given and has no default; `None` makes the argument required.
    fn absent() -> Option<Self> {
        None
    }
}

/// A type that the component API can show and the language can pass on.
pub trait ToValue {
    /// The value.
    fn to_value(&self) -> Value;

    /// Whether the component API leaves the argument out, given its default.
    ///
    /// Plain values are left out when they equal the default; lists and patterns only when neither was set.
    fn is_hidden(&self, default: &Self) -> bool;
}

/// Why a value does not fit a type, and where inside the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where: from the outside inwards.
    pub(crate) path: Vec<Step>,
    pub(crate) reason: Reason,
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Index(usize),
    Name(Box<str>),
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has the wrong type.
    Type {
        /// What the place takes.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// It is secret and the place would show it.
    Secret,
    /// It has the right type and cannot be used; the text says why.
    Invalid(String),
}

/// Text in quotes for a message: the beginning of a long one.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

// === impl Mismatch ===

impl Mismatch {
    /// The value has another type than the one expected.
    pub fn type_of(value: &Value, expected: &'static str) -> Self {
        Self {
            path: Vec::new(),
            reason: Reason::Type {
                expected,
                found: value.describe(),
            },
        }
    }

    /// The value cannot be used; `why` goes on from "…: ".
    pub fn invalid(why: impl Into<String>) -> Self {
        Self {
            path: Vec::new(),
            reason: Reason::Invalid(why.into()),
        }
    }

    /// What is wrong.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    pub(crate) fn secret() -> Self {
        Self {
            path: Vec::new(),
            reason: Reason::Secret,
        }
    }

    fn inside(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }

    /// The mismatch of an array's element.
    pub(crate) fn in_element(self, index: usize) -> Self {
        self.inside(Step::Index(index))
    }

    /// The mismatch of an object's entry.
    pub(crate) fn in_entry(self, name: &str) -> Self {
        self.inside(Step::Name(name.into()))
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.path {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Name(name) => write!(f, ".{name}")?,
            }
        }
        if !self.path.is_empty() {
            f.write_str(": ")?;
        }
        match &self.reason {
            Reason::Type { expected, found } => write!(f, "expected {expected}, found {found}"),
            Reason::Secret => f.write_str(
                "a secret cannot be used here, as it would be shown; use convert.nonsensitive if it may be",
            ),
            Reason::Invalid(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Mismatch {}

impl FromValue for Value {
    const NAME: &'static str = "any";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        Ok(value.clone())
    }
}

impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self.type_of() == Type::Null && default.type_of() == Type::Null
    }
}
