//! A line on its way through the stages.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use outpost_model::{Labels, LabelsBuilder};

use super::text::{is_clean, to_bytes, to_text};
use super::value::Value;
use crate::{Entry, Metadata, Ticket, Timestamp};

/// A line with what the stages know of it.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) labels: LabelSet,
    pub(super) extracted: Extracted,
    pub(super) timestamp: Timestamp,
    pub(super) line: Bytes,
    pub(super) metadata: Metadata,
    pub(super) lane: u8,
    pub(super) ticket: Ticket,
}

/// Labels that are copied when they are first changed.
#[derive(Clone, Debug)]
pub(super) struct LabelSet {
    base: Arc<Labels>,
    changed: Option<LabelsBuilder>,
}

/// The extracted map. It starts as a copy of the labels, which is not made before it differs from them.
#[derive(Clone, Debug)]
pub(super) struct Extracted {
    labels: Arc<Labels>,
    /// None: deleted.
    values: Vec<(String, Option<Value>)>,
}

// === impl Item ===

impl Item {
    pub(super) fn new(entry: Entry) -> Self {
        Self {
            extracted: Extracted {
                labels: Arc::clone(&entry.labels),
                values: Vec::new(),
            },
            labels: LabelSet {
                base: entry.labels,
                changed: None,
            },
            timestamp: entry.timestamp,
            line: entry.line,
            metadata: entry.metadata,
            lane: entry.lane,
            ticket: entry.ticket,
        }
    }

    /// The entry that it has become; `intern` gives equal label sets one address.
    pub(super) fn into_entry(self, intern: impl FnOnce(Labels) -> Arc<Labels>) -> Entry {
        Entry {
            labels: match self.labels.changed {
                None => self.labels.base,
                Some(labels) => intern(labels.build()),
            },
            timestamp: self.timestamp,
            line: self.line,
            metadata: self.metadata,
            lane: self.lane,
            ticket: self.ticket,
        }
    }

    /// The line as text.
    pub(super) fn text(&self) -> Cow<'_, str> {
        to_text(&self.line)
    }

    pub(super) fn set_text(&mut self, text: String) {
        self.line = to_bytes(text);
    }

    /// What a stage reads: the line, or the extracted value `source` as text. None: nothing to read.
    pub(super) fn input(&self, source: Option<&str>) -> Option<Cow<'_, str>> {
        match source {
            None => Some(self.text()),
            Some(source) => match self.extracted.get(source)? {
                Found::Label(text) => Some(Cow::Borrowed(text)),
                Found::Value(value) => value.text(),
            },
        }
    }

    /// A line like this one, for a stage that makes several of one.
    pub(super) fn fork(&self) -> Self {
        Self {
            labels: self.labels.clone(),
            extracted: self.extracted.clone(),
            timestamp: self.timestamp,
            line: self.line.clone(),
            metadata: self.metadata.clone(),
            lane: self.lane,
            ticket: self.ticket.fork(),
        }
    }

    /// Tells this line's stream from others: labels, source and lane.
    pub(super) fn stream(&self) -> (Vec<(String, String)>, usize, u8) {
        let labels = self.labels.pairs();
        (labels, self.ticket.source(), self.lane)
    }

    pub(super) fn set_metadata(&mut self, name: &str, value: &str) {
        if !is_clean(value) {
            return;
        }
        match self.metadata.iter_mut().find(|(known, _)| &**known == name) {
            Some((_, known)) => *known = value.into(),
            None => self.metadata.push((name.into(), value.into())),
        }
    }

    pub(super) fn metadata(&self, name: &str) -> Option<&str> {
        let found = self.metadata.iter().find(|(known, _)| &**known == name);
        found.map(|(_, value)| &**value)
    }
}

// === impl LabelSet ===

impl LabelSet {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        match &self.changed {
            Some(labels) => labels.get(name),
            None => self.base.get(name),
        }
    }

    /// Sets a label unless its value is no UTF-8.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        if is_clean(value) && is_clean(name) {
            self.builder().set(name, value);
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        if self.get(name).is_some() {
            self.builder().remove(name);
        }
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.pairs().into_iter().map(|(name, _)| name).collect()
    }

    /// All labels by name.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        match &self.changed {
            None => self.base.iter().map(owned).collect(),
            Some(labels) => {
                let mut all: Vec<_> = labels.iter().map(owned).collect();
                all.sort_unstable();
                all
            }
        }
    }

    fn builder(&mut self) -> &mut LabelsBuilder {
        let base = &self.base;
        self.changed.get_or_insert_with(|| base.to_builder())
    }
}

/// A value as the extracted map holds it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    Label(&'a str),
    Value(&'a Value),
}

// === impl Extracted ===

impl Extracted {
    pub(super) fn get(&self, name: &str) -> Option<Found<'_>> {
        match self.values.iter().find(|(known, _)| known == name) {
            Some((_, value)) => value.as_ref().map(Found::Value),
            None => self.labels.get(name).map(Found::Label),
        }
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.put(name, Some(value));
    }

    pub(super) fn remove(&mut self, name: &str) {
        if self.get(name).is_some() {
            self.put(name, None);
        }
    }

    /// All names and values.
    pub(super) fn all(&self) -> Vec<(String, Value)> {
        let labels = self
            .labels
            .iter()
            .filter(|(name, _)| !self.values.iter().any(|(known, _)| known == name))
            .map(|(name, value)| (name.to_owned(), Value::Text(value.to_owned())));
        let values = self.values.iter();
        let values = values.filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
        labels.chain(values).collect()
    }

    /// Copies labels into the map: what a nested pipeline begins with.
    pub(super) fn refresh(&mut self, labels: &LabelSet) {
        for (name, value) in labels.pairs() {
            self.set(&name, Value::Text(value));
        }
    }

    fn put(&mut self, name: &str, value: Option<Value>) {
        match self.values.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => self.values.push((name.to_owned(), value)),
        }
    }
}
