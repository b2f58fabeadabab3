//! The ports of a trial: those that the runbook names, or free ones.

use std::net::Ipv4Addr;

use anyhow::Context as _;
use tokio::net::TcpListener;

/// A port that is held.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) port: u16,
    pub(super) listener: TcpListener,
}

/// All of them, on loopback.
#[derive(Debug)]
pub(super) struct Ports {
    /// 9090 where it is free.
    pub(super) prometheus: Port,
    /// 3100 where it is free.
    pub(super) loki: Port,
    /// The agent's own, 12345 where it is free.
    pub(super) agent: Port,
}

// === impl Ports ===

impl Ports {
    pub(super) async fn bind() -> anyhow::Result<Self> {
        Ok(Self {
            prometheus: Port::bind(9090).await?,
            loki: Port::bind(3100).await?,
            agent: Port::bind(12345).await?,
        })
    }
}

// === impl Port ===

impl Port {
    async fn bind(wanted: u16) -> anyhow::Result<Self> {
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .await
                .context("cannot listen on loopback")?,
        };
        let port = listener
            .local_addr()
            .context("cannot read the port")?
            .port();
        Ok(Self { port, listener })
    }
}
