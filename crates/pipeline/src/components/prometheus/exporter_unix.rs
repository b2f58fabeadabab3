//! `prometheus.exporter.unix`: the host's metrics.

mod arguments;

use crate::components::prometheus::exporter::export_target;
use crate::components::unwired;
use crate::{Component, Context, Refusal};

pub(crate) use arguments::UnixArguments;

/// The component.
pub(crate) struct ExporterUnix {
    context: Context,
}

impl Component for ExporterUnix {
    const NAME: &'static str = "prometheus.exporter.unix";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = UnixArguments;

    fn build(context: &Context, _: &Self::Arguments) -> Result<Self, Refusal> {
        export_target(context, Self::NAME, "integrations/unix");
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
