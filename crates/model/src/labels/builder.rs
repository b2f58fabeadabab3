//! Collects labels in any order, in buffers that a producer uses for one series after the other.

use super::Labels;

/// Collects labels in any order; the last value given for a name wins.
#[derive(Clone, Debug, Default)]
pub struct LabelsBuilder {
    /// Names and values as they came; text of replaced values stays until [`LabelsBuilder::clear`].
    text: String,
    pairs: Vec<Pair>,
}

/// Where a label's name and value stand in the builder's text.
#[derive(Clone, Copy, Debug)]
struct Pair {
    name: Piece,
    value: Piece,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    start: usize,
    end: usize,
}

// === impl LabelsBuilder ===

impl LabelsBuilder {
    /// Gives `name` a value, in place of the one it had.
    pub fn set(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> &mut Self {
        let name = name.as_ref();
        let value = self.piece(value.as_ref());
        let known = self.position(name);
        if let Some(pair) = known.and_then(|at| self.pairs.get_mut(at)) {
            pair.value = value;
        } else {
            let name = self.piece(name);
            self.pairs.push(Pair { name, value });
        }
        self
    }

    /// Adds a label without a look at the others: `name` may then stand there twice. See
    /// [`LabelsBuilder::duplicate`].
    pub fn push(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> &mut Self {
        let name = self.piece(name.as_ref());
        let value = self.piece(value.as_ref());
        self.pairs.push(Pair { name, value });
        self
    }

    /// A name that stands there twice, if there is one. Sorts the labels.
    pub fn duplicate(&mut self) -> Option<&str> {
        self.sort();
        let text = &self.text;
        self.pairs.windows(2).find_map(|pair| match pair {
            [a, b] if a.name.of(text) == b.name.of(text) => Some(a.name.of(text)),
            _ => None,
        })
    }

    /// Takes `name` away.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        if let Some(at) = self.position(name) {
            self.pairs.remove(at);
        }
        self
    }

    /// Keeps the labels for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &str) -> bool) {
        let text = &self.text;
        self.pairs
            .retain(|pair| keep(pair.name.of(text), pair.value.of(text)));
    }

    /// The value of `name`, if it was given one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let pair = self.pairs.get(self.position(name)?)?;
        Some(pair.value.of(&self.text))
    }

    /// The labels in the order in which they were first set.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + '_ {
        self.pairs
            .iter()
            .map(|pair| (pair.name.of(&self.text), pair.value.of(&self.text)))
    }

    /// How many labels were set.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether no label was set.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Forgets all labels and keeps the buffers.
    pub fn clear(&mut self) {
        self.text.clear();
        self.pairs.clear();
    }

    /// Starts anew from `labels`.
    pub fn reset(&mut self, labels: &Labels) {
        self.clear();
        for (name, value) in labels.iter() {
            let (name, value) = (self.piece(name), self.piece(value));
            self.pairs.push(Pair { name, value });
        }
    }

    /// Puts the labels into the byte order of their names.
    pub fn sort(&mut self) {
        let text = &self.text;
        self.pairs
            .sort_unstable_by(|a, b| a.name.of(text).cmp(b.name.of(text)));
    }

    /// The sorted set.
    pub fn build(mut self) -> Labels {
        let mut labels = Labels::default();
        self.build_into(&mut labels);
        labels.text.shrink_to_fit();
        labels.ends.shrink_to_fit();
        labels
    }

    /// Writes the sorted set over `labels`, into the buffers that `labels` already has.
    pub fn build_into(&mut self, labels: &mut Labels) {
        self.sort();
        labels.clear();
        for (name, value) in self.iter() {
            labels.push(name);
            labels.push(value);
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.pairs
            .iter()
            .position(|pair| pair.name.of(&self.text) == name)
    }

    fn piece(&mut self, text: &str) -> Piece {
        let start = self.text.len();
        self.text.push_str(text);
        Piece {
            start,
            end: self.text.len(),
        }
    }
}

/// Builders are equal when they hold the same labels, in any order.
impl PartialEq for LabelsBuilder {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(n, v)| other.get(n) == Some(v))
    }
}

impl Eq for LabelsBuilder {}

// === impl Piece ===

impl Piece {
    fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_builder_is_used_again_without_a_trace_of_the_set_before() {
        let mut builder = LabelsBuilder::default();
        let mut labels = Labels::default();
        builder.set("zone", "eu").set("zone", "us").set("a", "1");
        builder.build_into(&mut labels);
        assert_eq!(labels, Labels::from_pairs([("a", "1"), ("zone", "us")]));
        builder.clear();
        builder.set("b", "2").remove("a");
        builder.build_into(&mut labels);
        assert_eq!(labels, Labels::from_pairs([("b", "2")]));
    }
}
