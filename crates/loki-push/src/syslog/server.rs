//! The listener: connections and datagrams in, entries out.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use outpost_self_metrics::{IntCounter, Scope};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::frame::Framer;
use super::hosts::{HOSTS, names};
use super::labels::{Sender, labels};
use super::{SyslogError, SyslogFormat, SyslogSettings, message, rfc5424};
use crate::api::{UnderWay, Verdict};
use crate::{Budget, Entry, LogsReceiver, Timestamp};

/// Connections at once; further ones wait.
const MAX_CONNECTIONS: usize = 256;

/// Bytes that are read at a time; no datagram is larger.
const CHUNK: usize = 64 * 1024;

/// A message that ends with a newline is whole when nothing follows for so long.
const QUIET: Duration = Duration::from_millis(100);

/// The pause before the pipeline's bytes are asked for again, and after a failed accept.
const PAUSE: Duration = Duration::from_millis(50);

/// What a line costs besides its bytes while it is on its way.
const LINE_COST: usize = 64;

/// How long a sender's names are taken from the last look at the hosts file.
const NAMES_HOLD: Duration = Duration::from_secs(10);

/// The largest hosts file that is read.
const LARGEST_HOSTS: usize = 1 << 20;

/// Turns syslog messages into entries. It holds at most a quarter of the pipeline's bytes.
pub struct SyslogListener {
    settings: RwLock<Arc<SyslogSettings>>,
    next: Arc<dyn LogsReceiver>,
    under_way: UnderWay,
    metrics: SyslogMetrics,
}

/// The metrics of syslog listeners.
#[derive(Clone, Debug)]
pub struct SyslogMetrics {
    entries: IntCounter,
    errors: IntCounter,
    empty: IntCounter,
    dropped: IntCounter,
}

// === impl SyslogListener ===

impl SyslogListener {
    /// A listener in front of `next`.
    pub fn new(
        settings: SyslogSettings,
        budget: Budget,
        next: Arc<dyn LogsReceiver>,
        metrics: &SyslogMetrics,
    ) -> Self {
        Self {
            settings: RwLock::new(Arc::new(settings)),
            next,
            under_way: UnderWay::new(budget),
            metrics: metrics.clone(),
        }
    }

    /// Changes what is done with later messages. Open connections keep their framing.
    pub fn set(&self, settings: SyslogSettings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    /// Takes connections until `shutdown`, which cuts them: what was received whole by then goes on.
    pub async fn serve_tcp(
        self: Arc<Self>,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) {
        let mut shutdown = pin!(shutdown);
        let mut connections = JoinSet::new();
        loop {
            let full = connections.len() >= MAX_CONNECTIONS;
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                _ = connections.join_next(), if !connections.is_empty() => {}
                accepted = listener.accept(), if !full => match accepted {
                    Ok((stream, from)) => {
                        let listener = Arc::clone(&self);
                        connections.spawn(async move { listener.connection(stream, from).await });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a syslog connection");
                        sleep(PAUSE).await;
                    }
                },
            }
        }
    }

    /// Takes datagrams until `shutdown`.
    pub async fn serve_udp(&self, socket: UdpSocket, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut buffer = vec![0; CHUNK];
        let mut last: Option<(IpAddr, Instant, Sender)> = None;
        loop {
            let received = tokio::select! {
                biased;
                () = &mut shutdown => return,
                received = socket.recv_from(&mut buffer) => received,
            };
            let (length, from) = match received {
                Ok(received) => received,
                Err(error) => {
                    tracing::debug!(%error, "a syslog datagram was not received");
                    sleep(PAUSE).await;
                    continue;
                }
            };
            let settings = self.settings();
            let known = last.take().filter(|(sender_of, asked, _)| {
                *sender_of == from.ip() && asked.elapsed() < NAMES_HOLD
            });
            let (of, asked, sender) = match known {
                Some(known) => known,
                None => (from.ip(), Instant::now(), sender(from.ip()).await),
            };
            let mut framer = Framer::new(settings.format, settings.max_message_length);
            framer.push(buffer.get(..length).unwrap_or_default());
            let (entries, _) = self.drain(&mut framer, true, &sender, &settings);
            let lines = entries.len() as u64;
            if !self.offer(&mut Some(entries)) {
                self.metrics.dropped.inc_by(lines);
            }
            last = Some((of, asked, sender));
        }
    }

    async fn connection(&self, mut stream: TcpStream, from: SocketAddr) {
        let first = self.settings();
        let mut framer = Framer::new(first.format, first.max_message_length);
        let sender = sender(from.ip()).await;
        let mut buffer = vec![0; CHUNK];
        loop {
            let settings = self.settings();
            let received = read(&mut stream, &mut buffer, &framer, settings.idle_timeout).await;
            let (flush, ends) = match received {
                Read::Bytes(length) => {
                    framer.push(buffer.get(..length).unwrap_or_default());
                    (false, false)
                }
                Read::Quiet => (true, false),
                Read::End => (true, true),
            };
            let (entries, failed) = self.drain(&mut framer, flush, &sender, &settings);
            let mut offered = Some(entries);
            while !self.offer(&mut offered) {
                sleep(PAUSE).await;
            }
            if ends || failed {
                return;
            }
        }
    }

    /// The entries of the messages that are whole, and whether the stream is broken.
    fn drain(
        &self,
        framer: &mut Framer,
        flush: bool,
        sender: &Sender,
        settings: &SyslogSettings,
    ) -> (Vec<Entry>, bool) {
        let mut entries = Vec::new();
        loop {
            let message = if flush { framer.flush() } else { framer.next() };
            match message {
                Ok(Some(message)) => entries.extend(self.entry(&message, sender, settings)),
                Ok(None) => return (entries, false),
                Err(error) => {
                    if error != SyslogError::NoSyslog {
                        self.metrics.errors.inc();
                    }
                    tracing::debug!(%error, from = sender.address, "a syslog stream is broken");
                    return (entries, true);
                }
            }
        }
    }

    fn entry(&self, bytes: &[u8], sender: &Sender, settings: &SyslogSettings) -> Option<Entry> {
        let message = match message::read(bytes, settings) {
            Ok(message) => message,
            Err(error) => {
                self.metrics.errors.inc();
                tracing::debug!(%error, from = sender.address, "a syslog message cannot be read");
                return None;
            }
        };
        if message.text.is_empty() {
            if matches!(settings.format, SyslogFormat::Raw { .. }) {
                return None;
            }
            self.metrics.empty.inc();
            if !(settings.allow_empty && settings.format == SyslogFormat::Rfc5424) {
                return None;
            }
        }
        let time = message.time.filter(|_| settings.use_incoming_timestamp);
        let labels = labels(&message, sender, settings);
        let whole = settings.use_rfc5424_message && settings.format == SyslogFormat::Rfc5424;
        let line = if whole {
            rfc5424::whole(&message)
        } else {
            message.text
        };
        let time = time.unwrap_or_else(Timestamp::now);
        Some(Entry::new(Arc::new(labels), time, line))
    }

    /// Sends entries on if there is room for them; says whether there was.
    fn offer(&self, offered: &mut Option<Vec<Entry>>) -> bool {
        let Some(entries) = offered.as_mut().filter(|entries| !entries.is_empty()) else {
            return true;
        };
        let cost = entries.iter().map(|e| e.line.len() + LINE_COST).sum();
        let lines = entries.len() as u64;
        let verdict = Verdict::of(lines, self.under_way.budget());
        let Some(paid) = self.under_way.admit(&verdict.tracker, cost) else {
            return false;
        };
        verdict.admit(paid, entries, LINE_COST);
        self.metrics.entries.inc_by(lines);
        self.next.push(offered.take().unwrap_or_default());
        true
    }

    fn settings(&self) -> Arc<SyslogSettings> {
        let settings = self.settings.read();
        Arc::clone(&settings.unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for SyslogListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SyslogListener")
            .field("settings", &self.settings())
            .finish_non_exhaustive()
    }
}

// === impl SyslogMetrics ===

impl SyslogMetrics {
    /// Registers them.
    pub fn new(scope: &Scope) -> Self {
        let counter = |name, help| scope.counter(name, help);
        Self {
            entries: counter(
                "loki_source_syslog_entries_total",
                "Messages that went on as lines.",
            ),
            errors: counter(
                "loki_source_syslog_parsing_errors_total",
                "Messages and streams that could not be read.",
            ),
            empty: counter(
                "loki_source_syslog_empty_messages_total",
                "Messages without text.",
            ),
            dropped: counter(
                "loki_source_syslog_dropped_messages_total",
                "Messages that came by datagram while the pipeline had no room.",
            ),
        }
    }
}

enum Read {
    Bytes(usize),
    Quiet,
    End,
}

async fn read(stream: &mut TcpStream, buffer: &mut [u8], framer: &Framer, idle: Duration) -> Read {
    let read = stream.read(buffer);
    let (read, late) = if framer.may_flush() {
        (timeout(QUIET, read).await, Read::Quiet)
    } else if idle.is_zero() {
        (Ok(read.await), Read::End)
    } else {
        (timeout(idle, read).await, Read::End)
    };
    match read {
        Ok(Ok(0) | Err(_)) => Read::End,
        Ok(Ok(length)) => Read::Bytes(length),
        Err(_) => late,
    }
}

async fn sender(address: IpAddr) -> Sender {
    let address = address.to_canonical();
    let hosts = tokio::fs::read(HOSTS).await;
    let hosts = hosts.and_then(|bytes| {
        if bytes.len() > LARGEST_HOSTS {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
    });
    Sender {
        address: address.to_string(),
        names: names(&hosts.unwrap_or_default(), address),
    }
}
