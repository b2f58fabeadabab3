//! Text as Go's standard library writes it, which is what the language's users see: numbers, quoting, `fmt` verbs.
//!
//! Pure functions on text. It is not: a port; only what the language reaches is here.

pub(crate) mod float;
pub(crate) mod format;
mod pad;
mod path;
mod quote;

pub(crate) use path::join as join_path;
pub(crate) use quote::{quote, quote_char};
