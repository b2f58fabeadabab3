//! `outpost try`: the whole way on one machine, with nothing prepared.
//!
//! A development receiver on loopback stands for Prometheus and Loki; the agent is the real one, with a configuration
//! that is written for what is found here. It ends by a signal, or after a given time, with exit code 0.

mod find;
mod journal;
mod moment;
mod numbers;
mod ports;
mod screen;
mod starter;
mod view;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use outpost_alloy_syntax::{Diagnostics, Duration as Written, Host};
use outpost_pipeline::{Agent, PathPrefix, Registry, Surroundings, read_sources};
use outpost_receiver::{Limits, Receiver};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::run::storage::{self, Storage};
use crate::{console, logging};
use find::Found;
use journal::Journal;
use ports::Ports;
use view::{Intro, View};

/// The agent's data and the receiver's answers need no more to end well.
const GRACE: Duration = Duration::from_secs(5);

/// `outpost try`.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// Where the starter configuration, the agent's data and its log go
    #[arg(long, value_name = "DIR", default_value = "outpost-try")]
    dir: PathBuf,

    /// The Docker daemon whose containers are followed, if it answers
    #[arg(
        long,
        value_name = "URL",
        env = "DOCKER_HOST",
        default_value = "unix:///var/run/docker.sock",
        hide_env_values = true
    )]
    docker: String,

    /// An nginx status page to collect, http://127.0.0.1:8888/stub_status say
    #[arg(long, value_name = "URL", env = starter::NGINX, hide_env_values = true)]
    nginx: Option<String>,

    /// A MySQL server to collect, user:password@tcp(127.0.0.1:3306)/ say
    #[arg(long, value_name = "DSN", env = starter::MYSQL, hide_env_values = true)]
    mysql: Option<String>,

    /// End by itself after this time, 30s say
    #[arg(long = "for", value_name = "DURATION")]
    time: Option<Written>,
}

/// Runs the command.
pub(crate) fn run(flags: &Flags) -> ExitCode {
    match start(flags) {
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

fn start(flags: &Flags) -> anyhow::Result<()> {
    let lock = storage::open(&flags.dir, "--dir")?;
    let dir = std::fs::canonicalize(&flags.dir).context("cannot find the directory again")?;
    let live = screen::is_live();
    let journal = Journal::open(&dir.join("agent.log"), live)?;
    let log = logging::install_with(journal.writer());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        let trial = Trial::prepare(flags, &dir, log).await?;
        trial.run(flags, View::new(live, journal), lock).await
    })
}

/// Everything that is ready to run.
struct Trial {
    intro: Intro,
    ports: Ports,
    receiver: Receiver,
    agent: Agent,
}

// === impl Trial ===

impl Trial {
    async fn prepare(
        flags: &Flags,
        dir: &Path,
        log: Arc<logging::Settings>,
    ) -> anyhow::Result<Self> {
        let registry = Registry::standard();
        let found = Found::look(flags, &registry).await;
        let ports = Ports::bind().await?;
        let config = dir.join("config.alloy");
        starter::write(&config, &starter::text(&found, &ports))?;

        // What an earlier trial left was meant for a receiver that is gone.
        let data = dir.join("data");
        if data.exists() {
            std::fs::remove_dir_all(&data)
                .with_context(|| format!("cannot remove {}", data.display()))?;
        }
        let mut surroundings = Surroundings::new(data);
        surroundings.log_tee = Arc::clone(log.tee());
        surroundings.log = log;
        surroundings.host = Arc::new(with_variables(&surroundings.host, &found));
        let path = config.clone();
        let read = Box::new(move || read_sources(&path));
        let (agent, warnings) = Agent::load(read, registry, surroundings)?;
        agent.open()?;
        Ok(Self {
            intro: Intro::new(config, &found, &ports, &warnings),
            ports,
            receiver: Receiver::new(Limits::default()),
            agent,
        })
    }

    async fn run(self, flags: &Flags, mut view: View, lock: Storage) -> anyhow::Result<()> {
        let Self {
            intro,
            ports,
            receiver,
            agent,
        } = self;
        let (stop, stop_servers) = (CancellationToken::new(), CancellationToken::new());
        let mut servers = tokio::task::JoinSet::new();
        for listener in [ports.prometheus.listener, ports.loki.listener] {
            let (receiver, end) = (receiver.clone(), stop_servers.clone());
            servers.spawn(async move { receiver.serve(listener, end.cancelled()).await });
        }
        agent.set_http_address(format!("127.0.0.1:{}", ports.agent.port));
        servers.spawn(outpost_pipeline::serve(
            ports.agent.listener,
            agent.clone(),
            PathPrefix::new("/"),
            stop_servers.clone(),
        ));
        let work = agent.run(stop.clone(), GRACE);
        let watch = async {
            view.begin(&intro);
            tokio::select! {
                () = view.follow(&intro, &agent, &receiver) => {}
                () = told_to_end(flags.time) => {}
            }
            stop.cancel();
        };
        tokio::join!(work, watch);
        view.end(&intro, &agent, &receiver);
        stop_servers.cancel();
        while servers.join_next().await.is_some() {}
        drop(lock);
        Ok(())
    }
}

/// The environment as the configuration shall see it: what came by flag stands where it would stand otherwise.
fn with_variables(host: &Host, found: &Found) -> Host {
    let mut host = host.clone();
    for (name, value) in found.variables() {
        host.environment.insert(name.to_owned(), value.to_owned());
    }
    host
}

/// Waits for SIGINT or SIGTERM, or for the time to pass.
async fn told_to_end(time: Option<Written>) {
    let passed = async {
        match time {
            Some(time) => tokio::time::sleep(time.to_std_or_zero()).await,
            None => std::future::pending().await,
        }
    };
    let told = |kind| async move {
        match signal(kind) {
            Ok(mut signals) => drop(signals.recv().await),
            Err(error) => {
                tracing::error!(%error, "cannot listen for signals");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = passed => {}
        () = told(SignalKind::interrupt()) => {}
        () = told(SignalKind::terminate()) => {}
    }
}
