//! `loki.echo`: writes log lines to the agent's own log, to look at them.

use std::sync::Arc;

use outpost_alloy_syntax::arguments;
use outpost_loki_push::{Entry, LogsReceiver};

use crate::arguments::logs_capsule;
use crate::{Component, Context, Refusal};

arguments! {
    /// Takes no arguments.
    pub(crate) struct EchoArguments {}
}

/// The component.
pub(crate) struct Echo;

/// Logs what it gets.
struct Printer {
    id: String,
}

impl LogsReceiver for Printer {
    fn push(&self, batch: Vec<Entry>) {
        for entry in batch {
            tracing::info!(
                component_id = self.id,
                labels = %entry.labels,
                entry = %String::from_utf8_lossy(&entry.line),
                "received"
            );
            entry.settle();
        }
    }
}

impl Component for Echo {
    const NAME: &'static str = "loki.echo";
    const EXPORTS: &'static [&'static str] = &["receiver"];
    type Arguments = EchoArguments;

    fn build(context: &Context, _: &Self::Arguments) -> Result<Self, Refusal> {
        let id = context.id().to_string();
        let name = format!("{id}.receiver");
        let capsule = logs_capsule(&name, Arc::new(Printer { id }));
        context.exports().set("receiver", capsule);
        Ok(Self)
    }

    fn update(&self, _: &Self::Arguments) -> Result<(), Refusal> {
        Ok(())
    }
}
