//! `prometheus.exporter.blackbox`: one target for each thing to probe; each scrape of one is a probe.

mod arguments;

use std::sync::{Arc, Mutex, PoisonError};

use crate::arguments::targets_value;
use crate::probes::Probes;
use crate::{Component, Context, Refusal};

pub(crate) use arguments::BlackboxArguments;

/// The component.
pub(crate) struct ExporterBlackbox {
    context: Context,
    /// The probes until the component opens.
    ready: Mutex<Option<Arc<Probes>>>,
}

// === impl ExporterBlackbox ===

impl ExporterBlackbox {
    /// Exports the targets.
    fn export(context: &Context, arguments: &BlackboxArguments) -> Result<(), Refusal> {
        let internal = context.surroundings().targets.address();
        let targets = arguments.exported(&context.id().to_string(), internal, Self::NAME)?;
        context.exports().set("targets", targets_value(&targets));
        Ok(())
    }

    fn offer(&self, probes: Arc<Probes>) {
        let targets = &self.context.surroundings().targets;
        targets.put_probes(&self.context.id().to_string(), probes);
    }
}

impl Component for ExporterBlackbox {
    const NAME: &'static str = "prometheus.exporter.blackbox";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = BlackboxArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let probes = Arc::new(arguments.probes()?);
        Self::export(context, arguments)?;
        Ok(Self {
            context: context.clone(),
            ready: Mutex::new(Some(probes)),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let probes = Arc::new(arguments.probes()?);
        Self::export(&self.context, arguments)?;
        self.offer(probes);
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(probes) = ready.take() {
            self.offer(probes);
        }
        Ok(())
    }
}
