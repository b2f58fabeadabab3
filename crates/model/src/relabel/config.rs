//! A rule as it was configured, and what can be wrong with it.

use std::str::FromStr;

use crate::RegexError;

/// What a rule does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Action {
    /// Sets the target label from the replacement template where the expression matches.
    #[default]
    Replace,
    /// Drops sets whose source does not match.
    Keep,
    /// Drops sets whose source matches.
    Drop,
    /// Drops sets whose source differs from the target label.
    KeepEqual,
    /// Drops sets whose source equals the target label.
    DropEqual,
    /// Sets the target label to the source's hash modulo a number.
    HashMod,
    /// Copies each label whose name matches to the name that the replacement gives.
    LabelMap,
    /// Takes away each label whose name matches.
    LabelDrop,
    /// Takes away each label whose name does not match.
    LabelKeep,
    /// Sets the target label to the source in lower case.
    Lowercase,
    /// Sets the target label to the source in upper case.
    Uppercase,
}

/// A word that names no action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown relabel action {0:?}, use one of {names}", names = Action::names())]
pub struct UnknownAction(pub String);

/// A rule as it was configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleConfig {
    /// Labels whose values, joined with `separator`, are the source. `None`: not given, the source is empty.
    pub source_labels: Option<Vec<String>>,
    /// Stands between the values of the source labels. Default `;`.
    pub separator: String,
    /// The expression in Go's syntax, without the anchors that it gets. Default `(.*)`.
    pub regex: String,
    /// For `hashmod`: the number of shards. Default 0, which `hashmod` refuses.
    pub modulus: u64,
    /// The label to set or compare; a template for `replace`. Default empty.
    pub target_label: String,
    /// The template of the value (`replace`) or name (`labelmap`). Default `$1`.
    pub replacement: String,
    /// What to do. Default `replace`.
    pub action: Action,
}

/// Why a rule was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The expression is not one.
    #[error(transparent)]
    Regex(#[from] RegexError),
    /// `hashmod` without a modulus.
    #[error("action hashmod needs a modulus that is not 0")]
    ModulusMissing,
    /// An action that sets or compares a label, without the label.
    #[error("action {action} needs a target_label")]
    TargetLabelMissing {
        /// The rule's action.
        action: Action,
    },
    /// A target label that can never be a label's name.
    #[error(
        "target_label {target_label:?} cannot become a label's name: use letters, digits, _ and ${{n}}"
    )]
    TargetLabelInvalid {
        /// The label as it was given.
        target_label: String,
    },
    /// A `labelmap` replacement that can never be a label's name.
    #[error(
        "replacement {replacement:?} cannot become a label's name: use letters, digits, _ and ${{n}}"
    )]
    ReplacementInvalid {
        /// The replacement as it was given.
        replacement: String,
    },
    /// A field that the action does not look at.
    #[error("action {action} does not take {field}, remove it")]
    FieldNotAllowed {
        /// The rule's action.
        action: Action,
        /// The field.
        field: &'static str,
    },
}

const ACTIONS: [(&str, Action); 11] = [
    ("replace", Action::Replace),
    ("keep", Action::Keep),
    ("drop", Action::Drop),
    ("keepequal", Action::KeepEqual),
    ("dropequal", Action::DropEqual),
    ("hashmod", Action::HashMod),
    ("labelmap", Action::LabelMap),
    ("labeldrop", Action::LabelDrop),
    ("labelkeep", Action::LabelKeep),
    ("lowercase", Action::Lowercase),
    ("uppercase", Action::Uppercase),
];

// === impl Action ===

impl Action {
    /// The action's name in a configuration.
    pub fn as_str(self) -> &'static str {
        ACTIONS
            .iter()
            .find(|(_, action)| *action == self)
            .map_or("", |(name, _)| name)
    }

    /// The actions' names, for messages.
    fn names() -> String {
        ACTIONS.map(|(name, _)| name).join(", ")
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        ACTIONS
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, action)| *action)
            .ok_or_else(|| UnknownAction(text.to_owned()))
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl RuleConfig ===

impl Default for RuleConfig {
    fn default() -> Self {
        Self {
            source_labels: None,
            separator: ";".to_owned(),
            regex: "(.*)".to_owned(),
            modulus: 0,
            target_label: String::new(),
            replacement: "$1".to_owned(),
            action: Action::Replace,
        }
    }
}

impl RuleConfig {
    /// Checks what the action takes; the expression is checked when it is compiled.
    pub(super) fn check(&self) -> Result<(), RuleError> {
        use Action::{
            DropEqual, HashMod, KeepEqual, LabelDrop, LabelKeep, LabelMap, Lowercase, Replace,
            Uppercase,
        };
        let action = self.action;
        if action == HashMod && self.modulus == 0 {
            return Err(RuleError::ModulusMissing);
        }
        let needs_target = matches!(
            action,
            Replace | HashMod | Lowercase | Uppercase | KeepEqual | DropEqual
        );
        if needs_target && self.target_label.is_empty() {
            return Err(RuleError::TargetLabelMissing { action });
        }
        if action == Replace
            && self.target_label.contains('$')
            && !names_a_label(&self.target_label)
        {
            return Err(RuleError::TargetLabelInvalid {
                target_label: self.target_label.clone(),
            });
        }
        if action == LabelMap && !names_a_label(&self.replacement) {
            return Err(RuleError::ReplacementInvalid {
                replacement: self.replacement.clone(),
            });
        }
        let refused: &[&'static str] = match action {
            Lowercase | Uppercase => &["replacement"],
            KeepEqual | DropEqual => &["replacement", "regex", "modulus", "separator"],
            LabelDrop | LabelKeep => &[
                "source_labels",
                "target_label",
                "modulus",
                "separator",
                "replacement",
            ],
            _ => &[],
        };
        match refused.iter().find(|field| self.is_given(field)) {
            Some(field) => Err(RuleError::FieldNotAllowed { action, field }),
            None => Ok(()),
        }
    }

    /// Whether `field` differs from its default; an empty list of source labels differs from none.
    fn is_given(&self, field: &str) -> bool {
        let default = Self::default();
        match field {
            "source_labels" => self.source_labels != default.source_labels,
            "target_label" => self.target_label != default.target_label,
            "modulus" => self.modulus != default.modulus,
            "separator" => self.separator != default.separator,
            "replacement" => self.replacement != default.replacement,
            _ => self.regex != default.regex,
        }
    }
}

/// Whether `template` can become a legacy label name: letters, `_` and references to groups, digits after the first.
///
/// Prometheus' own check is `^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$`.
fn names_a_label(template: &str) -> bool {
    let word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        let Some(after) = rest.strip_prefix('$') else {
            let first = rest.len() == template.len();
            if !word(c) || (first && c.is_ascii_digit()) {
                return false;
            }
            rest = rest.get(1..).unwrap_or_default();
            continue;
        };
        let (name, after) = match after.strip_prefix('{') {
            Some(braced) => match braced.split_once('}') {
                Some(pair) => pair,
                None => return false,
            },
            None => after.split_at(after.find(|c| !word(c)).unwrap_or(after.len())),
        };
        if name.is_empty() || !name.chars().all(word) {
            return false;
        }
        rest = after;
    }
    !template.is_empty()
}
