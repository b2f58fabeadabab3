//! YAML: the first document of a text, with anchors, merge keys, and the scalars of YAML 1.2 plus leading-zero octals.
//!
//! Keys must be text and each given once. Expanding aliases counts against the budget before it happens, so a short
//! text cannot ask for much memory; nesting is bounded. It is not: a YAML loader for anything but `from_yaml`.

mod scalar;
mod timestamp;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use saphyr_parser::{Event, Parser, StrInput, Tag};

use super::encoding::lower_first;
use super::{Call, CallError, ELEMENT};
use crate::value::Value;

/// How deep lists and maps may nest.
const MAX_NESTING: usize = 100;

pub(super) fn from_yaml(call: &mut Call<'_>) -> Result<Value, CallError> {
    let text: Arc<str> = call.get(0)?;
    let mut loader = Loader {
        budget: call.budget,
        ..Loader::default()
    };
    let value = loader.first_document(Parser::new_from_str(&text))?;
    call.budget = loader.budget;
    Ok(value)
}

/// A node, and what it costs to hold.
#[derive(Clone)]
struct Node {
    value: Value,
    cost: usize,
    /// A plain `<<`, which as a key merges another map.
    is_merge: bool,
}

/// A list or map of which not all is read.
enum Open {
    List {
        anchor: usize,
        elements: Vec<Node>,
    },
    Map {
        anchor: usize,
        entries: Vec<(Node, Node)>,
        key: Option<Node>,
    },
}

#[derive(Default)]
struct Loader {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    root: Option<Value>,
    budget: usize,
}

// === impl Loader ===

impl Loader {
    fn first_document(&mut self, parser: Parser<'_, StrInput<'_>>) -> Result<Value, CallError> {
        for event in parser {
            let (event, _) = event.map_err(|error| {
                CallError::Failed(format!(
                    "not valid YAML: {}",
                    lower_first(&error.to_string())
                ))
            })?;
            match event {
                Event::DocumentEnd => break,
                Event::Scalar(text, style, anchor, tag) => {
                    let node = scalar::node(&text, style, suffix(tag.as_deref()))?;
                    self.spend(node.cost)?;
                    self.close(node, anchor);
                }
                Event::Alias(anchor) => {
                    let node = self.anchors.get(&anchor).cloned();
                    let node = node.ok_or_else(|| {
                        CallError::Failed("an alias lies inside of what it stands for".into())
                    })?;
                    self.spend(node.cost)?;
                    self.close(node, 0);
                }
                Event::SequenceStart(anchor, _) => self.enter(Open::List {
                    anchor,
                    elements: Vec::new(),
                })?,
                Event::MappingStart(anchor, _) => {
                    self.enter(Open::Map {
                        anchor,
                        entries: Vec::new(),
                        key: None,
                    })?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.leave()?,
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_) => {}
            }
        }
        Ok(self.root.take().unwrap_or(Value::Null))
    }

    fn spend(&mut self, bytes: usize) -> Result<(), CallError> {
        self.budget = self.budget.checked_sub(bytes).ok_or(CallError::TooLarge)?;
        Ok(())
    }

    fn enter(&mut self, open: Open) -> Result<(), CallError> {
        if self.open.len() == MAX_NESTING {
            return Err(CallError::Failed(format!(
                "lists and maps nest more than {MAX_NESTING} deep"
            )));
        }
        self.open.push(open);
        Ok(())
    }

    fn leave(&mut self) -> Result<(), CallError> {
        let (node, anchor) = match self.open.pop() {
            None => return Ok(()),
            Some(Open::List { anchor, elements }) => {
                let cost = ELEMENT + elements.iter().map(|node| node.cost).sum::<usize>();
                let value = Value::array(elements.into_iter().map(|node| node.value));
                (
                    Node {
                        value,
                        cost,
                        is_merge: false,
                    },
                    anchor,
                )
            }
            Some(Open::Map {
                anchor, entries, ..
            }) => (map(entries)?, anchor),
        };
        self.close(node, anchor);
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn close(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(
                anchor,
                Node {
                    is_merge: false,
                    ..node.clone()
                },
            );
        }
        match self.open.last_mut() {
            None => self.root = Some(node.value),
            Some(Open::List { elements, .. }) => elements.push(node),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push((key, node)),
            },
        }
    }
}

/// The name of a tag of YAML itself, or the whole of another.
fn suffix(tag: Option<&Tag>) -> Option<&str> {
    tag.map(|tag| {
        if tag.is_yaml_core_schema() || tag.handle == "!!" {
            tag.suffix.as_str()
        } else {
            "other"
        }
    })
}

/// A map. What is written stands above what is merged, and what is merged first above what is merged later.
fn map(written: Vec<(Node, Node)>) -> Result<Node, CallError> {
    let mut cost = ELEMENT;
    let mut names = BTreeSet::new();
    let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(written.len());
    let mut merged = Vec::new();
    for (key, node) in written {
        cost += key.cost + node.cost;
        if key.is_merge {
            merged.push(node.value);
            continue;
        }
        let Value::String(name) = key.value else {
            let shown = key.value.describe();
            return Err(CallError::Failed(format!(
                "a key is of type {shown}, not text; put it in quotes"
            )));
        };
        if !names.insert(Arc::clone(&name)) {
            return Err(CallError::Failed(format!(
                "the key {name:?} is given twice"
            )));
        }
        entries.push((name, node.value));
    }
    for value in merged {
        let maps = match &value {
            Value::Array(maps) => Arc::clone(maps),
            _ => Arc::from([value]),
        };
        for map in maps.iter() {
            let Value::Object(map) = map else {
                return Err(CallError::Failed(
                    "the merge key << takes a map or a list of maps".into(),
                ));
            };
            for (name, value) in map.iter() {
                if names.insert(Arc::clone(name)) {
                    entries.push((Arc::clone(name), value.clone()));
                }
            }
        }
    }
    Ok(Node {
        value: Value::object(entries),
        cost,
        is_merge: false,
    })
}
