//! `prometheus.exporter.unix`: the host's metrics.

mod arguments;
mod config;

use std::sync::{Arc, Mutex, PoisonError};

use outpost_collect::exporter::SharedExporter;
use outpost_collect::exporter::unix::{UnixConfig, UnixExporter};

use crate::components::prometheus::exporter::export_target;
use crate::{Component, Context, Refusal, Remark};

pub(crate) use arguments::UnixArguments;

/// The component.
pub(crate) struct ExporterUnix {
    context: Context,
    /// The configuration until the component opens.
    config: Mutex<Option<UnixConfig>>,
}

// === impl ExporterUnix ===

impl ExporterUnix {
    fn offer(&self, config: &UnixConfig) {
        let exporter = SharedExporter::new(UnixExporter::new(config));
        let id = self.context.id().to_string();
        self.context
            .surroundings()
            .targets
            .put(&id, Arc::new(exporter));
    }
}

impl Component for ExporterUnix {
    const NAME: &'static str = "prometheus.exporter.unix";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = UnixArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        export_target(context, Self::NAME, "integrations/unix");
        Ok(Self {
            context: context.clone(),
            config: Mutex::new(Some(arguments.config()?)),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.offer(&arguments.config()?);
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let mut config = self.config.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = config.take() {
            self.offer(&config);
        }
        Ok(())
    }

    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        arguments.advice()
    }
}
