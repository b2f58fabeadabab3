//! YAML as a tree that remembers lines: the raw form of the configuration, before anything is known about keys.
//!
//! One document, text keys, each once; nesting and size are bounded, and an alias counts as often as it is used. Scalars
//! stay text: what they mean is for the key that reads them.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::ConfigError;

/// How deep lists and maps may nest.
const MAX_NESTING: usize = 50;
/// How many nodes a file may have, with each alias written out.
const MAX_NODES: usize = 200_000;

/// A value and the line where it begins.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) value: Node,
}

enum Open {
    List(usize, usize, Vec<Node>),
    Map(usize, usize, Vec<Entry>, Option<(String, usize)>),
}

#[derive(Default)]
struct Loader {
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
}

/// Reads the first document of a text.
pub(super) fn parse(text: &str) -> Result<Node, ConfigError> {
    let mut loader = Loader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            ConfigError::at(
                error.marker().line(),
                format!("not valid YAML: {}", error.info()),
            )
        })?;
        let line = span.start.line();
        match event {
            Event::DocumentEnd => break,
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let kind = match &*text {
                    "" | "~" | "null" | "Null" | "NULL" if plain => Kind::Null,
                    _ => Kind::Text(text.into_owned()),
                };
                loader.close(Node { line, kind }, anchor, 1)?;
            }
            Event::Alias(anchor) => {
                let (node, size) = loader.anchors.get(&anchor).cloned().ok_or_else(|| {
                    ConfigError::at(line, "an alias lies inside of what it stands for")
                })?;
                loader.close(node, 0, size)?;
            }
            Event::SequenceStart(anchor, _) => {
                loader.enter(Open::List(anchor, line, Vec::new()), line)?;
            }
            Event::MappingStart(anchor, _) => {
                loader.enter(Open::Map(anchor, line, Vec::new(), None), line)?;
            }
            Event::SequenceEnd | Event::MappingEnd => loader.leave()?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
    }
    Ok(loader.root.unwrap_or(Node {
        line: 1,
        kind: Kind::Null,
    }))
}

// === impl Loader ===

impl Loader {
    fn enter(&mut self, open: Open, line: usize) -> Result<(), ConfigError> {
        if self.open.len() == MAX_NESTING {
            let problem = format!("lists and maps nest more than {MAX_NESTING} deep");
            return Err(ConfigError::at(line, problem));
        }
        self.open.push(open);
        Ok(())
    }

    fn leave(&mut self) -> Result<(), ConfigError> {
        let (node, anchor) = match self.open.pop() {
            None => return Ok(()),
            Some(Open::List(anchor, line, list)) => (
                Node {
                    line,
                    kind: Kind::List(list),
                },
                anchor,
            ),
            Some(Open::Map(anchor, line, entries, _)) => (
                Node {
                    line,
                    kind: Kind::Map(entries),
                },
                anchor,
            ),
        };
        self.close(node, anchor, 1)
    }

    /// Puts a finished node, of `size` nodes not yet counted, where it belongs.
    fn close(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), ConfigError> {
        self.nodes += size;
        if self.nodes > MAX_NODES {
            return Err(ConfigError::at(
                node.line,
                format!("more than {MAX_NODES} values"),
            ));
        }
        if anchor != 0 {
            let size = node.size();
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, _, list)) => list.push(node),
            Some(Open::Map(_, _, entries, key)) => match key.take() {
                None => {
                    let Kind::Text(text) = node.kind else {
                        return Err(ConfigError::at(node.line, "a key must be text"));
                    };
                    if text == "<<" {
                        let problem = "merge keys (<<) are not read here; write the keys out";
                        return Err(ConfigError::at(node.line, problem));
                    }
                    if entries.iter().any(|entry| entry.key == text) {
                        let problem = format!("the key {text:?} is given twice");
                        return Err(ConfigError::at(node.line, problem));
                    }
                    *key = Some((text, node.line));
                }
                Some((key, line)) => entries.push(Entry {
                    key,
                    line,
                    value: node,
                }),
            },
        }
        Ok(())
    }
}

// === impl Node ===

impl Node {
    fn size(&self) -> usize {
        1 + match &self.kind {
            Kind::Null | Kind::Text(_) => 0,
            Kind::List(list) => list.iter().map(Self::size).sum(),
            Kind::Map(entries) => entries.iter().map(|entry| entry.value.size()).sum(),
        }
    }
}
