//! `lookout`: probes services from the monitoring host, where blackbox_exporter would.
//!
//! Command line, signals, listener and exit codes; the probing is `outpost-probe`'s.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a command-line tool says on stderr why it cannot start, and on stdout what it checked"
)]

mod flags;
mod push;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use flags::Flags;
use outpost_probe::{Config, Prober, Server, ServerOptions, load};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

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
    let (config, config_file) = configuration(flags).await?;
    if flags.check {
        let (modules, targets) = (config.modules.len(), config.targets.len());
        println!("the configuration is fine: {modules} modules, {targets} scheduled targets");
        return Ok(());
    }
    flags.warn_of_what_has_no_effect();
    let mut listeners = Vec::new();
    for address in flags.addresses()? {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}; choose another with --web.listen-address")
        })?;
        tracing::info!(address = %listener.local_addr().unwrap_or(address), "listening");
        listeners.push(listener);
    }
    let endpoints = config.remote_write.clone();
    let options = ServerOptions {
        config,
        config_file,
        timeout_offset: flags.timeout_offset,
        history_limit: flags.history_limit,
        route_prefix: flags.route_prefix(),
    };
    let server = Server::new(Prober::new().await, options);
    let stop = CancellationToken::new();
    let reloads = flags.reloads();
    let pushing = push::start(&endpoints, &flags.storage, stop.clone())?;
    let schedule = server.run_schedule(pushing.results, stop.clone().cancelled_owned());
    let serve = async {
        let mut serving = tokio::task::JoinSet::new();
        for listener in listeners {
            let (server, stop) = (server.clone(), stop.clone());
            serving.spawn(async move { server.serve(listener, stop.cancelled_owned()).await });
        }
        while let Some(one) = serving.join_next().await {
            stop.cancel();
            one.context("a listener's task broke")?
                .context("the server stopped")?;
        }
        Ok::<_, anyhow::Error>(())
    };
    let watch = watch_signals(&server, stop.clone(), reloads);
    let (ended, (), watched, ()) = tokio::join!(serve, schedule, watch, pushing.run);
    ended.and(watched)
}

/// The configuration, and the file it came from.
async fn configuration(flags: &Flags) -> Result<(Config, Option<PathBuf>)> {
    if let Some(path) = &flags.config_file {
        return Ok((load(path).await?, Some(path.clone())));
    }
    let usual = PathBuf::from("blackbox.yml");
    if usual.exists() {
        return Ok((load(&usual).await?, Some(usual)));
    }
    if flags.check {
        bail!("there is no blackbox.yml here; name a file with --config.file");
    }
    tracing::info!("no --config.file and no blackbox.yml here: the module http_2xx alone");
    Ok((Config::default(), None))
}

/// Reloads at SIGHUP (and every `reloads`, where given); SIGTERM and SIGINT end it all.
async fn watch_signals(
    server: &Server,
    stop: CancellationToken,
    reloads: Option<std::time::Duration>,
) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    let mut hang_up = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
    let pause = || async {
        match reloads {
            Some(every) => tokio::time::sleep(every).await,
            None => std::future::pending().await,
        }
    };
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hang_up.recv() => reload(server).await,
            () = pause() => reload(server).await,
        }
    }
    tracing::info!("stopping");
    stop.cancel();
    Ok(())
}

async fn reload(server: &Server) {
    match server.reload().await {
        Ok(()) => tracing::info!("the configuration file was read again"),
        Err(error) => tracing::error!(%error, "the configuration in force stays"),
    }
}
