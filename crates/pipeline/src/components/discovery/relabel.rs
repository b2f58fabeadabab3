//! `discovery.relabel`: rewrites and drops targets.

use std::sync::{Mutex, PoisonError};

use outpost_alloy_syntax::arguments;
use outpost_model::{Decision, Rules, TargetNames};

use crate::arguments::{RuleArguments, Target, rules_capsule, targets_value};
use crate::{Component, Context, Refusal};

arguments! {
    /// Rewrites and drops targets.
    pub(crate) struct RelabelArguments {
        /// The targets.
        attr targets: Vec<Target>,
        /// The rules, in order.
        block rule: Vec<RuleArguments>,
    }
}

/// The component.
pub(crate) struct Relabel {
    context: Context,
    rules: Mutex<Vec<RuleArguments>>,
}

// === impl Relabel ===

impl Relabel {
    fn compile(arguments: &RelabelArguments) -> Result<Rules, Refusal> {
        RuleArguments::compile(&arguments.rule, TargetNames::Any, "rule")
    }

    fn export(context: &Context, rules: &Rules, targets: &[Target]) {
        let output: Vec<Target> = targets
            .iter()
            .filter_map(|target| relabelled(target, rules))
            .collect();
        context.exports().set("output", targets_value(&output));
    }
}

/// What the rules make of a target; labels without a value are gone.
fn relabelled(target: &Target, rules: &Rules) -> Option<Target> {
    let mut labels = target.builder();
    match rules.apply(&mut labels) {
        Decision::Keep => Some(labels.iter().collect()),
        Decision::Drop => None,
    }
}

impl Component for Relabel {
    const NAME: &'static str = "discovery.relabel";
    const EXPORTS: &'static [&'static str] = &["output", "rules"];
    type Arguments = RelabelArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let rules = Self::compile(arguments)?;
        Self::export(context, &rules, &arguments.targets);
        context
            .exports()
            .set("rules", rules_capsule(&arguments.rule));
        Ok(Self {
            context: context.clone(),
            rules: Mutex::new(arguments.rule.clone()),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let compiled = Self::compile(arguments)?;
        Self::export(&self.context, &compiled, &arguments.targets);
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if *rules != arguments.rule {
            rules.clone_from(&arguments.rule);
            self.context.exports().set("rules", rules_capsule(&rules));
        }
        Ok(())
    }
}
