//! `stage.match`: stages for the lines that a selector matches.

use outpost_model::GoRegex;
use tokio::time::Instant;

use super::{chain, required};
use crate::process::chain::{Chain, Stage};
use crate::process::config::{MatchAction, MatchConfig, StageError};
use crate::process::context::ProcessMetrics;
use crate::process::item::Item;

/// Runs nested stages on what matches, or drops it.
pub(super) struct Match {
    selector: Selector,
    /// None: drop.
    nested: Option<Chain>,
    reason: String,
    metrics: ProcessMetrics,
}

/// A stream selector and line filters.
#[derive(Debug, Default)]
struct Selector {
    labels: Vec<(String, Test)>,
    lines: Vec<Test>,
}

#[derive(Debug)]
enum Test {
    Equal(String),
    NotEqual(String),
    Regex(GoRegex),
    NotRegex(GoRegex),
}

// === impl Match ===

impl Match {
    pub(super) fn new(config: &MatchConfig, metrics: &ProcessMetrics) -> Result<Self, StageError> {
        required("selector", &config.selector)?;
        let selector = Selector::parse(&config.selector).map_err(|why| {
            StageError::of("selector", format!("selector {:?}: {why}", config.selector))
        })?;
        let nested = match config.action {
            MatchAction::Keep if config.stages.is_empty() => {
                return Err(StageError::of(
                    "action",
                    "a match stage that keeps lines needs stages for them",
                ));
            }
            MatchAction::Keep => Some(chain(&config.stages, metrics)?),
            MatchAction::Drop if config.stages.is_empty() => None,
            MatchAction::Drop => {
                return Err(StageError::of(
                    "action",
                    "a match stage that drops takes no nested stages",
                ));
            }
        };
        Ok(Self {
            selector,
            nested,
            reason: config.reason.clone(),
            metrics: metrics.clone(),
        })
    }
}

impl Stage for Match {
    fn run(&mut self, items: &mut Vec<Item>, now: Instant) {
        let selector = &self.selector;
        let Some(nested) = &mut self.nested else {
            self.metrics
                .retain(items, &self.reason, |item| selector.matches(item));
            return;
        };
        let mut out = Vec::with_capacity(items.len());
        let mut run = Vec::new();
        for mut item in items.drain(..) {
            if selector.matches(&item) {
                item.extracted.refresh(&item.labels);
                run.push(item);
                continue;
            }
            nested.run(&mut run, now);
            out.append(&mut run);
            out.push(item);
        }
        nested.run(&mut run, now);
        out.append(&mut run);
        *items = out;
    }

    fn due(&self) -> Option<Instant> {
        self.nested.as_ref().and_then(Chain::due)
    }

    fn flush(&mut self, now: Instant, all: bool) -> Vec<Item> {
        self.nested
            .as_mut()
            .map(|nested| nested.flush(now, all))
            .unwrap_or_default()
    }
}

// === impl Selector ===

impl Selector {
    fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.trim_start();
        let mut selector = Self::default();
        rest = eat(rest, "{").ok_or("a selector begins with {")?;
        while !rest.starts_with('}') {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .ok_or("a } is missing")?;
            let (name, after) = rest.split_at(end);
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                return Err("a label name is expected".to_owned());
            }
            let (operator, after) = operator(after.trim_start(), &["=~", "!~", "!=", "="])
                .ok_or("one of =, !=, =~, !~ is expected")?;
            let (value, after) = string(after)?;
            selector
                .labels
                .push((name.to_owned(), Test::new(operator, value, true)?));
            rest = match eat(after, ",") {
                Some(after) => after,
                None if after.starts_with('}') => after,
                None => return Err("a , or } is expected".to_owned()),
            };
        }
        if selector.labels.is_empty() {
            return Err("a selector needs a matcher".to_owned());
        }
        rest = eat(rest, "}").ok_or("a } is missing")?;
        while !rest.is_empty() {
            let (operator, after) = operator(rest, &["|=", "!=", "|~", "!~"])
                .ok_or("only the line filters |=, !=, |~, !~ may follow a selector here")?;
            let (value, after) = string(after)?;
            selector.lines.push(Test::new(operator, value, false)?);
            rest = after;
        }
        Ok(selector)
    }

    fn matches(&self, item: &Item) -> bool {
        let labels = self.labels.iter();
        let mut labels = labels
            .map(|(name, test)| test.is_met(item.labels.get(name).unwrap_or_default(), false));
        if !labels.all(|met| met) {
            return false;
        }
        if self.lines.is_empty() {
            return true;
        }
        let text = item.text();
        self.lines.iter().all(|test| test.is_met(&text, true))
    }
}

// === impl Test ===

impl Test {
    fn new(operator: &str, value: String, anchored: bool) -> Result<Self, String> {
        let regex = |value: &str| {
            let compiled = if anchored {
                GoRegex::anchored(value)
            } else {
                GoRegex::new(value)
            };
            compiled.map_err(|error| format!("{value:?} is no expression: {error}"))
        };
        Ok(match operator {
            "=" | "|=" => Self::Equal(value),
            "!=" => Self::NotEqual(value),
            "=~" | "|~" => Self::Regex(regex(&value)?),
            _ => Self::NotRegex(regex(&value)?),
        })
    }

    /// Whether `text` is (`within`: contains) what is asked for.
    fn is_met(&self, text: &str, within: bool) -> bool {
        let same = |wanted: &String| {
            if within {
                text.contains(wanted.as_str())
            } else {
                text == wanted
            }
        };
        match self {
            Self::Equal(wanted) => same(wanted),
            Self::NotEqual(wanted) => !same(wanted),
            Self::Regex(regex) => regex.is_match(text),
            Self::NotRegex(regex) => !regex.is_match(text),
        }
    }
}

fn eat<'t>(text: &'t str, token: &str) -> Option<&'t str> {
    Some(text.trim_start().strip_prefix(token)?.trim_start())
}

fn operator<'t>(text: &'t str, known: &[&'static str]) -> Option<(&'static str, &'t str)> {
    known
        .iter()
        .find_map(|operator| Some((*operator, text.strip_prefix(operator)?.trim_start())))
}

/// A string in double quotes with Go's escapes.
fn string(text: &str) -> Result<(String, &str), String> {
    let inner = text
        .strip_prefix('"')
        .ok_or("a string in double quotes is expected")?;
    let mut value = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, inner.get(at + 1..).unwrap_or_default().trim_start())),
            '\\' => {
                let (_, escape) = chars
                    .next()
                    .ok_or("a string ends in the middle of an escape")?;
                let digits = match escape {
                    'n' => {
                        value.push('\n');
                        continue;
                    }
                    't' => {
                        value.push('\t');
                        continue;
                    }
                    'r' => {
                        value.push('\r');
                        continue;
                    }
                    'a' => {
                        value.push('\x07');
                        continue;
                    }
                    'b' => {
                        value.push('\x08');
                        continue;
                    }
                    'f' => {
                        value.push('\x0c');
                        continue;
                    }
                    'v' => {
                        value.push('\x0b');
                        continue;
                    }
                    '\\' | '"' => {
                        value.push(escape);
                        continue;
                    }
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    other => return Err(format!("\\{other} is no escape")),
                };
                let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
                let code = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32);
                value.push(code.ok_or_else(|| format!("\\{escape}{hex} is no character"))?);
            }
            '\n' => return Err("a string goes over a line end".to_owned()),
            c => value.push(c),
        }
    }
    Err("a string has no end".to_owned())
}
