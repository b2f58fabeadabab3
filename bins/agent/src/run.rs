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
use outpost_alloy_syntax::{Bytes, Diagnostics};
use outpost_pipeline::{
    Agent, Budget, InternalTargets, PathPrefix, Registry, Surroundings, read_sources,
};
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

/// How long calls into the system that do not return are waited for at the end.
const STRAGGLERS: Duration = Duration::from_secs(1);

fn start(flags: &Flags, log: Arc<logging::Settings>) -> anyhow::Result<()> {
    if flags.config_format != "alloy" {
        bail!(
            "--config.format={} is not supported: outpost reads the alloy format only",
            flags.config_format
        );
    }
    if flags.wal_max_size < Bytes::mib(1) {
        bail!(
            "--storage.wal-max-size={} is too small: at least 1MiB is needed",
            flags.wal_max_size
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
    let outcome = runtime.block_on(serve(flags, agent, deadline.to_std_or_zero()));
    // A look at a file system that hangs must not keep the process.
    runtime.shutdown_timeout(STRAGGLERS);
    outcome
}

fn load(flags: &Flags, log: Arc<logging::Settings>) -> Result<(Agent, Diagnostics), Diagnostics> {
    let mut surroundings = Surroundings::new(&flags.storage_path);
    surroundings.stability = flags.stability.stability;
    surroundings.targets = Arc::new(InternalTargets::new(flags.memory_addr.as_str()));
    surroundings.log_tee = Arc::clone(log.tee());
    surroundings.log = log;
    surroundings.wal_max_bytes = flags.wal_max_size.to_u64().unwrap_or(0);
    surroundings.log_budget = Budget::new(bytes_of(flags.logs_memory));
    let path = flags.path.clone();
    Agent::load(
        Box::new(move || read_sources(&path)),
        Registry::standard(),
        surroundings,
    )
}

/// What is too large to count is as good as no limit.
fn bytes_of(size: Bytes) -> usize {
    size.to_u64()
        .map_or(0, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
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
