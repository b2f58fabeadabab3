//! `loki.relabel`: rewrites the labels of log lines and drops lines by them.

use std::sync::{Arc, Mutex, PoisonError};

use outpost_alloy_syntax::arguments;
use outpost_loki_push::Fanout;
use outpost_model::TargetNames;

use crate::arguments::{LogsTo, RuleArguments, logs_capsule, receivers, rules_capsule};
use crate::components::unwired;
use crate::{Component, Context, Refusal};

arguments! {
    /// Rewrites the labels of log lines.
    pub(crate) struct RelabelArguments {
        /// Where the lines go.
        attr forward_to: Vec<Option<LogsTo>>,
        /// In Alloy, how many label sets are remembered.
        attr max_cache_size: i64 = 10_000,
        /// The rules, in order.
        block rule: Vec<RuleArguments>,
    }
}

/// The component.
pub(crate) struct Relabel {
    context: Context,
    to: Arc<Fanout>,
    rules: Mutex<Vec<RuleArguments>>,
}

impl Component for Relabel {
    const NAME: &'static str = "loki.relabel";
    const EXPORTS: &'static [&'static str] = &["receiver", "rules"];
    type Arguments = RelabelArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        RuleArguments::compile(&arguments.rule, TargetNames::Any, "rule")?;
        let to = Arc::new(Fanout::new(receivers(&arguments.forward_to)));
        let name = format!("{}.receiver", context.id());
        context
            .exports()
            .set("receiver", logs_capsule(&name, to.clone()));
        context
            .exports()
            .set("rules", rules_capsule(&arguments.rule));
        Ok(Self {
            context: context.clone(),
            to,
            rules: Mutex::new(arguments.rule.clone()),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        RuleArguments::compile(&arguments.rule, TargetNames::Any, "rule")?;
        self.to.set(receivers(&arguments.forward_to));
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if *rules != arguments.rule {
            rules.clone_from(&arguments.rule);
            self.context.exports().set("rules", rules_capsule(&rules));
        }
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        unwired::refuse(&self.context)
    }
}
