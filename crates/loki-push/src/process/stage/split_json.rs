//! `stage.split_json`: one line for each element of a JSON array.

use serde::de::IgnoredAny;
use serde_json::Value as Json;
use tokio::time::Instant;

use super::source;
use crate::process::chain::Stage;
use crate::process::config::StageError;
use crate::process::item::{Found, Item};
use crate::process::value::{Value, go_json};

/// Splits arrays.
pub(super) struct SplitJson {
    source: Option<String>,
}

// === impl SplitJson ===

impl SplitJson {
    pub(super) fn new(given: Option<&String>) -> Result<Self, StageError> {
        Ok(Self {
            source: source(given)?,
        })
    }

    /// The elements; None: there is no array.
    fn elements(&self, item: &Item) -> Option<Vec<String>> {
        if let Some(source) = &self.source
            && let Some(Found::Value(Value::Json(Json::Array(values)))) = item.extracted.get(source)
        {
            return Some(values.iter().map(go_json).collect());
        }
        let text = item.input(self.source.as_deref())?;
        elements(&text)
    }
}

impl Stage for SplitJson {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        let mut out = Vec::with_capacity(items.len());
        for item in items.drain(..) {
            let Some(elements) = self.elements(&item) else {
                out.push(item);
                continue;
            };
            for element in elements {
                let mut part = item.fork();
                part.set_text(element);
                out.push(part);
            }
            // Each part has a ticket of its own.
            item.ticket.settle();
        }
        *items = out;
    }
}

/// The raw texts of an array's elements.
fn elements(text: &str) -> Option<Vec<String>> {
    let blank = [' ', '\t', '\r', '\n'];
    let inner = text.trim_start_matches(blank).strip_prefix('[')?;
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let inner = inner.trim_end_matches(blank).strip_suffix(']')?;
    let mut parts = Vec::new();
    let (mut start, mut depth, mut in_string, mut escaped) = (0, 0_usize, false, false);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(inner.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = inner.get(start..)?;
    if !(parts.is_empty() && last.trim_matches(blank).is_empty()) {
        parts.push(last);
    }
    Some(
        parts
            .iter()
            .map(|part| part.trim_matches(blank).to_owned())
            .collect(),
    )
}
