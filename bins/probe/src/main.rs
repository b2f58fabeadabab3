//! `lookout`: probes services from the monitoring host, where blackbox_exporter would.
//!
//! Command line, signals, listener and exit codes; the probing is `outpost-probe`'s.
#![expect(
    clippy::print_stderr,
    reason = "a command-line tool says on stderr why it cannot start"
)]

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use outpost_probe::{Prober, Server};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::level_filters::LevelFilter;

/// Probes services from outside and answers as blackbox_exporter does
#[derive(Debug, Parser)]
#[command(
    name = "lookout",
    version,
    after_help = "\
Ask it by hand:
  curl 'http://127.0.0.1:9115/probe?target=https://example.org/health'
  curl 'http://127.0.0.1:9115/probe?target=example.org&debug=true'     what happened, step by step

Prometheus: the usual blackbox_exporter scrape configuration (__param_target relabelling) works unchanged."
)]
struct Flags {
    /// Address to listen on. Whoever reaches it can make this host open connections
    #[arg(
        long = "web.listen-address",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9115"
    )]
    listen: SocketAddr,

    /// Least important messages to log: error, warn, info or debug
    #[arg(long = "log.level", value_name = "LEVEL", default_value = "info")]
    level: LevelFilter,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    tracing_subscriber::fmt()
        .with_max_level(flags.level)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    match run(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lookout: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(flags: &Flags) -> Result<()> {
    let address = flags.listen;
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another with --web.listen-address")
    })?;
    let server = Server::new(Prober::new().await);
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping");
    };
    tracing::info!(address = %listener.local_addr().unwrap_or(address), "listening");
    server
        .serve(listener, shutdown)
        .await
        .context("the server stopped")
}
