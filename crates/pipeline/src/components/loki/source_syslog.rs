//! `loki.source.syslog`: messages that programs and machines send.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as StdDuration;

use outpost_alloy_syntax::{Duration, Fields, arguments};
use outpost_loki_push::{
    Fanout, SyslogFormat, SyslogListener, SyslogMetrics, SyslogSettings, Timestamp,
};
use outpost_model::{Rules, TargetNames};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::arguments::{LogsTo, RuleSet, defaults, receivers};
use crate::{Component, Context, Refusal};

/// The pause before an address that is taken is tried again.
const BIND_PAUSE: StdDuration = StdDuration::from_secs(1);

/// How messages come.
const PROTOCOLS: [&str; 2] = ["tcp", "udp"];

/// How messages are written.
const FORMATS: [&str; 3] = ["rfc5424", "rfc3164", "raw"];

arguments! {
    /// Messages that programs and machines send.
    pub(crate) struct SourceSyslogArguments {
        /// Where the lines go.
        attr forward_to: Vec<Option<LogsTo>>,
        /// Rules for the labels of lines.
        attr relabel_rules: Option<RuleSet>,
        /// Where it listens.
        block listener: Vec<ListenerArguments>,
    }
}

arguments! {
    /// Where it listens.
    pub(crate) struct ListenerArguments {
        /// `host:port`.
        attr address: String,
        /// `tcp` or `udp`.
        attr protocol: String = "tcp".to_owned(),
        /// Connections on which nothing comes for so long are closed.
        attr idle_timeout: Duration = Duration::from_secs(120),
        /// Make labels of structured data.
        attr label_structured_data: bool = false,
        /// Labels of every line.
        attr labels: BTreeMap<String, String> = BTreeMap::new(),
        /// The longest message with an octet count, in bytes.
        attr max_message_length: i64 = 8192,
        /// In Alloy, whether times without a year get the current one; here they always do.
        attr rfc3164_default_to_current_year: bool = false,
        /// Take RFC 5424 messages without text.
        attr rfc5424_allow_empty_msg: bool = false,
        /// How messages are written.
        attr syslog_format: String = "rfc5424".to_owned(),
        /// In Alloy, how many senders' names are remembered.
        attr udp_host_cache_size: i64 = 128,
        /// In Alloy, how many datagrams may wait.
        attr udp_queue_size: i64 = 10,
        /// Keep the messages' times.
        attr use_incoming_timestamp: bool = false,
        /// Send the whole RFC 5424 message on, not its text alone.
        attr use_rfc5424_message: bool = false,
        /// How lines without a format are cut.
        block raw_format_options: RawArguments = defaults(),
    }
    check = Self::check;
}

arguments! {
    /// How lines without a format are cut.
    pub(crate) struct RawArguments {
        /// Messages end with a NUL.
        attr use_null_terminator_delimiter: bool = false,
    }
}

/// The component.
pub(crate) struct SourceSyslog {
    context: Context,
    to: Arc<Fanout>,
    metrics: SyslogMetrics,
    places: watch::Sender<Vec<Place>>,
    listeners: Mutex<Vec<Arc<SyslogListener>>>,
}

/// Where a listener listens.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    address: String,
    is_udp: bool,
}

// === impl ListenerArguments ===

impl ListenerArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let words = [
            ("protocol", &self.protocol, PROTOCOLS.as_slice()),
            ("syslog_format", &self.syslog_format, FORMATS.as_slice()),
        ];
        for (name, word, known) in words {
            if !known.contains(&word.as_str()) {
                let known = known.join(", ");
                fields.object(name, format!("unknown value {word:?}; there are {known}"));
            }
        }
    }

    fn settings(&self, rules: &Arc<Rules>) -> SyslogSettings {
        SyslogSettings {
            format: match self.syslog_format.as_str() {
                "rfc3164" => SyslogFormat::Rfc3164,
                "raw" => SyslogFormat::Raw {
                    nul_terminated: self.raw_format_options.use_null_terminator_delimiter,
                },
                _ => SyslogFormat::Rfc5424,
            },
            max_message_length: usize::try_from(self.max_message_length).unwrap_or_default(),
            use_incoming_timestamp: self.use_incoming_timestamp,
            label_structured_data: self.label_structured_data,
            use_rfc5424_message: self.use_rfc5424_message,
            allow_empty: self.rfc5424_allow_empty_msg,
            idle_timeout: self.idle_timeout.to_std_or_zero(),
            labels: self.labels.clone().into_iter().collect(),
            rules: Arc::clone(rules),
            now: Timestamp::now,
        }
    }

    fn place(&self) -> Place {
        Place {
            address: match self.address.strip_prefix(':') {
                Some(port) => format!("0.0.0.0:{port}"),
                None => self.address.clone(),
            },
            is_udp: self.protocol == "udp",
        }
    }
}

// === impl SourceSyslogArguments ===

impl SourceSyslogArguments {
    fn settings(&self) -> Result<Vec<SyslogSettings>, Refusal> {
        let rules = match &self.relabel_rules {
            Some(rules) => rules.compile(TargetNames::Legacy, "relabel_rules")?,
            None => Rules::default(),
        };
        let rules = Arc::new(rules);
        let listeners = self.listener.iter();
        Ok(listeners.map(|l| l.settings(&rules)).collect())
    }

    fn places(&self) -> Vec<Place> {
        self.listener.iter().map(ListenerArguments::place).collect()
    }
}

// === impl SourceSyslog ===

impl SourceSyslog {
    /// Hands settings to the listeners, of which there are as many then.
    fn apply(&self, settings: Vec<SyslogSettings>) {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listeners.truncate(settings.len());
        for (at, settings) in settings.into_iter().enumerate() {
            match listeners.get(at) {
                Some(listener) => listener.set(settings),
                None => listeners.push(Arc::new(SyslogListener::new(
                    settings,
                    self.context.surroundings().log_budget.clone(),
                    Arc::clone(&self.to) as _,
                    &self.metrics,
                ))),
            }
        }
    }

    async fn listen(self: Arc<Self>, listener: Arc<SyslogListener>, place: Place) {
        let address = place.address.as_str();
        loop {
            let tried = if place.is_udp {
                let socket = UdpSocket::bind(address).await;
                match socket {
                    Ok(socket) => {
                        return listener.serve_udp(socket, std::future::pending()).await;
                    }
                    Err(error) => error,
                }
            } else {
                match TcpListener::bind(address).await {
                    Ok(socket) => return listener.serve_tcp(socket, std::future::pending()).await,
                    Err(error) => error,
                }
            };
            let message = format!("cannot listen on {address}: {tried}; trying again");
            self.context.unhealthy(message);
            tokio::time::sleep(BIND_PAUSE).await;
        }
    }
}

impl Component for SourceSyslog {
    const NAME: &'static str = "loki.source.syslog";
    type Arguments = SourceSyslogArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let built = Self {
            context: context.clone(),
            to: Arc::new(Fanout::new(receivers(&arguments.forward_to))),
            metrics: SyslogMetrics::new(context.metrics()),
            places: watch::Sender::new(arguments.places()),
            listeners: Mutex::default(),
        };
        built.apply(arguments.settings()?);
        Ok(built)
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let (settings, places) = (arguments.settings()?, arguments.places());
        self.to.set(receivers(&arguments.forward_to));
        self.apply(settings);
        self.places.send_if_modified(|now| {
            let differs = *now != places;
            *now = places;
            differs
        });
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let mut places = self.places.subscribe();
        while !shutdown.is_cancelled() {
            let wanted = places.borrow_and_update().clone();
            let listeners = self
                .listeners
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            // Dropping the set ends what listens.
            let mut running = JoinSet::new();
            for (listener, place) in listeners.into_iter().zip(wanted) {
                running.spawn(Arc::clone(&self).listen(listener, place));
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                // The sender lives as long as the component.
                _ = places.changed() => {}
            }
            running.shutdown().await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
