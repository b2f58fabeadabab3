//! `prometheus.relabel`: rewrites and drops series on their way.

mod metrics;

use std::sync::{Arc, Mutex, PoisonError};

use outpost_alloy_syntax::{Duration, Fields, arguments};
use outpost_model::{FanOut, Relabel as RelabelReceiver, TargetNames};

use crate::arguments::{MetricsTo, RuleArguments, metrics_capsule, receivers, rules_capsule};
use crate::{Component, Context, ReceiverHandle, Refusal, Remark};
use metrics::RelabelMetrics;

/// Alloy's default size of a cache that is not needed here.
const CACHE_SIZE: i64 = 100_000;

arguments! {
    /// Rewrites and drops series.
    pub(crate) struct RelabelArguments {
        /// Where the samples go.
        attr forward_to: Vec<Option<MetricsTo>>,
        /// The rules, in order.
        block rule: Vec<RuleArguments>,
        /// In Alloy, how many series are remembered.
        attr max_cache_size: i64 = CACHE_SIZE,
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
    metrics: RelabelMetrics,
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
    fn chain(arguments: &RelabelArguments) -> Result<Arc<RelabelReceiver>, Refusal> {
        let rules = RuleArguments::compile(&arguments.rule, TargetNames::Legacy, "rule")?;
        let next = FanOut::over(receivers(&arguments.forward_to));
        Ok(Arc::new(RelabelReceiver::new(rules, next)))
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
        let chain = Self::chain(arguments)?;
        let handle = ReceiverHandle::new(format!("{}.receiver", context.id()));
        handle.swap(Arc::clone(&chain) as _);
        let capsule = metrics_capsule(handle.name(), handle.clone());
        context.exports().set("receiver", capsule);
        let component = Self {
            context: context.clone(),
            handle,
            rules: Mutex::new(arguments.rule.clone()),
            metrics: RelabelMetrics::new(context, chain),
        };
        component.export_rules(&arguments.rule);
        Ok(component)
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let chain = Self::chain(arguments)?;
        self.handle.swap(Arc::clone(&chain) as _);
        self.metrics.follow(chain);
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if *rules != arguments.rule {
            rules.clone_from(&arguments.rule);
            self.export_rules(&rules);
        }
        Ok(())
    }

    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        [
            ("max_cache_size", arguments.max_cache_size != CACHE_SIZE),
            ("cache_ttl", arguments.cache_ttl.as_nanos() != 0),
        ]
        .into_iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| {
            let message =
                format!("`{name}` has no effect: rules run once per series, without a cache");
            Remark::on([name], message)
        })
        .collect()
    }
}
