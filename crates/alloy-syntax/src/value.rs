//! Values of the language: what an expression evaluates to.
//!
//! A value is cheap to clone: everything that can be large sits behind an [`Arc`]. Values never change once made. Secrets
//! mask themselves in [`Debug`] and in the component API; only [`Secret::reveal`] gives the text.
//!
//! It is not: conversion to Rust types (`convert.rs`), or operators (`eval/operators.rs`).

mod capsule;
mod number;
mod object;
mod secret;

use std::sync::Arc;

pub use capsule::Capsule;
pub use number::Number;
pub(crate) use number::Pair;
pub use object::Object;
pub(crate) use secret::MASK;
pub use secret::{OptionalSecret, Secret};

use crate::stdlib::Function;

/// A value of the language.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, which stands for the zero value wherever a typed value is wanted.
    Null,
    /// A number of one of three kinds.
    Number(Number),
    /// Text.
    String(Arc<str>),
    /// `true` or `false`.
    Bool(bool),
    /// A list of values.
    Array(Arc<[Value]>),
    /// What the base64 decoders return: an array of numbers that a place for text accepts as text.
    Bytes(Arc<[u8]>),
    /// Named values in the order in which they were written.
    Object(Object),
    /// A function of the standard library.
    Function(Function),
    /// Text that is never shown.
    Secret(Secret),
    /// Text of which its source says whether it is secret (a watched file, say).
    OptionalSecret(OptionalSecret),
    /// An opaque value of a component: a receiver, a rule set.
    Capsule(Capsule),
}

/// The types that an expression can have, as the language names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `null`.
    Null,
    /// Any of the three kinds of number.
    Number,
    /// Text.
    String,
    /// A truth value.
    Bool,
    /// A list.
    Array,
    /// A set of named values.
    Object,
    /// A function.
    Function,
    /// A secret or another opaque value.
    Capsule,
}

// === impl Value ===

impl Value {
    /// A text value.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// A list.
    pub fn array(elements: impl IntoIterator<Item = Value>) -> Self {
        Self::Array(elements.into_iter().collect())
    }

    /// An object of entries in the given order; a later entry replaces an earlier one of the same name.
    pub fn object<N: Into<Arc<str>>>(entries: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Object(entries.into_iter().collect())
    }

    /// The language's type of this value.
    pub fn type_of(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Number(_) => Type::Number,
            Self::String(_) => Type::String,
            Self::Bool(_) => Type::Bool,
            Self::Array(_) | Self::Bytes(_) => Type::Array,
            Self::Object(_) => Type::Object,
            Self::Function(_) => Type::Function,
            Self::Secret(_) | Self::OptionalSecret(_) | Self::Capsule(_) => Type::Capsule,
        }
    }

    /// What a message calls this value: the type, and for an opaque one what it holds.
    pub fn describe(&self) -> String {
        match self {
            Self::Secret(_) => "secret".to_owned(),
            Self::OptionalSecret(text) if text.is_secret() => "secret".to_owned(),
            Self::OptionalSecret(_) => "text of a file".to_owned(),
            Self::Capsule(capsule) => capsule.kind().to_owned(),
            other => other.type_of().to_string(),
        }
    }

    /// The elements of an array, however it is held.
    pub fn elements(&self) -> Option<Arc<[Value]>> {
        match self {
            Self::Array(elements) => Some(Arc::clone(elements)),
            Self::Bytes(bytes) => Some(bytes.iter().map(|b| Self::from(i64::from(*b))).collect()),
            _ => None,
        }
    }

    /// Whether `==` holds between the two. Numbers compare across kinds, functions are equal to nothing.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Number(a), Self::Number(b)) => a.equals(*b),
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b))
            }
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Bytes(_), Self::Array(_)) | (Self::Array(_), Self::Bytes(_)) => {
                self.elements().zip(other.elements()).is_some_and(|(a, b)| {
                    a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b))
                })
            }
            (Self::Object(a), Self::Object(b)) => a.equals(b),
            (Self::Secret(a), Self::Secret(b)) => a == b,
            (Self::OptionalSecret(a), Self::OptionalSecret(b)) => a == b,
            (Self::Capsule(a), Self::Capsule(b)) => a.same(b),
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(Number::Int(value))
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Number(Number::Uint(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(Number::Float(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::string(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::string(value)
    }
}

// === impl Type ===

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Number => "number",
            Self::String => "string",
            Self::Bool => "bool",
            Self::Array => "array",
            Self::Object => "object",
            Self::Function => "function",
            Self::Capsule => "capsule",
        })
    }
}
