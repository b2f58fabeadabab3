//! `prometheus.exporter.cadvisor`: what each container uses.

mod arguments;

use std::sync::{Mutex, PoisonError};

use outpost_collect::exporter::cadvisor::{CadvisorConfig, CadvisorExporter};

use crate::components::prometheus::exporter::{export_target, offer};
use crate::{Component, Context, Refusal, Remark};

pub(crate) use arguments::CadvisorArguments;

/// The component.
pub(crate) struct ExporterCadvisor {
    context: Context,
    /// The configuration until the component opens.
    config: Mutex<Option<CadvisorConfig>>,
}

impl Component for ExporterCadvisor {
    const NAME: &'static str = "prometheus.exporter.cadvisor";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = CadvisorArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        export_target(context, Self::NAME, "integrations/cadvisor");
        Ok(Self {
            context: context.clone(),
            config: Mutex::new(Some(arguments.config()?)),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        offer(&self.context, CadvisorExporter::new(arguments.config()?));
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let mut config = self.config.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = config.take() {
            offer(&self.context, CadvisorExporter::new(config));
        }
        Ok(())
    }

    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        arguments.advice()
    }
}
