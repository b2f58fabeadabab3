//! Label matchers: `=`, `!=`, `=~`, `!~`.

use outpost_model::{GoRegex, Labels, METRIC_NAME};

use super::SelectorError;
use super::text::Text;

/// What a label's value must be; a label that is missing has the empty value.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    name: String,
    condition: Condition,
}

#[derive(Clone, Debug)]
enum Condition {
    Equal(String),
    NotEqual(String),
    Matches(GoRegex),
    Fails(GoRegex),
}

/// Whose matchers: PromQL knows quoted names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    PromQl,
    LogQl,
}

// === impl Matcher ===

impl Matcher {
    pub(super) fn equal(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            condition: Condition::Equal(value.to_owned()),
        }
    }

    pub(super) fn matches(&self, labels: &Labels) -> bool {
        self.accepts(labels.get(&self.name).unwrap_or_default())
    }

    /// Name and value of a plain `=`.
    pub(super) fn into_pair(self) -> Option<(String, String)> {
        match self.condition {
            Condition::Equal(value) => Some((self.name, value)),
            _ => None,
        }
    }

    fn accepts(&self, value: &str) -> bool {
        match &self.condition {
            Condition::Equal(wanted) => value == wanted,
            Condition::NotEqual(unwanted) => value != unwanted,
            Condition::Matches(regex) => regex.is_match(value),
            Condition::Fails(regex) => !regex.is_match(value),
        }
    }
}

/// Matchers up to and including the closing brace.
pub(super) fn until_brace(
    text: &mut Text<'_>,
    matchers: &mut Vec<Matcher>,
    dialect: Dialect,
) -> Result<(), SelectorError> {
    while !text.take("}") {
        matchers.push(one(text, dialect)?);
        if !text.take(",") {
            if text.take("}") {
                return Ok(());
            }
            return Err(text.unknown());
        }
    }
    Ok(())
}

/// A selector whose matchers all accept the empty value would select everything.
pub(super) fn demand_one(matchers: &[Matcher]) -> Result<(), SelectorError> {
    if matchers.iter().all(|matcher| matcher.accepts("")) {
        return Err(SelectorError::MatchesEverything);
    }
    Ok(())
}

fn one(text: &mut Text<'_>, dialect: Dialect) -> Result<Matcher, SelectorError> {
    let name = match text.label_name() {
        Some(name) => name.to_owned(),
        None if dialect == Dialect::PromQl => text.string()?,
        None => return Err(text.unknown()),
    };
    let operator = ["=~", "!~", "!=", "="]
        .into_iter()
        .find(|operator| text.take(operator));
    let Some(operator) = operator else {
        // A quoted name alone is the metric's.
        return if dialect == Dialect::PromQl {
            Ok(Matcher::equal(METRIC_NAME, &name))
        } else {
            Err(text.unknown())
        };
    };
    let value = text.string()?;
    let regex = |pattern: &str| {
        GoRegex::anchored(pattern).map_err(|error| SelectorError::Syntax {
            problem: error.to_string(),
        })
    };
    let condition = match operator {
        "=" => Condition::Equal(value),
        "!=" => Condition::NotEqual(value),
        "=~" => Condition::Matches(regex(&value)?),
        _ => Condition::Fails(regex(&value)?),
    };
    Ok(Matcher { name, condition })
}
