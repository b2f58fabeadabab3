//! `loki.echo`: writes log lines to the agent's own log, to look at them.

use std::sync::Arc;

use outpost_alloy_syntax::arguments;
use outpost_loki_push::Echo as EchoReceiver;

use crate::arguments::logs_capsule;
use crate::{Component, Context, Refusal};

arguments! {
    /// Takes no arguments.
    pub(crate) struct EchoArguments {}
}

/// The component.
pub(crate) struct Echo;

impl Component for Echo {
    const NAME: &'static str = "loki.echo";
    const EXPORTS: &'static [&'static str] = &["receiver"];
    type Arguments = EchoArguments;

    fn build(context: &Context, _: &Self::Arguments) -> Result<Self, Refusal> {
        let id = context.id().to_string();
        let name = format!("{id}.receiver");
        let capsule = logs_capsule(&name, Arc::new(EchoReceiver::new(id)));
        context.exports().set("receiver", capsule);
        Ok(Self)
    }

    fn update(&self, _: &Self::Arguments) -> Result<(), Refusal> {
        Ok(())
    }
}
