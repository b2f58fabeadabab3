//! `prometheus.remote_write`: keeps samples on disk and pushes them.

mod arguments;
mod config;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use outpost_alloy_syntax::Encoded;
use outpost_model::TargetNames;
use outpost_remote_write::{Config, RemoteWrite as Pusher, Run};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::arguments::{RuleArguments, metrics_capsule, plain_credentials, push_url};
use crate::{Component, Context, ReceiverHandle, Refusal, Remark, Stability};

pub(crate) use arguments::{EndpointArguments, MESSAGE_2, RemoteWriteArguments};

/// How often the component's health is looked at.
const HEALTH_EVERY: Duration = Duration::from_secs(1);

/// The component.
pub(crate) struct RemoteWrite {
    context: Context,
    handle: Arc<ReceiverHandle>,
    state: Mutex<State>,
}

/// What the component has at hand, by the time of its life.
struct State {
    config: Config,
    /// Since it was opened.
    pusher: Option<Arc<Pusher>>,
    /// From opening to running.
    run: Option<Run>,
}

// === impl RemoteWrite ===

impl RemoteWrite {
    fn check(context: &Context, arguments: &RemoteWriteArguments) -> Result<Config, Refusal> {
        for (at, endpoint) in arguments.endpoint.iter().enumerate() {
            Self::check_endpoint(context, endpoint)
                .map_err(|refusal| refusal.within("endpoint", at))?;
        }
        let config = arguments.config(context.surroundings().wal_max_bytes);
        config.check().map_err(|error| Refusal::because(&error))?;
        Ok(config)
    }

    fn check_endpoint(context: &Context, endpoint: &EndpointArguments) -> Result<(), Refusal> {
        // What a variable that is not set leaves of a URL: no place will ever be filled in there.
        let hostless = |scheme| {
            let rest = endpoint.url.strip_prefix(scheme);
            rest.is_some_and(|rest: &str| rest.is_empty() || rest.starts_with([':', '/']))
        };
        if hostless("http://") || hostless("https://") {
            push_url(&endpoint.url)?;
        }
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

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how the component is, as long as it runs.
    async fn watch(&self, pusher: &Pusher) {
        let mut ticks = interval(HEALTH_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match pusher.status().problem() {
                Some(problem) => self.context.unhealthy(problem),
                None => self.context.healthy("delivering samples"),
            }
        }
    }
}

impl Component for RemoteWrite {
    const NAME: &'static str = "prometheus.remote_write";
    const EXPORTS: &'static [&'static str] = &["receiver"];
    type Arguments = RemoteWriteArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let config = Self::check(context, arguments)?;
        let handle = ReceiverHandle::new(format!("{}.receiver", context.id()));
        let capsule = metrics_capsule(handle.name(), Arc::clone(&handle) as _);
        context.exports().set("receiver", capsule);
        Ok(Self {
            context: context.clone(),
            handle,
            state: Mutex::new(State {
                config,
                pusher: None,
                run: None,
            }),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let config = Self::check(&self.context, arguments)?;
        let mut state = self.state();
        if let Some(pusher) = &state.pusher {
            pusher
                .update(&config)
                .map_err(|error| Refusal::because(&error))?;
        }
        state.config = config;
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let mut state = self.state();
        let (pusher, run) = Pusher::builder(self.context.data_dir().join("wal"))
            .config(state.config.clone())
            .metrics(Arc::clone(self.context.metrics()))
            .build()
            .map_err(|error| Refusal::because(&error))?;
        self.handle.swap(Arc::clone(&pusher) as _);
        (state.pusher, state.run) = (Some(pusher), Some(run));
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let (run, pusher) = {
            let mut state = self.state();
            (state.run.take(), state.pusher.clone())
        };
        let (Some(run), Some(pusher)) = (run, pusher) else {
            return Err(Refusal::new("it was not opened"));
        };
        tokio::select! {
            () = run.run(shutdown) => {}
            () = self.watch(&pusher) => {}
        }
        self.handle.close();
        self.state().pusher = None;
        Ok(())
    }

    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        let endpoints = arguments.endpoint.iter().enumerate();
        endpoints
            .filter_map(|(at, endpoint)| {
                // Such a URL keeps its samples waiting: it may be a place that is yet to be filled in.
                let remark = push_url(&endpoint.url).err().map(|Refusal(remark)| remark);
                let remark = remark.or_else(|| {
                    plain_credentials(&endpoint.url, endpoint.client.has_credentials())
                })?;
                Some(remark.within("endpoint", at))
            })
            .collect()
    }

    fn debug_info(&self) -> Vec<Encoded> {
        Vec::new()
    }
}
