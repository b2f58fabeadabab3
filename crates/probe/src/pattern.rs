//! A regular expression over bytes, in the syntax that Go and Rust share (RE2's).

use regex::bytes::{Captures, Regex};

/// A compiled expression; it matches anywhere in the text unless anchored.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

// === impl Pattern ===

impl Pattern {
    /// Compiles `text`.
    pub fn new(text: &str) -> Result<Self, regex::Error> {
        Regex::new(text).map(Self)
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn matches(&self, bytes: &[u8]) -> bool {
        self.0.is_match(bytes)
    }

    pub(crate) fn captures<'a>(&self, bytes: &'a [u8]) -> Option<Captures<'a>> {
        self.0.captures(bytes)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}
