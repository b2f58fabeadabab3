//! A sorted label set in one text and one list of bounds.
//!
//! Invariants: names are unique and in byte order (upper case before `__name__`, as Prometheus sends them); values may
//! be empty only where the owner put them so. Collecting labels in any order is [`LabelsBuilder`]'s work, and a builder
//! can write its set into buffers that are used again and again ([`LabelsBuilder::build_into`]).

mod builder;

use std::fmt;
use std::hash::{Hash, Hasher};

pub use builder::LabelsBuilder;

/// The label that holds the metric's name.
pub const METRIC_NAME: &str = "__name__";

/// A label set: names unique, in byte order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Labels {
    /// Name, value, name, value, … without separators.
    text: String,
    /// The end of each piece of `text`; its length is twice the number of labels.
    ends: Vec<u32>,
}

/// Whether `name` is a label name of the time before UTF-8 names: `[a-zA-Z_][a-zA-Z0-9_]*`.
pub fn is_legacy_label_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
}

/// Whether `name` is a metric name of that time: as a label name, and with colons.
pub fn is_legacy_metric_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name
            .bytes()
            .all(|b| matches!(b, b'_' | b':') || b.is_ascii_alphanumeric())
}

// === impl Labels ===

impl Labels {
    /// A label set of `pairs`, in any order; of several values for one name the last wins.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut builder = LabelsBuilder::default();
        for (name, value) in pairs {
            builder.set(name, value);
        }
        builder.build()
    }

    /// The labels in byte order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + '_ {
        let mut start = 0;
        self.ends.chunks_exact(2).map(move |pair| {
            let (name_end, value_end) = match pair {
                [name, value] => (*name as usize, *value as usize),
                _ => (start, start),
            };
            let name = self.text.get(start..name_end).unwrap_or_default();
            let value = self.text.get(name_end..value_end).unwrap_or_default();
            start = value_end;
            (name, value)
        })
    }

    /// The value of `name`, if the set has that label.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value)
    }

    /// The metric's name, `""` where there is none.
    pub fn metric_name(&self) -> &str {
        self.get(METRIC_NAME).unwrap_or_default()
    }

    /// How many labels the set has.
    pub fn len(&self) -> usize {
        self.ends.len() / 2
    }

    /// Whether the set has no label.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A builder that starts from this set.
    pub fn to_builder(&self) -> LabelsBuilder {
        let mut builder = LabelsBuilder::default();
        builder.reset(self);
        builder
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn push(&mut self, piece: &str) {
        self.text.push_str(piece);
        // A label set over 4 GiB cannot come through any of the size limits upstream.
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }
}

impl Hash for Labels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
        self.ends.hash(state);
    }
}

/// As PromQL writes a series: `name{a="b"}`.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.metric_name())?;
        let mut rest = self
            .iter()
            .filter(|(name, _)| *name != METRIC_NAME)
            .peekable();
        if rest.peek().is_none() {
            return if self.metric_name().is_empty() {
                f.write_str("{}")
            } else {
                Ok(())
            };
        }
        f.write_str("{")?;
        while let Some((name, value)) = rest.next() {
            write!(f, "{name}={value:?}")?;
            if rest.peek().is_some() {
                f.write_str(", ")?;
            }
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_byte_order_and_the_last_value_wins() {
        let labels = Labels::from_pairs([
            ("b", "1"),
            ("__name__", "m"),
            ("B", "2"),
            ("b", "3"),
            ("a", ""),
        ]);
        let pairs: Vec<_> = labels.iter().collect();
        assert_eq!(
            pairs,
            [("B", "2"), ("__name__", "m"), ("a", ""), ("b", "3")]
        );
        assert_eq!(labels.to_string(), r#"m{B="2", a="", b="3"}"#);
    }
}
