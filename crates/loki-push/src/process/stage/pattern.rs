//! `stage.pattern`: LogQL's pattern, `<ip> - <user> [<_>]`.

use tokio::time::Instant;

use super::{required, source};
use crate::process::chain::Stage;
use crate::process::config::{PatternConfig, StageError};
use crate::process::item::Item;
use crate::process::value::Value;

/// Extracts what stands between literals.
pub(super) struct Pattern {
    parts: Vec<Part>,
    source: Option<String>,
    labels: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// None for `<_>`.
    Capture(Option<String>),
}

// === impl Pattern ===

impl Pattern {
    pub(super) fn new(config: &PatternConfig) -> Result<Self, StageError> {
        required("pattern", &config.pattern)?;
        let parts = parse(&config.pattern).map_err(|why| {
            StageError::of("pattern", format!("pattern {:?}: {why}", config.pattern))
        })?;
        Ok(Self {
            parts,
            source: source(config.source.as_ref())?,
            labels: config.labels_from_groups,
        })
    }

    fn extract(&self, item: &mut Item) {
        let Some(text) = item.input(self.source.as_deref()) else {
            return;
        };
        let text = text.into_owned();
        for (name, value) in captures(&self.parts, &text) {
            item.extracted.set(name, Value::Text(value.to_owned()));
            if self.labels {
                item.labels.set(name, value);
            }
        }
    }
}

impl Stage for Pattern {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            self.extract(item);
        }
    }
}

/// What the captures reach; a literal that is missing leaves the rest to the capture before it.
fn captures<'p, 't>(parts: &'p [Part], text: &'t str) -> Vec<(&'p str, &'t str)> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut parts = parts.iter().peekable();
    if let Some(Part::Literal(literal)) = parts.peek() {
        let Some(after) = rest.strip_prefix(literal.as_str()) else {
            return found;
        };
        rest = after;
        parts.next();
    }
    while let Some(part) = parts.next() {
        let Part::Capture(name) = part else {
            continue;
        };
        let (value, after) = match parts.next() {
            Some(Part::Literal(literal)) => match rest.split_once(literal.as_str()) {
                Some((value, after)) => (value, Some(after)),
                None => (rest, None),
            },
            _ => (rest, None),
        };
        found.extend(name.as_deref().map(|name| (name, value)));
        match after {
            Some(after) => rest = after,
            None => break,
        }
        if rest.is_empty() && parts.peek().is_some() {
            break;
        }
    }
    found
}

fn parse(pattern: &str) -> Result<Vec<Part>, String> {
    let mut parts: Vec<Part> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = capture(rest) {
            if matches!(parts.last(), Some(Part::Capture(_))) {
                return Err("two captures need text between them".to_owned());
            }
            if name != "_" && names.contains(&name) {
                return Err(format!("two captures are called {name:?}"));
            }
            names.push(name);
            parts.push(Part::Capture((name != "_").then(|| name.to_owned())));
            rest = after;
            continue;
        }
        match parts.last_mut() {
            Some(Part::Literal(literal)) => literal.push(c),
            _ => parts.push(Part::Literal(c.to_string())),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    if !parts
        .iter()
        .any(|part| matches!(part, Part::Capture(Some(_))))
    {
        return Err("a pattern needs a named capture".to_owned());
    }
    Ok(parts)
}

/// `<name>` at the start of `text`.
fn capture(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('<')?.split_once('>')?;
    let mut bytes = name.bytes();
    let is_name = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some((name, after))
}
