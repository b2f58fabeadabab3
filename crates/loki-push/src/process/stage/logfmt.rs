//! `stage.logfmt`: `key=value key="quoted value" bare`.

use outpost_model::GoRegex;
use tokio::time::Instant;

use super::optional;
use crate::process::chain::Stage;
use crate::process::config::{LogfmtConfig, StageError};
use crate::process::item::Item;
use crate::process::text::is_clean;
use crate::process::value::Value;

/// Extracts values by key.
pub(super) struct Logfmt {
    /// Key, and the names that take its value.
    mapping: Vec<(String, String)>,
    regex: Option<GoRegex>,
    source: Option<String>,
}

// === impl Logfmt ===

impl Logfmt {
    pub(super) fn new(config: &LogfmtConfig) -> Result<Self, StageError> {
        if config.mapping.is_empty() && config.regex.is_empty() {
            return Err(StageError::of(
                "mapping",
                "mapping or regex is needed, else nothing is extracted",
            ));
        }
        let mapping = config.mapping.iter().map(|(name, key)| {
            let key = if key.is_empty() { name } else { key };
            (key.clone(), name.clone())
        });
        Ok(Self {
            mapping: mapping.collect(),
            regex: optional("regex", &config.regex)?,
            source: (!config.source.is_empty()).then(|| config.source.clone()),
        })
    }

    fn extract(&self, item: &mut Item) {
        let Some(text) = item.input(self.source.as_deref()) else {
            return;
        };
        let text = text.into_owned();
        parse(&text, |key, value| {
            for (_, name) in self.mapping.iter().filter(|(known, _)| known == key) {
                item.extracted.set(name, Value::Text(value.clone()));
            }
            if self.regex.as_ref().is_some_and(|regex| regex.is_match(key)) {
                item.extracted.set(key, Value::Text(value));
            }
        });
    }
}

impl Stage for Logfmt {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            self.extract(item);
        }
    }
}

/// Calls `found` for each pair; a mistake ends its line, what came before it stands.
fn parse(text: &str, mut found: impl FnMut(&str, String)) {
    for line in text.split('\n') {
        let mut rest = line;
        while let Some(pair) = next_pair(&mut rest) {
            let Some((key, value)) = pair else {
                return;
            };
            found(key, value);
        }
    }
}

/// The next pair; `Some(None)` for a mistake, `None` at the end.
#[expect(
    clippy::option_option,
    reason = "end and mistake differ, and neither carries anything"
)]
fn next_pair<'t>(rest: &mut &'t str) -> Option<Option<(&'t str, String)>> {
    *rest = rest.trim_start_matches(|c: char| c <= ' ');
    if rest.is_empty() {
        return None;
    }
    let end = rest
        .find(|c: char| c <= ' ' || c == '=' || c == '"')
        .unwrap_or(rest.len());
    let (key, after) = rest.split_at_checked(end)?;
    if key.is_empty() || after.starts_with('"') || !is_clean(key) {
        return Some(None);
    }
    let Some(after) = after.strip_prefix('=') else {
        *rest = after;
        return Some(Some((key, String::new())));
    };
    if let Some(quoted) = after.strip_prefix('"') {
        let Some((value, after)) = unquote(quoted) else {
            return Some(None);
        };
        *rest = after;
        return Some(Some((key, value)));
    }
    let end = after
        .find(|c: char| c <= ' ' || c == '=' || c == '"')
        .unwrap_or(after.len());
    let (value, after) = after.split_at_checked(end)?;
    if after.starts_with(['=', '"']) {
        return Some(None);
    }
    *rest = after;
    Some(Some((key, value.to_owned())))
}

/// The text up to the closing quote, its escapes resolved as in JSON.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                let (inner, after) = text.split_at_checked(at)?;
                let after = after.get(1..)?;
                if !inner.contains('\\') {
                    return Some((inner.to_owned(), after));
                }
                let value = serde_json::from_str(&format!("\"{inner}\"")).ok()?;
                return Some((value, after));
            }
            _ => {}
        }
    }
    None
}
