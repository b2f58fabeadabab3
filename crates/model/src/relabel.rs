//! Relabelling: rules that keep, drop and rewrite label sets.
//!
//! A rule as it was configured is a [`RuleConfig`]; [`Rules::compile`] checks a list of them and compiles expressions and
//! templates once. Applying rules is a plain call on a [`LabelsBuilder`]; running them once per series and not once per
//! sample is [`crate::Relabel`]'s part.
//!
//! Source of the semantics: Prometheus' `model/relabel`, as Alloy's recordings show it.

mod case;
mod config;
mod rule;
mod template;

pub use config::{Action, RuleConfig, RuleError, UnknownAction};

use crate::LabelsBuilder;
use rule::Rule;

pub(crate) use rule::Scratch;

/// What an expanded target label must look like for `replace` to set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetNames {
    /// Any text but the empty one: `discovery.relabel`.
    Any,
    /// `[a-zA-Z_][a-zA-Z0-9_]*`; `replace` leaves the set alone otherwise: `prometheus.relabel`, `write_relabel_config`.
    Legacy,
}

/// What the rules decided about a label set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a dropped label set goes no further"]
pub enum Decision {
    /// The set goes on as the rules left it.
    Keep,
    /// A rule dropped the set; what is left of it has no meaning.
    Drop,
}

/// A list of compiled rules, which run in order.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
}

// === impl Rules ===

impl Rules {
    /// Checks and compiles `configs`; the error carries the index of the rule that is wrong.
    pub fn compile<'a>(
        configs: impl IntoIterator<Item = &'a RuleConfig>,
        names: TargetNames,
    ) -> Result<Self, (usize, RuleError)> {
        let rules = configs
            .into_iter()
            .enumerate()
            .map(|(index, config)| Rule::compile(config, names).map_err(|error| (index, error)))
            .collect::<Result<_, _>>()?;
        Ok(Self { rules })
    }

    /// Runs the rules on `labels`, in which a label with an empty value counts as absent.
    pub fn apply(&self, labels: &mut LabelsBuilder) -> Decision {
        let mut scratch = Scratch::default();
        self.apply_with(labels, &mut scratch)
    }

    /// As [`Rules::apply`], in buffers that are used again.
    pub(crate) fn apply_with(&self, labels: &mut LabelsBuilder, scratch: &mut Scratch) -> Decision {
        for rule in &self.rules {
            if rule.apply(labels, scratch) == Decision::Drop {
                return Decision::Drop;
            }
        }
        labels.retain(|_, value| !value.is_empty());
        Decision::Keep
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}
