//! One compiled rule.

use md5::{Digest, Md5};

use super::case;
use super::template::Template;
use super::{Action, Decision, RuleConfig, RuleError, TargetNames};
use crate::{GoRegex, LabelsBuilder};

/// A compiled rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    sources: Vec<String>,
    separator: String,
    step: Step,
}

/// The rule's action with what it needs.
#[derive(Clone, Debug)]
enum Step {
    Replace {
        regex: GoRegex,
        target: Template,
        replacement: Template,
        names: TargetNames,
    },
    Match {
        regex: GoRegex,
        on_match: Decision,
    },
    Compare {
        target: String,
        on_equal: Decision,
    },
    HashMod {
        modulus: u64,
        target: String,
    },
    LabelMap {
        regex: GoRegex,
        replacement: Template,
    },
    KeepNames {
        regex: GoRegex,
        matching: bool,
    },
    Case {
        target: String,
        convert: fn(char) -> char,
    },
}

/// Buffers that one rule after the other uses.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    source: String,
    name: String,
    value: String,
}

// === impl Rule ===

impl Rule {
    pub(super) fn compile(config: &RuleConfig, names: TargetNames) -> Result<Self, RuleError> {
        config.check()?;
        // Also an action that uses no expression refuses one that is none.
        let regex = GoRegex::anchored(&config.regex)?;
        let target = || config.target_label.clone();
        let step = match config.action {
            Action::Replace => Step::Replace {
                target: Template::parse(&config.target_label, &regex),
                replacement: Template::parse(&config.replacement, &regex),
                regex,
                names,
            },
            Action::Keep => Step::Match {
                regex,
                on_match: Decision::Keep,
            },
            Action::Drop => Step::Match {
                regex,
                on_match: Decision::Drop,
            },
            Action::KeepEqual => Step::Compare {
                target: target(),
                on_equal: Decision::Keep,
            },
            Action::DropEqual => Step::Compare {
                target: target(),
                on_equal: Decision::Drop,
            },
            Action::HashMod => Step::HashMod {
                modulus: config.modulus,
                target: target(),
            },
            Action::LabelMap => Step::LabelMap {
                replacement: Template::parse(&config.replacement, &regex),
                regex,
            },
            Action::LabelDrop => Step::KeepNames {
                regex,
                matching: false,
            },
            Action::LabelKeep => Step::KeepNames {
                regex,
                matching: true,
            },
            Action::Lowercase => Step::Case {
                target: target(),
                convert: case::lower,
            },
            Action::Uppercase => Step::Case {
                target: target(),
                convert: case::upper,
            },
        };
        Ok(Self {
            sources: config.source_labels.clone().unwrap_or_default(),
            separator: config.separator.clone(),
            step,
        })
    }

    pub(super) fn apply(&self, labels: &mut LabelsBuilder, scratch: &mut Scratch) -> Decision {
        self.join_source(labels, &mut scratch.source);
        let source = scratch.source.as_str();
        match &self.step {
            Step::Match { regex, on_match } => return on_match.when(regex.is_match(source)),
            Step::Compare { target, on_equal } => {
                let equal = labels.get(target).unwrap_or_default() == source;
                return on_equal.when(equal);
            }
            Step::Replace {
                regex,
                target,
                replacement,
                names,
            } => {
                if let Some(found) = regex.find(source) {
                    scratch.name.clear();
                    scratch.value.clear();
                    target.expand(&found, &mut scratch.name);
                    replacement.expand(&found, &mut scratch.value);
                    if names.accept(&scratch.name) {
                        assign(labels, &scratch.name, &scratch.value);
                    }
                }
            }
            Step::HashMod { modulus, target } => {
                let shard = hash(source).checked_rem(*modulus).unwrap_or_default();
                assign(labels, target, &shard.to_string());
            }
            Step::LabelMap { regex, replacement } => map_names(labels, regex, replacement),
            Step::KeepNames { regex, matching } => {
                labels.retain(|name, _| regex.is_match(name) == *matching);
            }
            Step::Case { target, convert } => {
                scratch.value.clear();
                scratch.value.extend(source.chars().map(convert));
                assign(labels, target, &scratch.value);
            }
        }
        Decision::Keep
    }

    fn join_source(&self, labels: &LabelsBuilder, source: &mut String) {
        source.clear();
        for (index, name) in self.sources.iter().enumerate() {
            if index > 0 {
                source.push_str(&self.separator);
            }
            source.push_str(labels.get(name).unwrap_or_default());
        }
    }
}

// === impl Decision ===

impl Decision {
    /// This decision if `holds`, the other one if not.
    fn when(self, holds: bool) -> Self {
        if (self == Self::Keep) == holds {
            Self::Keep
        } else {
            Self::Drop
        }
    }
}

// === impl TargetNames ===

impl TargetNames {
    fn accept(self, name: &str) -> bool {
        match self {
            Self::Any => !name.is_empty(),
            Self::Legacy => crate::is_legacy_label_name(name),
        }
    }
}

/// Sets a label, or takes it away when the value is empty.
fn assign(labels: &mut LabelsBuilder, name: &str, value: &str) {
    if value.is_empty() {
        labels.remove(name);
    } else {
        labels.set(name, value);
    }
}

/// The last eight bytes of the MD5 sum, as Prometheus has always taken them.
fn hash(source: &str) -> u64 {
    let sum = Md5::digest(source.as_bytes());
    sum.iter()
        .skip(8)
        .fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// Copies labels to the names that `replacement` gives, in byte order of the old names, so that the last one wins.
fn map_names(labels: &mut LabelsBuilder, regex: &GoRegex, replacement: &Template) {
    let mut copies: Vec<(String, String)> = labels
        .iter()
        .filter(|(name, value)| !value.is_empty() && regex.is_match(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    copies.sort_unstable();
    for (name, value) in copies {
        let mut new = String::new();
        let mut end = 0;
        for found in regex.find_all(&name) {
            let span = found.span();
            new.push_str(name.get(end..span.start).unwrap_or_default());
            replacement.expand(&found, &mut new);
            end = span.end;
        }
        new.push_str(name.get(end..).unwrap_or_default());
        labels.set(new, value);
    }
}
