//! `prometheus.remote_write`: keeps samples on disk and pushes them.

mod arguments;

use std::sync::Arc;

use outpost_model::TargetNames;

use crate::arguments::{RuleArguments, metrics_capsule, plain_credentials, push_url};
use crate::components::unwired;
use crate::{Component, Context, ReceiverHandle, Refusal, Remark, Stability};

pub(crate) use arguments::{EndpointArguments, MESSAGE_2, RemoteWriteArguments};

/// The component.
pub(crate) struct RemoteWrite {
    context: Context,
}

// === impl RemoteWrite ===

impl RemoteWrite {
    fn check(context: &Context, arguments: &RemoteWriteArguments) -> Result<(), Refusal> {
        for (at, endpoint) in arguments.endpoint.iter().enumerate() {
            Self::check_endpoint(context, endpoint)
                .map_err(|refusal| refusal.within("endpoint", at))?;
        }
        Ok(())
    }

    fn check_endpoint(context: &Context, endpoint: &EndpointArguments) -> Result<(), Refusal> {
        push_url(&endpoint.url)?;
        endpoint.client.config()?;
        RuleArguments::compile(
            &endpoint.write_relabel_config,
            TargetNames::Legacy,
            "write_relabel_config",
        )?;
        let allowed = context.surroundings().stability;
        if endpoint.protobuf_message == MESSAGE_2 && !allowed.allows(Stability::Experimental) {
            return Err(Refusal::of(
                ["protobuf_message"],
                "remote write 2.0 is experimental: run with --stability.level=experimental to use it",
            ));
        }
        Ok(())
    }
}

impl Component for RemoteWrite {
    const NAME: &'static str = "prometheus.remote_write";
    const EXPORTS: &'static [&'static str] = &["receiver"];
    type Arguments = RemoteWriteArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Self::check(context, arguments)?;
        let handle = ReceiverHandle::new(format!("{}.receiver", context.id()));
        let capsule = metrics_capsule(handle.name(), Arc::clone(&handle) as _);
        context.exports().set("receiver", capsule);
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
