//! A sorted label set in one allocation for its text and one for its bounds.
//!
//! Invariants: names are unique and in byte order (upper case before `__name__`, as Prometheus sends them); values may
//! be empty only where the owner put them so. It is not a builder for relabelling: that is [`LabelsBuilder`].

use std::fmt;
use std::hash::{Hash, Hasher};

/// The label that holds the metric's name.
pub const METRIC_NAME: &str = "__name__";

/// A label set: names unique, in byte order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Labels {
    /// Name, value, name, value, … without separators.
    text: Box<str>,
    /// The end of each piece of `text`; its length is twice the number of labels.
    ends: Box<[u32]>,
}

/// Collects labels in any order; the last value given for a name wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelsBuilder {
    pairs: Vec<(String, String)>,
}

// === impl Labels ===

impl Labels {
    /// A label set of `pairs`, in any order; of several values for one name the last wins.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
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
        LabelsBuilder {
            pairs: self
                .iter()
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .collect(),
        }
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

// === impl LabelsBuilder ===

impl LabelsBuilder {
    /// Gives `name` a value, in place of the one it had.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        let (name, value) = (name.into(), value.into());
        match self.pairs.iter_mut().find(|(n, _)| *n == name) {
            Some(pair) => pair.1 = value,
            None => self.pairs.push((name, value)),
        }
        self
    }

    /// Takes `name` away.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.pairs.retain(|(n, _)| n != name);
        self
    }

    /// The value of `name`, if it was given one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The labels in the order in which they were first set.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + '_ {
        self.pairs.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// The sorted set.
    pub fn build(mut self) -> Labels {
        self.pairs.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let length = self.pairs.iter().map(|(n, v)| n.len() + v.len()).sum();
        let mut text = String::with_capacity(length);
        let mut ends = Vec::with_capacity(self.pairs.len() * 2);
        for (name, value) in &self.pairs {
            for piece in [name, value] {
                text.push_str(piece);
                // A label set over 4 GiB cannot come through any of the size limits upstream.
                ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
            }
        }
        Labels {
            text: text.into_boxed_str(),
            ends: ends.into_boxed_slice(),
        }
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
