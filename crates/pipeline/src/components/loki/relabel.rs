//! `loki.relabel`: rewrites the labels of log lines and drops lines by them.

use std::sync::{Arc, Mutex, PoisonError};

use outpost_alloy_syntax::arguments;
use outpost_loki_push::{Fanout, LogRelabel};
use outpost_model::TargetNames;

use crate::arguments::{LogsTo, RuleArguments, logs_capsule, receivers, rules_capsule};
use crate::{Component, Context, Refusal};

arguments! {
    /// Rewrites the labels of log lines.
    pub(crate) struct RelabelArguments {
        /// Where the lines go.
        attr forward_to: Vec<Option<LogsTo>>,
        /// How many label sets are remembered.
        attr max_cache_size: i64 = 10_000,
        /// The rules, in order.
        block rule: Vec<RuleArguments>,
    }
}

/// The component.
pub(crate) struct Relabel {
    context: Context,
    to: Arc<Fanout>,
    receiver: Arc<LogRelabel>,
    rules: Mutex<Vec<RuleArguments>>,
}

// === impl RelabelArguments ===

impl RelabelArguments {
    fn cache_size(&self) -> usize {
        usize::try_from(self.max_cache_size).unwrap_or_default()
    }
}

impl Component for Relabel {
    const NAME: &'static str = "loki.relabel";
    const EXPORTS: &'static [&'static str] = &["receiver", "rules"];
    type Arguments = RelabelArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let rules = RuleArguments::compile(&arguments.rule, TargetNames::Legacy, "rule")?;
        let to = Arc::new(Fanout::new(receivers(&arguments.forward_to)));
        let receiver = Arc::new(LogRelabel::new(
            Arc::new(rules),
            arguments.cache_size(),
            to.clone(),
            context.metrics(),
        ));
        let name = format!("{}.receiver", context.id());
        let exports = context.exports();
        exports.set("receiver", logs_capsule(&name, receiver.clone()));
        exports.set("rules", rules_capsule(&arguments.rule));
        Ok(Self {
            context: context.clone(),
            to,
            receiver,
            rules: Mutex::new(arguments.rule.clone()),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let compiled = RuleArguments::compile(&arguments.rule, TargetNames::Legacy, "rule")?;
        self.to.set(receivers(&arguments.forward_to));
        self.receiver
            .set(Arc::new(compiled), arguments.cache_size());
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if *rules != arguments.rule {
            rules.clone_from(&arguments.rule);
            self.context.exports().set("rules", rules_capsule(&rules));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
