//! `stage.json`: extracts values of a JSON line.

use outpost_model::GoRegex;
use serde_json::Value as JsonValue;
use tokio::time::Instant;

use super::{optional, source};
use crate::process::chain::Stage;
use crate::process::config::{JsonConfig, StageError};
use crate::process::context::ProcessMetrics;
use crate::process::item::Item;
use crate::process::jmespath::{Data, Expression, search};
use crate::process::value::Value;

/// Under this reason lines that are no JSON are counted, as in Alloy.
const MALFORMED: &str = "malformed_json";

/// `stage.json`.
pub(super) struct Json {
    expressions: Vec<(String, Expression)>,
    regex: Option<GoRegex>,
    source: Option<String>,
    drop_malformed: bool,
    metrics: ProcessMetrics,
}

// === impl Json ===

impl Json {
    pub(super) fn new(config: &JsonConfig, metrics: &ProcessMetrics) -> Result<Self, StageError> {
        if config.expressions.is_empty() && config.regex.is_empty() {
            return Err(StageError::of(
                "expressions",
                "expressions or regex is needed, else nothing is extracted",
            ));
        }
        let expressions = config.expressions.iter().map(|(name, expression)| {
            let text = if expression.is_empty() {
                name
            } else {
                expression
            };
            let compiled = Expression::new(text).map_err(|why| {
                StageError::of(
                    "expressions",
                    format!("{text:?} is no JMESPath expression: {why}"),
                )
            })?;
            Ok((name.clone(), compiled))
        });
        Ok(Self {
            expressions: expressions.collect::<Result<_, _>>()?,
            regex: optional("regex", &config.regex)?,
            source: source(config.source.as_ref())?,
            drop_malformed: config.drop_malformed,
            metrics: metrics.clone(),
        })
    }

    /// Extracts; says whether the line is well formed.
    fn extract(&self, item: &mut Item) -> bool {
        let Some(text) = item.input(self.source.as_deref()) else {
            return true;
        };
        let Some(json) = parse_json(&text).filter(|json| json.is_object() || json.is_null()) else {
            return false;
        };
        let mut data = None;
        for (name, expression) in &self.expressions {
            let value = if let Some(path) = expression.path() {
                follow(&json, &path)
            } else {
                let data = data.get_or_insert_with(|| Data::from(&json));
                match search(expression, data) {
                    Ok(found) => from_data(found),
                    Err(_) => continue,
                }
            };
            item.extracted.set(name, value);
        }
        if let (Some(regex), JsonValue::Object(members)) = (&self.regex, json) {
            for (name, value) in members {
                if regex.is_match(&name) {
                    item.extracted.set(&name, Value::from_json(value));
                }
            }
        }
        true
    }
}

impl Stage for Json {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        if self.drop_malformed {
            let this = &*self;
            this.metrics
                .retain(items, MALFORMED, |item| !this.extract(item));
        } else {
            for item in items {
                self.extract(item);
            }
        }
    }
}

/// The text as JSON. Half of a surrogate pair counts as U+FFFD, as in Go.
pub(super) fn parse_json(text: &str) -> Option<JsonValue> {
    match serde_json::from_str(text) {
        Ok(json) => Some(json),
        Err(_) if text.contains("\\ud") || text.contains("\\uD") => {
            serde_json::from_str(&whole_surrogates(text)).ok()
        }
        Err(_) => None,
    }
}

/// The text with `\ufffd` for escapes of half a pair.
fn whole_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let (length, keep) = match unit(escape) {
            Some(0xd800..0xdc00) => match escape.get(6..).and_then(unit) {
                Some(0xdc00..0xe000) => (12, true),
                _ => (6, false),
            },
            Some(0xdc00..0xe000) => (6, false),
            // `\\` and `\"` are two characters; any other escape ends by itself.
            _ => (2, true),
        };
        let end = (0..=length.min(escape.len()))
            .rev()
            .find(|at| escape.is_char_boundary(*at));
        let (escape, after) = escape.split_at(end.unwrap_or_default());
        out.push_str(if keep { escape } else { "\\ufffd" });
        rest = after;
        if escape.is_empty() {
            break;
        }
    }
    out.push_str(rest);
    out
}

/// The UTF-16 unit of `\uXXXX`.
fn unit(escape: &str) -> Option<u32> {
    u32::from_str_radix(escape.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

fn follow(json: &JsonValue, path: &[&str]) -> Value {
    let mut at = json;
    for name in path {
        match at.get(name) {
            Some(next) => at = next,
            None => return Value::Null,
        }
    }
    Value::from_json(at.clone())
}

/// What JSON cannot hold becomes an empty text.
fn from_data(data: Data) -> Value {
    match data {
        Data::Number(number) => Value::Number(number),
        data => data
            .to_json()
            .map_or_else(|| Value::Text(String::new()), Value::from_json),
    }
}
