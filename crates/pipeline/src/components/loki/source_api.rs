//! `loki.source.api`: lines that programs push, in Loki's own way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use outpost_alloy_syntax::{Bytes, Duration, arguments};
use outpost_loki_push::{ApiMetrics, ApiServerConfig, ApiSettings, ApiSource, Fanout, serve_api};
use outpost_model::{Rules, TargetNames};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::arguments::{LogsTo, RuleSet, defaults, receivers};
use crate::{Component, Context, Refusal};

/// The pause before an address that is taken is tried again.
const BIND_PAUSE: StdDuration = StdDuration::from_secs(1);

arguments! {
    /// Lines that programs push.
    pub(crate) struct SourceApiArguments {
        /// Where the lines go.
        attr forward_to: Vec<Option<LogsTo>>,
        /// Keep the times that clients give.
        attr use_incoming_timestamp: bool = false,
        /// Labels added to every line; they win over the client's.
        attr labels: BTreeMap<String, String> = BTreeMap::new(),
        /// Rules for the labels of streams.
        attr relabel_rules: Option<RuleSet>,
        /// How long open requests may go on at the end.
        attr graceful_shutdown_timeout: Duration = Duration::from_secs(30),
        /// The largest protobuf message, uncompressed.
        attr max_send_message_size: Bytes = Bytes::mib(100),
        /// Where it listens.
        block http: HttpArguments = defaults(),
    }
}

arguments! {
    /// Where it listens.
    pub(crate) struct HttpArguments {
        /// The address; empty for all.
        attr listen_address: String = String::new(),
        /// The port.
        attr listen_port: i64 = 8080,
        /// Connections at once; 0 is the usual bound.
        attr conn_limit: i64 = 0,
        /// How long a client may take for its head, and for its body.
        attr server_read_timeout: Duration = Duration::from_secs(30),
        /// In Alloy, how long an answer may take to be written.
        attr server_write_timeout: Duration = Duration::from_secs(30),
        /// In Alloy, how long a connection may be idle.
        attr server_idle_timeout: Duration = Duration::from_secs(120),
    }
}

/// The component.
pub(crate) struct SourceApi {
    context: Context,
    to: Arc<Fanout>,
    source: Arc<ApiSource>,
    place: watch::Sender<Place>,
}

/// Where and how it listens.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    address: String,
    port: u16,
    server: ApiServerConfig,
}

// === impl SourceApiArguments ===

impl SourceApiArguments {
    fn settings(&self) -> Result<ApiSettings, Refusal> {
        let rules = match &self.relabel_rules {
            Some(rules) => rules.compile(TargetNames::Legacy, "relabel_rules")?,
            None => Rules::default(),
        };
        Ok(ApiSettings {
            use_incoming_timestamp: self.use_incoming_timestamp,
            labels: self.labels.clone().into_iter().collect(),
            rules: Arc::new(rules),
            max_message_size: usize::try_from(self.max_send_message_size.get())
                .unwrap_or(usize::MAX),
        })
    }

    fn place(&self) -> Result<Place, Refusal> {
        let http = &self.http;
        let port = u16::try_from(http.listen_port).map_err(|_| {
            let message = format!("{} is no port; there are 0 to 65535", http.listen_port);
            Refusal::of(["http", "listen_port"], message)
        })?;
        let address = match http.listen_address.as_str() {
            "" => "0.0.0.0",
            address => address,
        };
        Ok(Place {
            address: address.to_owned(),
            port,
            server: ApiServerConfig {
                connections: usize::try_from(http.conn_limit).unwrap_or_default(),
                read_timeout: http.server_read_timeout.to_std_or_zero(),
                grace: self.graceful_shutdown_timeout.to_std_or_zero(),
            },
        })
    }
}

// === impl SourceApi ===

impl SourceApi {
    /// A listener at the place; an address that is taken is tried again.
    async fn bind(&self, place: &Place) -> TcpListener {
        loop {
            match TcpListener::bind((place.address.as_str(), place.port)).await {
                Ok(listener) => {
                    self.context.healthy("listening");
                    return listener;
                }
                Err(error) => {
                    let message = format!(
                        "cannot listen on {}:{}: {error}; trying again",
                        place.address, place.port
                    );
                    self.context.unhealthy(message);
                    tokio::time::sleep(BIND_PAUSE).await;
                }
            }
        }
    }
}

impl Component for SourceApi {
    const NAME: &'static str = "loki.source.api";
    type Arguments = SourceApiArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let to = Arc::new(Fanout::new(receivers(&arguments.forward_to)));
        let source = ApiSource::new(
            arguments.settings()?,
            context.surroundings().log_budget.clone(),
            Arc::clone(&to) as _,
            &ApiMetrics::new(context.metrics()),
        );
        Ok(Self {
            context: context.clone(),
            to,
            source: Arc::new(source),
            place: watch::Sender::new(arguments.place()?),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let (settings, place) = (arguments.settings()?, arguments.place()?);
        self.to.set(receivers(&arguments.forward_to));
        self.source.set(settings);
        self.place.send_if_modified(|now| {
            let differs = *now != place;
            *now = place;
            differs
        });
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let mut places = self.place.subscribe();
        while !shutdown.is_cancelled() {
            let place = places.borrow_and_update().clone();
            let listener = tokio::select! {
                listener = self.bind(&place) => listener,
                () = shutdown.cancelled() => break,
                // The sender lives as long as the component.
                _ = places.changed() => continue,
            };
            let stop = async {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    _ = places.changed() => {}
                }
            };
            serve_api(listener, Arc::clone(&self.source), place.server, stop).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
