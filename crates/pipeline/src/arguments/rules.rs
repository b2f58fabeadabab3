//! Relabel rules as blocks (`rule`, `write_relabel_config`) and as an export that other components take.

use std::sync::Arc;

use outpost_alloy_syntax::{Capsule, FromValue, Mismatch, ToValue, Value, arguments};
use outpost_model::{Action, RuleConfig, RuleError, Rules, TargetNames};

use crate::Refusal;

const KIND: &str = "relabel rules";

arguments! {
    /// One relabel rule.
    #[derive(PartialEq)]
    pub(crate) struct RuleArguments {
        /// Labels whose values, joined, are the source.
        attr source_labels: Option<Vec<String>>,
        /// Stands between the values of the source labels.
        attr separator: String = ";".to_owned(),
        /// The expression in Go's syntax; it must match all of the source.
        attr regex: String = "(.*)".to_owned() => String::new(),
        /// For `hashmod`: the number of shards.
        attr modulus: u64 = 0,
        /// The label to set or compare.
        attr target_label: String = String::new(),
        /// What the target becomes; `$1` is the first group.
        attr replacement: String = "$1".to_owned(),
        /// What the rule does.
        attr action: ActionWord = ActionWord(Action::Replace),
    }
}

/// A rule's action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ActionWord(pub(crate) Action);

/// A component's rules, as it exports them.
#[derive(Clone, Debug)]
pub(crate) struct RuleSet {
    capsule: Capsule,
}

/// Rules as the value of an export.
pub(crate) fn rules_capsule(rules: &[RuleArguments]) -> Value {
    let configs: Arc<[RuleConfig]> = rules.iter().map(RuleArguments::config).collect();
    Value::Capsule(Capsule::new(KIND, "capsule(\"relabel.Rules\")", configs))
}

// === impl RuleArguments ===

impl RuleArguments {
    /// The rule as the model has it.
    pub(crate) fn config(&self) -> RuleConfig {
        RuleConfig {
            source_labels: self.source_labels.clone(),
            separator: self.separator.clone(),
            regex: self.regex.clone(),
            modulus: self.modulus,
            target_label: self.target_label.clone(),
            replacement: self.replacement.clone(),
            action: self.action.0,
        }
    }

    /// Compiles rules; `block` is what they are called in the component.
    pub(crate) fn compile(
        rules: &[Self],
        names: TargetNames,
        block: &'static str,
    ) -> Result<Rules, Refusal> {
        compile(
            &rules.iter().map(Self::config).collect::<Vec<_>>(),
            names,
            block,
        )
    }
}

fn compile(
    configs: &[RuleConfig],
    names: TargetNames,
    block: &'static str,
) -> Result<Rules, Refusal> {
    Rules::compile(configs, names).map_err(|(index, error)| {
        Refusal::of([argument_of(&error)], error.to_string()).within(block, index)
    })
}

/// The argument of a rule that an error is about.
fn argument_of(error: &RuleError) -> &'static str {
    match error {
        RuleError::Regex(_) => "regex",
        RuleError::ModulusMissing => "modulus",
        RuleError::TargetLabelMissing { .. } | RuleError::TargetLabelInvalid { .. } => {
            "target_label"
        }
        RuleError::ReplacementInvalid { .. } => "replacement",
        RuleError::FieldNotAllowed { field, .. } => field,
    }
}

// === impl ActionWord ===

impl FromValue for ActionWord {
    const NAME: &'static str = "relabel action";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        let word = String::from_value(value)?;
        word.parse()
            .map(Self)
            .map_err(|error| Mismatch::invalid(format!("{error}")))
    }
}

impl ToValue for ActionWord {
    fn to_value(&self) -> Value {
        Value::from(self.0.as_str())
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self == default
    }
}

// === impl RuleSet ===

impl RuleSet {
    /// The rules, compiled anew for these target names.
    pub(crate) fn compile(
        &self,
        names: TargetNames,
        argument: &'static str,
    ) -> Result<Rules, Refusal> {
        let configs = self.capsule.get::<Arc<[RuleConfig]>>();
        compile(
            configs.map_or(&[][..], |configs| &configs[..]),
            names,
            argument,
        )
    }
}

impl FromValue for RuleSet {
    const NAME: &'static str = KIND;

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Capsule(capsule) if capsule.get::<Arc<[RuleConfig]>>().is_some() => Ok(Self {
                capsule: capsule.clone(),
            }),
            other => Err(Mismatch::type_of(other, KIND)),
        }
    }
}

impl ToValue for RuleSet {
    fn to_value(&self) -> Value {
        Value::Capsule(self.capsule.clone())
    }

    fn is_hidden(&self, _: &Self) -> bool {
        false
    }
}
