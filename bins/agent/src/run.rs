//! `outpost run`: the agent in the foreground.
//!
//! In order: configuration, port, storage, then the components. Whatever fails before the components run is an error on
//! standard error and exit code 1; afterwards nothing ends the process but a signal.

mod flags;
mod listen;
mod signals;
pub(crate) mod storage;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use outpost_alloy_syntax::Diagnostics;
use outpost_pipeline::{Agent, InternalTargets, PathPrefix, Registry, Surroundings, read_sources};
use tokio_util::sync::CancellationToken;

pub(crate) use flags::Flags;

use crate::{console, logging};
use signals::Signals;

/// Runs the command.
pub(crate) fn run(flags: &Flags) -> ExitCode {
    let log = logging::install();
    flags.warn();
    match start(flags, log) {
        Ok(()) => console::exit(true),
        Err(error) => match error.downcast_ref::<Diagnostics>() {
            Some(diagnostics) => {
                console::err(diagnostics);
                console::exit(false)
            }
            None => console::fail(&error),
        },
    }
}

fn start(flags: &Flags, log: Arc<logging::Settings>) -> anyhow::Result<()> {
    if flags.config_format != "alloy" {
        bail!(
            "--config.format={} is not supported: outpost reads the alloy format only",
            flags.config_format
        );
    }
    let deadline: outpost_alloy_syntax::Duration = flags
        .shutdown_deadline
        .parse()
        .context("--feature.component-shutdown-deadline")?;
    let (agent, warnings) = load(flags, log)?;
    if !warnings.is_empty() {
        console::err(&warnings);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(workers())
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(serve(flags, agent, deadline.to_std_or_zero()))
}

fn load(flags: &Flags, log: Arc<logging::Settings>) -> Result<(Agent, Diagnostics), Diagnostics> {
    let mut surroundings = Surroundings::new(&flags.storage_path);
    surroundings.stability = flags.stability.stability;
    surroundings.targets = Arc::new(InternalTargets::new(flags.memory_addr.as_str()));
    surroundings.log_tee = Arc::clone(log.tee());
    surroundings.log = log;
    let path = flags.path.clone();
    Agent::load(
        Box::new(move || read_sources(&path)),
        Registry::standard(),
        surroundings,
    )
}

async fn serve(flags: &Flags, agent: Agent, grace: Duration) -> anyhow::Result<()> {
    let signals = Signals::catch().context("cannot listen for signals")?;
    let listener = listen::bind(&flags.listen_addr).await?;
    let storage = storage::open(&flags.storage_path, "--storage.path")?;
    agent.open()?;
    let address = listener.local_addr().context("cannot read the port")?;
    agent.set_http_address(address.to_string());
    let (stop, stop_server) = (CancellationToken::new(), CancellationToken::new());
    let server = tokio::spawn(outpost_pipeline::serve(
        listener,
        agent.clone(),
        PathPrefix::new(&flags.ui_path_prefix),
        stop_server.clone(),
    ));
    let signals = tokio::spawn(signals.follow(agent.clone(), stop.clone()));
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        http = %address,
        storage = %flags.storage_path.display(),
        components = agent.components().len(),
        "running"
    );
    agent.run(stop, grace).await;
    stop_server.cancel();
    server.await.context("the HTTP server failed")?;
    signals.abort();
    drop(storage);
    tracing::info!("stopped");
    Ok(())
}

/// Two threads are enough for what an agent does; more only cost memory.
fn workers() -> usize {
    const MOST: usize = 2;
    std::thread::available_parallelism().map_or(1, |n| n.get().min(MOST))
}
