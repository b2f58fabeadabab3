//! `loki.write`: pushes log lines to Loki.

mod arguments;

use std::sync::Arc;

use outpost_alloy_syntax::Arguments as _;
use outpost_loki_push::Fanout;

use crate::arguments::{defaults, logs_capsule, plain_credentials, push_url};
use crate::components::unwired;
use crate::{Component, Context, Refusal, Remark, Stability};

pub(crate) use arguments::{EndpointArguments, QueueArguments, WriteArguments};

/// The component.
pub(crate) struct Write {
    context: Context,
}

// === impl Write ===

impl Write {
    fn check(context: &Context, arguments: &WriteArguments) -> Result<(), Refusal> {
        if arguments.endpoint.is_empty() {
            return Err(Refusal::new("loki.write needs at least one endpoint block"));
        }
        for (at, endpoint) in arguments.endpoint.iter().enumerate() {
            Self::check_endpoint(context, endpoint)
                .map_err(|refusal| refusal.within("endpoint", at))?;
        }
        Ok(())
    }

    fn check_endpoint(context: &Context, endpoint: &EndpointArguments) -> Result<(), Refusal> {
        push_url(&endpoint.url)?;
        endpoint.client.config()?;
        let usual: QueueArguments = defaults();
        let allowed = context.surroundings().stability;
        if endpoint.queue_config.encode() != usual.encode()
            && !allowed.allows(Stability::Experimental)
        {
            return Err(Refusal::of(
                ["queue_config"],
                "queue_config is experimental: run with --stability.level=experimental to use it",
            ));
        }
        Ok(())
    }
}

impl Component for Write {
    const NAME: &'static str = "loki.write";
    const EXPORTS: &'static [&'static str] = &["receiver"];
    type Arguments = WriteArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Self::check(context, arguments)?;
        let name = format!("{}.receiver", context.id());
        let to = Arc::new(Fanout::default());
        context.exports().set("receiver", logs_capsule(&name, to));
        Ok(Self {
            context: context.clone(),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        Self::check(&self.context, arguments)
    }

    fn open(&self) -> Result<(), Refusal> {
        unwired::refuse(&self.context)
    }
    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        let endpoints = arguments.endpoint.iter().enumerate();
        endpoints
            .filter_map(|(at, endpoint)| {
                let remark = plain_credentials(&endpoint.url, endpoint.client.has_credentials())?;
                Some(remark.within("endpoint", at))
            })
            .collect()
    }
}
