//! Targets out of DNS: SRV records, or addresses and hosts with a port given beside them.
//!
//! Each name's targets stand alone: a name that cannot be looked up keeps what it had; one that does not exist has none.

mod message;
mod resolver;

use std::collections::BTreeMap;
use std::time::Duration;

use outpost_model::LabelsBuilder;
use tokio::time::{Instant, sleep_until};

use super::{Discovery, Targets};
use message::{Data, Record};

pub use message::RecordType;
pub use resolver::{DnsError, Resolver};

/// Discovers what names stand for.
#[derive(Clone, Debug)]
pub struct DnsDiscovery {
    resolver: Resolver,
    names: Vec<String>,
    records: RecordType,
    port: u16,
    interval: Duration,
    due: Instant,
    known: BTreeMap<String, Targets>,
    last: Option<Targets>,
}

// === impl DnsDiscovery ===

impl DnsDiscovery {
    /// Looks up `names` every `interval`. `port` is for all records but SRV, which bring their own.
    pub fn new(
        resolver: Resolver,
        names: Vec<String>,
        records: RecordType,
        port: u16,
        interval: Duration,
    ) -> Self {
        Self {
            resolver,
            names,
            records,
            port,
            interval,
            due: Instant::now(),
            known: BTreeMap::new(),
            last: None,
        }
    }

    /// Looks all names up; the error is the last one's that could not be.
    async fn look(&mut self) -> Result<(), DnsError> {
        let mut outcome = Ok(());
        for name in &self.names {
            match self.resolver.lookup(name, self.records).await {
                Ok(records) => {
                    let targets = records
                        .iter()
                        .filter_map(|record| target(name, record, self.port));
                    let mut targets: Targets = targets.collect();
                    targets.sort_unstable();
                    self.known.insert(name.clone(), targets);
                }
                Err(error) => outcome = Err(error),
            }
        }
        outcome
    }
}

impl Discovery for DnsDiscovery {
    type Error = DnsError;

    async fn next(&mut self) -> Result<Targets, DnsError> {
        loop {
            sleep_until(self.due).await;
            let outcome = self.look().await;
            let all: Targets = self.known.values().flatten().cloned().collect();
            if self.last.as_ref() != Some(&all) {
                // The error, if any, is still there at the next look, which is due at once.
                self.last = Some(all.clone());
                return Ok(all);
            }
            self.due = Instant::now() + self.interval;
            if let Err(error) = outcome {
                self.last = None;
                return Err(error);
            }
        }
    }
}

/// A record's target, with the labels of Prometheus' discovery; nothing for aliases.
fn target(name: &str, record: &Record, port: u16) -> Option<outpost_model::Labels> {
    let (mut service, mut service_port, mut mail, mut server) = ("", String::new(), "", "");
    let address = match &record.data {
        Data::V4(address) => host_port(&address.to_string(), port),
        Data::V6(address) => host_port(&address.to_string(), port),
        Data::Service { host, port } => {
            service = host;
            service_port = port.to_string();
            host_port(host, *port)
        }
        Data::Mail { host } => {
            mail = host;
            host_port(host, port)
        }
        Data::NameServer { host } => {
            server = host;
            host_port(host, port)
        }
        Data::Other => return None,
    };
    let mut labels = LabelsBuilder::default();
    labels
        .set("__address__", address.as_str())
        .set("__meta_dns_name", name)
        .set("__meta_dns_srv_record_target", service)
        .set("__meta_dns_srv_record_port", service_port.as_str())
        .set("__meta_dns_mx_record_target", mail)
        .set("__meta_dns_ns_record_target", server);
    Some(labels.build())
}

/// `host:port` without the dot that ends a whole name.
fn host_port(host: &str, port: u16) -> String {
    let host = host.trim_end_matches('.');
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}
