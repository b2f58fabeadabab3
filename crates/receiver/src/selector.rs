//! What is asked for: `name{label="value"}[5m]` for series, `{label="value"} |= "text"` for lines.
//!
//! It is not: PromQL or LogQL. Everything else is refused with the words that a real server is needed.

mod matcher;
mod text;

use outpost_model::{GoRegex, Labels, METRIC_NAME};

use crate::time::duration;
use matcher::Matcher;
use text::Text;

/// A series selector; with a range, a range selector.
#[derive(Clone, Debug)]
pub(crate) struct SeriesSelector {
    matchers: Vec<Matcher>,
    pub(crate) range_ms: Option<i64>,
}

/// A stream selector with line filters.
#[derive(Clone, Debug)]
pub(crate) struct LineSelector {
    matchers: Vec<Matcher>,
    filters: Vec<LineFilter>,
}

#[derive(Clone, Debug)]
enum LineFilter {
    Contains(String),
    Lacks(String),
    Matches(GoRegex),
    Fails(GoRegex),
}

/// Why a query cannot be answered.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SelectorError {
    #[error(
        "cannot read the query at {at:?}: this development receiver knows selectors only; anything more needs a real {server}"
    )]
    Unknown { at: String, server: &'static str },
    #[error("cannot read the query: {problem}")]
    Syntax { problem: String },
    #[error("a selector needs at least one matcher that does not match the empty value")]
    MatchesEverything,
}

// === impl SeriesSelector ===

impl SeriesSelector {
    pub(crate) fn parse(query: &str) -> Result<Self, SelectorError> {
        let mut text = Text::new(query, "Prometheus");
        let mut matchers = Vec::new();
        if let Some(name) = text.metric_name() {
            matchers.push(Matcher::equal(METRIC_NAME, name));
        }
        let named = !matchers.is_empty();
        if text.take("{") {
            matcher::until_brace(&mut text, &mut matchers, matcher::Dialect::PromQl)?;
        } else if !named {
            return Err(text.unknown());
        }
        let mut range_ms = None;
        if text.take("[") {
            let inside = text.until("]").ok_or_else(|| text.unknown())?;
            let seconds = inside.parse::<i64>().ok().and_then(|s| s.checked_mul(1000));
            let range = duration(inside).or(seconds).filter(|range| *range > 0);
            let range = range.ok_or_else(|| SelectorError::Unknown {
                at: format!("[{inside}]"),
                server: "Prometheus",
            })?;
            range_ms = Some(range);
        }
        if !text.is_empty() {
            return Err(text.unknown());
        }
        matcher::demand_one(&matchers)?;
        Ok(Self { matchers, range_ms })
    }

    pub(crate) fn matches(&self, labels: &Labels) -> bool {
        self.matchers.iter().all(|matcher| matcher.matches(labels))
    }
}

// === impl LineSelector ===

impl LineSelector {
    pub(crate) fn parse(query: &str) -> Result<Self, SelectorError> {
        let mut text = Text::new(query, "Loki");
        if !text.take("{") {
            return Err(text.unknown());
        }
        let mut matchers = Vec::new();
        matcher::until_brace(&mut text, &mut matchers, matcher::Dialect::LogQl)?;
        matcher::demand_one(&matchers)?;
        let mut filters = Vec::new();
        while !text.is_empty() {
            let operator = ["|=", "!=", "|~", "!~"]
                .into_iter()
                .find(|operator| text.take(operator));
            let Some(operator) = operator else {
                return Err(text.unknown());
            };
            let value = text.string()?;
            filters.push(match operator {
                "|=" => LineFilter::Contains(value),
                "!=" => LineFilter::Lacks(value),
                "|~" => LineFilter::Matches(regex(&value)?),
                _ => LineFilter::Fails(regex(&value)?),
            });
        }
        Ok(Self { matchers, filters })
    }

    pub(crate) fn matches(&self, labels: &Labels) -> bool {
        self.matchers.iter().all(|matcher| matcher.matches(labels))
    }

    pub(crate) fn passes(&self, line: &str) -> bool {
        self.filters.iter().all(|filter| match filter {
            LineFilter::Contains(text) => line.contains(text.as_str()),
            LineFilter::Lacks(text) => !line.contains(text.as_str()),
            LineFilter::Matches(regex) => regex.is_match(line),
            LineFilter::Fails(regex) => !regex.is_match(line),
        })
    }
}

/// The label set of a Loki push, `{a="b"}`; an empty one is fine.
pub(crate) fn label_set(text: &str) -> Result<Labels, SelectorError> {
    let mut text = Text::new(text, "Loki");
    if !text.take("{") {
        return Err(text.unknown());
    }
    let mut matchers = Vec::new();
    matcher::until_brace(&mut text, &mut matchers, matcher::Dialect::LogQl)?;
    if !text.is_empty() {
        return Err(text.unknown());
    }
    let mut pairs = Vec::new();
    for matcher in matchers {
        pairs.push(matcher.into_pair().ok_or_else(|| SelectorError::Syntax {
            problem: "a label set has no other operator than =".to_owned(),
        })?);
    }
    Ok(Labels::from_pairs(pairs))
}

fn regex(pattern: &str) -> Result<GoRegex, SelectorError> {
    GoRegex::new(pattern).map_err(|error| SelectorError::Syntax {
        problem: error.to_string(),
    })
}

#[cfg(test)]
mod tests;
