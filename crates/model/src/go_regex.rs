//! Go's regular expressions on Rust's engine: every expression that a configuration may hold means here what it means
//! to Alloy.
//!
//! Both engines match in linear time and agree on leftmost-first; they differ in syntax (Rust's classes have operators
//! and Unicode-wide `\d`, `\w`, `\b`; Go's groups may share a name, its counts stop at 1000). So an expression is read
//! by Go's grammar ([`translate`]) and written out in Rust's. It is matched on bytes, because Go's `\B` is ASCII; each
//! piece that consumes text consumes whole characters, so captures stay text.

mod class;
mod escape;
mod translate;

use std::fmt;

use regex::bytes::{Captures, Regex, RegexBuilder};

use translate::Translated;

/// Compiled programs larger than this are refused; Go's own bound is of the same order.
const SIZE_LIMIT: usize = 32 << 20;

/// Group nesting that the engine's parser accepts; the translation has refused what Go refuses before.
const NEST_LIMIT: u32 = 4 * translate::MAX_DEPTH;

/// The expression of a relabel rule that gives none; it needs no engine.
const ANYTHING: &str = "(.*)";

/// What a relabel rule's expression is glued into; it need not be one expression itself (`x)(y` will do).
const ANCHORS: (&str, &str) = ("^(?s:", ")$");

/// An expression in Go's syntax.
#[derive(Clone)]
pub struct GoRegex {
    pattern: String,
    matcher: Matcher,
    /// Named groups with their numbers; a name may stand more than once.
    names: Vec<(String, usize)>,
}

#[derive(Clone)]
enum Matcher {
    /// `(.*)` over the whole text: always matches, and captures the whole.
    Anything,
    Engine(Regex),
}

/// A match: the spans of its groups.
#[derive(Debug)]
pub struct GoMatch<'t> {
    text: &'t str,
    found: Found<'t>,
}

#[derive(Debug)]
enum Found<'t> {
    Anything,
    Engine(Captures<'t>),
}

/// Why an expression was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    /// Not an expression in Go's syntax.
    #[error("invalid regular expression {pattern:?}: {reason} at byte {offset}")]
    Syntax {
        /// The expression, as it was written.
        pattern: String,
        /// Where in the expression.
        offset: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The compiled program would be too big.
    #[error(
        "regular expression {pattern:?} needs a program over {SIZE_LIMIT} bytes, use smaller counts"
    )]
    TooBig {
        /// The expression, as it was written.
        pattern: String,
    },
}

// === impl GoRegex ===

impl GoRegex {
    /// Compiles `pattern`, which may match anywhere in a text.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        Self::compile(pattern, pattern, 0)
    }

    /// Compiles `pattern` as relabel rules do: glued into `^(?s:…)$`.
    pub fn anchored(pattern: &str) -> Result<Self, RegexError> {
        if pattern == ANYTHING {
            return Ok(Self {
                pattern: pattern.to_owned(),
                matcher: Matcher::Anything,
                names: Vec::new(),
            });
        }
        let (prefix, suffix) = ANCHORS;
        let glued = [prefix, pattern, suffix].concat();
        Self::compile(pattern, &glued, prefix.len())
    }

    fn compile(pattern: &str, glued: &str, prefix: usize) -> Result<Self, RegexError> {
        let Translated { expression, names } =
            translate::translate(glued).map_err(|error| RegexError::Syntax {
                pattern: pattern.to_owned(),
                offset: error.offset.saturating_sub(prefix).min(pattern.len()),
                reason: error.reason,
            })?;
        let engine = RegexBuilder::new(&expression)
            .size_limit(SIZE_LIMIT)
            .nest_limit(NEST_LIMIT)
            .build()
            .map_err(|_| RegexError::TooBig {
                pattern: pattern.to_owned(),
            })?;
        Ok(Self {
            pattern: pattern.to_owned(),
            matcher: Matcher::Engine(engine),
            names,
        })
    }

    /// The expression, as it was written.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// Whether the expression matches `text`.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Anything => true,
            Matcher::Engine(engine) => engine.is_match(text.as_bytes()),
        }
    }

    /// The first match in `text`.
    pub fn find<'t>(&self, text: &'t str) -> Option<GoMatch<'t>> {
        let found = match &self.matcher {
            Matcher::Anything => Found::Anything,
            Matcher::Engine(engine) => Found::Engine(engine.captures(text.as_bytes())?),
        };
        Some(GoMatch { text, found })
    }

    /// All matches in `text` that do not overlap.
    pub fn find_all<'t>(&self, text: &'t str) -> Vec<GoMatch<'t>> {
        match &self.matcher {
            Matcher::Anything => vec![GoMatch {
                text,
                found: Found::Anything,
            }],
            Matcher::Engine(engine) => engine
                .captures_iter(text.as_bytes())
                .map(|captures| GoMatch {
                    text,
                    found: Found::Engine(captures),
                })
                .collect(),
        }
    }

    /// How many groups it has, named or not.
    pub fn group_count(&self) -> usize {
        match &self.matcher {
            Matcher::Anything => 1,
            Matcher::Engine(engine) => engine.captures_len().saturating_sub(1),
        }
    }

    /// The named groups in order, each with its number.
    pub fn names(&self) -> impl ExactSizeIterator<Item = (&str, usize)> + '_ {
        self.names
            .iter()
            .map(|(name, group)| (name.as_str(), *group))
    }
}

/// Expressions are equal when they were written alike.
impl PartialEq for GoRegex {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for GoRegex {}

impl fmt::Debug for GoRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GoRegex").field(&self.pattern).finish()
    }
}

// === impl GoMatch ===

impl<'t> GoMatch<'t> {
    /// The text of group `number` (0 is the whole match), if that group took part.
    pub fn group(&self, number: usize) -> Option<&'t str> {
        match &self.found {
            Found::Anything => (number <= 1).then_some(self.text),
            Found::Engine(captures) => {
                let span = captures.get(number)?;
                self.text.get(span.start()..span.end())
            }
        }
    }

    /// The bytes of the text that the whole match spans.
    pub fn span(&self) -> std::ops::Range<usize> {
        match &self.found {
            Found::Anything => 0..self.text.len(),
            Found::Engine(captures) => captures.get(0).map_or(0..0, |span| span.range()),
        }
    }
}

#[cfg(test)]
mod tests;
