//! `prometheus.relabel`: rewrites and drops series on their way.

use std::sync::{Arc, Mutex, PoisonError};

use outpost_alloy_syntax::{Duration, Fields, arguments};
use outpost_model::{FanOut, Relabel as RelabelReceiver, TargetNames};

use crate::arguments::{MetricsTo, RuleArguments, metrics_capsule, receivers, rules_capsule};
use crate::{Component, Context, ReceiverHandle, Refusal, Remark};

arguments! {
    /// Rewrites and drops series.
    pub(crate) struct RelabelArguments {
        /// Where the samples go.
        attr forward_to: Vec<Option<MetricsTo>>,
        /// The rules, in order.
        block rule: Vec<RuleArguments>,
        /// In Alloy, how many series are remembered.
        attr max_cache_size: i64 = 100_000,
        /// In Alloy, how long they are remembered.
        attr cache_ttl: Duration = Duration::from_secs(0),
    }
    check = Self::check;
}

/// The component.
pub(crate) struct Relabel {
    context: Context,
    handle: Arc<ReceiverHandle>,
    rules: Mutex<Vec<RuleArguments>>,
}

// === impl RelabelArguments ===

impl RelabelArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let ttl = self.cache_ttl.as_nanos();
        if self.max_cache_size <= 0 && ttl == 0 {
            fields.object("max_cache_size", "max_cache_size must be greater than 0");
        } else if ttl != 0 && self.max_cache_size != 0 {
            fields.object("cache_ttl", "cache_ttl needs max_cache_size = 0");
        } else if ttl != 0 && self.cache_ttl < Duration::from_secs(60) {
            fields.object(
                "cache_ttl",
                format!("cache_ttl ({}) must be at least 1m", self.cache_ttl),
            );
        }
    }
}

// === impl Relabel ===

impl Relabel {
    fn receiver(arguments: &RelabelArguments) -> Result<RelabelReceiver, Refusal> {
        let rules = RuleArguments::compile(&arguments.rule, TargetNames::Legacy, "rule")?;
        Ok(RelabelReceiver::new(
            rules,
            FanOut::over(receivers(&arguments.forward_to)),
        ))
    }

    fn export_rules(&self, rules: &[RuleArguments]) {
        self.context.exports().set("rules", rules_capsule(rules));
    }
}

impl Component for Relabel {
    const NAME: &'static str = "prometheus.relabel";
    const EXPORTS: &'static [&'static str] = &["receiver", "rules"];
    type Arguments = RelabelArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let receiver = Self::receiver(arguments)?;
        let handle = ReceiverHandle::new(format!("{}.receiver", context.id()));
        handle.swap(Arc::new(receiver));
        let capsule = metrics_capsule(handle.name(), handle.clone());
        context.exports().set("receiver", capsule);
        let component = Self {
            context: context.clone(),
            handle,
            rules: Mutex::new(arguments.rule.clone()),
        };
        component.export_rules(&arguments.rule);
        Ok(component)
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.handle.swap(Arc::new(Self::receiver(arguments)?));
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if *rules != arguments.rule {
            rules.clone_from(&arguments.rule);
            self.export_rules(&rules);
        }
        Ok(())
    }

    fn advise(_: &Context, _: &Self::Arguments) -> Vec<Remark> {
        Vec::new()
    }
}
