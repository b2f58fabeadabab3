//! `prometheus.exporter.self`: the agent's own metrics.

use outpost_alloy_syntax::arguments;

use crate::components::prometheus::exporter::export_target;
use crate::components::unwired;
use crate::{Component, Context, Refusal};

arguments! {
    /// Takes no arguments.
    pub(crate) struct SelfArguments {}
}

/// The component.
pub(crate) struct ExporterSelf {
    context: Context,
}

impl Component for ExporterSelf {
    const NAME: &'static str = "prometheus.exporter.self";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = SelfArguments;

    fn build(context: &Context, _: &Self::Arguments) -> Result<Self, Refusal> {
        export_target(context, Self::NAME, "integrations/self");
        Ok(Self {
            context: context.clone(),
        })
    }

    fn update(&self, _: &Self::Arguments) -> Result<(), Refusal> {
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        unwired::refuse(&self.context)
    }
}
