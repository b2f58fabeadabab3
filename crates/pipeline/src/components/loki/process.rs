//! `loki.process`: stages between a source and Loki.

mod arguments;
mod stage;

use std::sync::Arc;

use outpost_loki_push::{Fanout, Process as Pipeline, ProcessMetrics};
use tokio_util::sync::CancellationToken;

use super::restart::{Restartable, fingerprint, latest};
use crate::arguments::{logs_capsule, receivers};
use crate::{Component, Context, Refusal};

pub(crate) use arguments::ProcessArguments;

#[cfg(test)]
mod tests;

/// The component.
pub(crate) struct Process {
    entry: Arc<Fanout>,
    to: Arc<Fanout>,
    metrics: ProcessMetrics,
    pipeline: Restartable<Pipeline>,
}

// === impl Process ===

impl Process {
    fn renew(&self, arguments: &ProcessArguments) -> Result<(), Refusal> {
        let stages = stage::configs(&arguments.stages)?;
        let made = self
            .pipeline
            .renew(fingerprint(arguments, &["forward_to"]), || {
                Pipeline::new(&stages, Arc::clone(&self.to) as _, &self.metrics)
                    .map_err(|error| stage::refusal(&arguments.stages, &error))
            })?;
        if let Some(pipeline) = made {
            self.entry.set(vec![pipeline]);
        }
        self.to.set(receivers(&arguments.forward_to));
        Ok(())
    }
}

impl Component for Process {
    const NAME: &'static str = "loki.process";
    const EXPORTS: &'static [&'static str] = &["receiver"];
    type Arguments = ProcessArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let this = Self {
            entry: Arc::default(),
            to: Arc::default(),
            metrics: ProcessMetrics::new(context.metrics()),
            pipeline: Restartable::new(),
        };
        this.renew(arguments)?;
        let name = format!("{}.receiver", context.id());
        let capsule = logs_capsule(&name, Arc::clone(&this.entry) as _);
        context.exports().set("receiver", capsule);
        Ok(this)
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.renew(arguments)
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let mut pipelines = self.pipeline.subscribe();
        while let Some(pipeline) = latest(&mut pipelines) {
            let stop = async {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    // The sender lives as long as the component.
                    _ = pipelines.changed() => {}
                }
            };
            pipeline.run(stop).await;
            if shutdown.is_cancelled() {
                break;
            }
        }
        Ok(())
    }
}
