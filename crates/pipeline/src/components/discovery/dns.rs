//! `discovery.dns`: what names in DNS stand for.

use std::sync::Arc;

use outpost_alloy_syntax::{Duration, arguments};
use outpost_collect::discovery::{DnsDiscovery, RecordType, Resolver};
use tokio_util::sync::CancellationToken;

use super::search::{Question, Search, interval};
use crate::{Component, Context, Refusal};

arguments! {
    /// What names in DNS stand for.
    pub(crate) struct DnsArguments {
        /// The names.
        attr names: Vec<String>,
        /// How often they are looked up.
        attr refresh_interval: Duration = Duration::from_secs(30),
        /// `SRV`, `A`, `AAAA`, `MX` or `NS`.
        attr kind as "type": String = "SRV".to_owned(),
        /// The port, for all but `SRV`.
        attr port: i64 = 0,
    }
}

/// The component.
pub(crate) struct Dns(Search<Lookup>);

/// What to look up.
struct Lookup {
    names: Vec<String>,
    records: RecordType,
    port: u16,
    interval: std::time::Duration,
}

// === impl Lookup ===

impl Lookup {
    fn new(arguments: &DnsArguments) -> Result<Self, Refusal> {
        let kind = arguments.kind.to_uppercase();
        let records = RecordType::parse(&kind).ok_or_else(|| {
            let message = format!("unknown type {kind:?}; there are SRV, A, AAAA, MX, NS");
            Refusal::of(["type"], message)
        })?;
        let port = u16::try_from(arguments.port)
            .map_err(|_| Refusal::of(["port"], format!("{} is no port", arguments.port)))?;
        if port == 0 && records != RecordType::Srv {
            let message = format!("records of type {kind} need a port");
            return Err(Refusal::of(["port"], message));
        }
        Ok(Self {
            names: arguments.names.clone(),
            records,
            port,
            interval: interval(arguments.refresh_interval)?,
        })
    }
}

impl Question for Lookup {
    type Discovery = DnsDiscovery;

    fn discovery(&self) -> DnsDiscovery {
        // Without a readable resolv.conf the server on loopback is asked, whose error then tells.
        let resolver = Resolver::system().unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read /etc/resolv.conf");
            Resolver::new(Vec::new())
        });
        DnsDiscovery::new(
            resolver,
            self.names.clone(),
            self.records,
            self.port,
            self.interval,
        )
    }
}

impl Component for Dns {
    const NAME: &'static str = "discovery.dns";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = DnsArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Ok(Self(Search::new(context, Lookup::new(arguments)?)))
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.0.ask(Lookup::new(arguments)?);
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        self.0.run(shutdown).await
    }
}
