//! `loki.write`: pushes log lines to Loki.

mod arguments;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use outpost_alloy_syntax::Arguments as _;
use outpost_loki_push::{EndpointConfig, Fanout, WriteConfig, WriteMetrics, Writer};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::restart::{Restartable, fingerprint, latest};
use crate::arguments::{defaults, logs_capsule, plain_credentials, push_url};
use crate::{Component, Context, Refusal, Remark, Stability};

pub(crate) use arguments::{EndpointArguments, QueueArguments, WriteArguments};

/// What a stop or an exchange may take for a last try to send what waits.
const LAST_TRY: Duration = Duration::from_secs(3);
/// How often the component's health is looked at.
const HEALTH_PERIOD: Duration = Duration::from_secs(1);

/// The component.
pub(crate) struct Write {
    context: Context,
    to: Arc<Fanout>,
    metrics: WriteMetrics,
    writer: Restartable<Writer>,
}

// === impl Write ===

impl Write {
    fn config(context: &Context, arguments: &WriteArguments) -> Result<WriteConfig, Refusal> {
        if arguments.endpoint.is_empty() {
            return Err(Refusal::new("loki.write needs at least one endpoint block"));
        }
        let endpoints = arguments.endpoint.iter().enumerate();
        let endpoints = endpoints.map(|(at, endpoint)| {
            Self::endpoint(context, endpoint).map_err(|refusal| refusal.within("endpoint", at))
        });
        Ok(WriteConfig {
            endpoints: endpoints.collect::<Result<_, _>>()?,
            external_labels: arguments.external_labels.clone().into_iter().collect(),
            max_streams: usize::try_from(arguments.max_streams).unwrap_or_default(),
        })
    }

    fn endpoint(
        context: &Context,
        endpoint: &EndpointArguments,
    ) -> Result<EndpointConfig, Refusal> {
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
        let base = EndpointConfig::new(push_url(&endpoint.url)?, endpoint.client.config()?);
        Ok(EndpointConfig {
            name: endpoint.name.clone(),
            batch_size: usize::try_from(endpoint.batch_size.get()).unwrap_or_default(),
            batch_wait: endpoint.batch_wait.to_std_or_zero(),
            remote_timeout: endpoint.remote_timeout.to_std_or_zero(),
            tenant_id: endpoint.tenant_id.clone(),
            headers: headers(&endpoint.headers)?,
            min_backoff: endpoint.min_backoff_period.to_std_or_zero(),
            max_backoff: endpoint.max_backoff_period.to_std_or_zero(),
            max_tries: endpoint
                .max_backoff_retries
                .and_then(|tries| u32::try_from(tries).ok())
                .filter(|tries| *tries > 0),
            retry_on_429: endpoint.retry_on_http_429,
            ..base
        })
    }

    fn renew(&self, arguments: &WriteArguments) -> Result<(), Refusal> {
        let config = Self::config(&self.context, arguments)?;
        let made = self.writer.renew(fingerprint(arguments, &[]), || {
            Writer::new(config, &self.metrics).map_err(|error| Refusal::because(&error))
        })?;
        if let Some(writer) = made {
            self.to.set(vec![writer]);
        }
        Ok(())
    }

    /// Says once a second how the endpoints do.
    async fn watch(&self, writer: &Writer) {
        let mut ticks = interval(HEALTH_PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let status = writer.status();
            let failing = status.endpoints.iter().find_map(|endpoint| {
                let error = endpoint.last_error.as_ref()?;
                (endpoint.pending > 0).then(|| format!("{}: {error}", endpoint.name))
            });
            match failing {
                Some(message) => self.context.unhealthy(message),
                None => self.context.healthy("lines are being taken"),
            }
        }
    }
}

impl Component for Write {
    const NAME: &'static str = "loki.write";
    const EXPORTS: &'static [&'static str] = &["receiver"];
    type Arguments = WriteArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let to = Arc::new(Fanout::default());
        let this = Self {
            context: context.clone(),
            to: Arc::clone(&to),
            metrics: WriteMetrics::new(context.metrics()),
            writer: Restartable::new(),
        };
        this.renew(arguments)?;
        let name = format!("{}.receiver", context.id());
        context.exports().set("receiver", logs_capsule(&name, to));
        Ok(this)
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.renew(arguments)
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let mut writers = self.writer.subscribe();
        while let Some(writer) = latest(&mut writers) {
            let stop = async {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    // The sender lives as long as the component.
                    _ = writers.changed() => {}
                }
            };
            tokio::select! {
                () = writer.run(stop, LAST_TRY) => {}
                () = self.watch(&writer) => {}
            }
            if shutdown.is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        let endpoints = arguments.endpoint.iter().enumerate();
        let mut remarks: Vec<_> = endpoints
            .filter_map(|(at, endpoint)| {
                let remark = plain_credentials(&endpoint.url, endpoint.client.has_credentials())?;
                Some(remark.within("endpoint", at))
            })
            .collect();
        let usual = defaults::<QueueArguments>().encode();
        for (at, endpoint) in arguments.endpoint.iter().enumerate() {
            if endpoint.queue_config.encode() != usual {
                let text = "queue_config has no effect: one byte budget bounds all lines under way";
                remarks.push(Remark::on(["queue_config"], text).within("endpoint", at));
            }
        }
        if arguments.wal.enabled {
            remarks.push(Remark::on(
                ["wal"],
                "wal has no effect: lines are kept where they come from until Loki has them",
            ));
        }
        remarks
    }
}

fn headers(given: &BTreeMap<String, String>) -> Result<HeaderMap, Refusal> {
    given
        .iter()
        .map(|(name, value)| {
            let wrong = |what| {
                Refusal::of(
                    ["headers"],
                    format!("the {what} of header {name:?} cannot be sent"),
                )
            };
            let parsed: HeaderName = name.parse().map_err(|_| wrong("name"))?;
            let value = HeaderValue::from_str(value).map_err(|_| wrong("value"))?;
            Ok((parsed, value))
        })
        .collect()
}
