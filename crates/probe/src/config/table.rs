//! One map of the configuration, read key by key: what no key asked for is an error with its line and the nearest name.

use std::time::Duration;

use outpost_http_client::Secret;

use super::yaml::{Entry, Kind, Node};
use super::{ConfigError, duration};
use crate::Pattern;

/// A map, and which keys somebody asked for.
pub(super) struct Table<'a> {
    /// Where it stands, as `modules.web.http`.
    path: String,
    line: usize,
    entries: &'a [Entry],
    known: Vec<&'static str>,
}

// === impl Table ===

impl<'a> Table<'a> {
    pub(super) fn new(node: &'a Node, path: impl Into<String>) -> Result<Self, ConfigError> {
        let path = path.into();
        let entries: &[Entry] = match &node.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            Kind::Text(_) | Kind::List(_) => {
                return Err(ConfigError::at(
                    node.line,
                    format!("{path} must be a map of keys"),
                ));
            }
        };
        Ok(Self {
            path,
            line: node.line,
            entries,
            known: Vec::new(),
        })
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Every entry, for maps whose keys are the user's own.
    pub(super) fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    /// The path of a key in here.
    pub(super) fn path(&self, key: &str) -> String {
        if self.path.is_empty() {
            return key.to_owned();
        }
        format!("{}.{key}", self.path)
    }

    /// The value of a key, unless it is missing or null.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.push(key);
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (!matches!(entry.value.kind, Kind::Null)).then_some(&entry.value)
    }

    pub(super) fn table(&mut self, key: &'static str) -> Result<Option<Table<'a>>, ConfigError> {
        self.get(key)
            .map(|node| Table::new(node, self.path(key)))
            .transpose()
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<&'a str>, ConfigError> {
        let path = self.path(key);
        self.get(key).map(|node| scalar(node, &path)).transpose()
    }

    /// Text, empty where the key is missing.
    pub(super) fn string(&mut self, key: &'static str) -> Result<String, ConfigError> {
        Ok(self.text(key)?.unwrap_or_default().to_owned())
    }

    pub(super) fn secret(&mut self, key: &'static str) -> Result<Secret, ConfigError> {
        Ok(Secret::new(self.text(key)?.unwrap_or_default()))
    }

    pub(super) fn file(
        &mut self,
        key: &'static str,
    ) -> Result<Option<std::path::PathBuf>, ConfigError> {
        Ok(self
            .text(key)?
            .filter(|text| !text.is_empty())
            .map(Into::into))
    }

    /// A value read by `read`, which gives `None` for what it cannot read.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let path = self.path(key);
        let Some(node) = self.get(key) else {
            return Ok(None);
        };
        let text = scalar(node, &path)?;
        read(text).map(Some).ok_or_else(|| {
            ConfigError::at(node.line, format!("{path} must be {wanted}, not {text:?}"))
        })
    }

    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> Result<bool, ConfigError> {
        let read = |text: &str| match text {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        };
        Ok(self.parsed(key, "true or false", read)?.unwrap_or(default))
    }

    pub(super) fn number<T: std::str::FromStr>(
        &mut self,
        key: &'static str,
    ) -> Result<Option<T>, ConfigError> {
        self.parsed(key, "a whole number in range", |text| text.parse().ok())
    }

    pub(super) fn duration(&mut self, key: &'static str) -> Result<Option<Duration>, ConfigError> {
        self.parsed(key, "a duration such as 5s or 1m30s", duration::parse)
    }

    /// The elements of a list; one value that is no list counts as a list of one, as it does in the real exporter.
    pub(super) fn list(&mut self, key: &'static str) -> &'a [Node] {
        match self.get(key) {
            None => &[],
            Some(Node {
                kind: Kind::List(list),
                ..
            }) => list,
            Some(node) => std::slice::from_ref(node),
        }
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Vec<String>, ConfigError> {
        let path = self.path(key);
        let read = |node| scalar(node, &path).map(str::to_owned);
        self.list(key).iter().map(read).collect()
    }

    pub(super) fn patterns(&mut self, key: &'static str) -> Result<Vec<Pattern>, ConfigError> {
        let path = self.path(key);
        self.list(key)
            .iter()
            .map(|node| pattern(node, &path))
            .collect()
    }

    pub(super) fn pattern(&mut self, key: &'static str) -> Result<Option<Pattern>, ConfigError> {
        let path = self.path(key);
        self.get(key).map(|node| pattern(node, &path)).transpose()
    }

    /// A key that is known and cannot be used here.
    pub(super) fn refuse(&mut self, key: &'static str, why: &str) -> Result<(), ConfigError> {
        let path = self.path(key);
        match self.get(key) {
            Some(node) if !matches!(&node.kind, Kind::List(list) if list.is_empty()) => {
                Err(ConfigError::at(node.line, format!("{path}: {why}")))
            }
            _ => Ok(()),
        }
    }

    /// An error about this map.
    pub(super) fn error(&self, problem: &str) -> ConfigError {
        ConfigError::at(self.line, format!("{}: {problem}", self.path))
    }

    /// Fails on the first key that nobody asked for.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        let stranger = self
            .entries
            .iter()
            .find(|entry| !self.known.contains(&entry.key.as_str()));
        let Some(entry) = stranger else {
            return Ok(());
        };
        let hint = nearest(&entry.key, &self.known).map_or_else(
            || format!("known are {}", self.known.join(", ")),
            |near| format!("did you mean {near}?"),
        );
        let place = if self.path.is_empty() {
            String::new()
        } else {
            format!(" in {}", self.path)
        };
        Err(ConfigError::at(
            entry.line,
            format!("unknown key {:?}{place}; {hint}", entry.key),
        ))
    }
}

/// The text of a scalar.
pub(super) fn scalar<'a>(node: &'a Node, path: &str) -> Result<&'a str, ConfigError> {
    match &node.kind {
        Kind::Text(text) => Ok(text),
        Kind::Null => Ok(""),
        Kind::List(_) | Kind::Map(_) => Err(ConfigError::at(
            node.line,
            format!("{path} must be one value, not a list or a map"),
        )),
    }
}

fn pattern(node: &Node, path: &str) -> Result<Pattern, ConfigError> {
    let text = scalar(node, path)?;
    Pattern::new(text).map_err(|error| {
        ConfigError::at(
            node.line,
            format!("{path}: {text:?} is no regular expression: {error}"),
        )
    })
}

/// The known key that a mistyped one most likely meant.
fn nearest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let scored = known.iter().map(|name| (distance(key, name), *name));
    let (score, name) = scored.min()?;
    (score <= 1 + key.len() / 4).then_some(name)
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut last = i + 1;
        let mut next = vec![last];
        for ((y, diagonal), above) in b.chars().zip(&row).zip(row.iter().skip(1)) {
            last = (diagonal + usize::from(x != y))
                .min(above + 1)
                .min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
