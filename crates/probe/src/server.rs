//! Lookout's HTTP: `/probe` and its neighbours as blackbox_exporter answers them, and the status page.
//!
//! Takes a listener and runs until its shutdown future ends. It is not: who decides where to listen.

mod answer;
mod deadline;
mod routes;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use outpost_self_metrics::{IntCounter, Registry, Scope};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::history::History;
use crate::live::Live;
use crate::schedule::{Board, Runner};
use crate::{Config, LoadError, Prober, ScheduledResult};

/// A client must send its request's head within this time.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How many connections at once; more wait in the listener's queue.
const MOST_CONNECTIONS: usize = 512;

/// Why the server stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listener broke.
    #[error("cannot accept connections")]
    Accept(#[source] io::Error),
}

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// What to begin with.
    pub config: Config,
    /// Where it was read, for [`Server::reload`].
    pub config_file: Option<PathBuf>,
    /// How much sooner than the scrape a probe must end, in seconds. Default: 0.5.
    pub timeout_offset: f64,
    /// How many probes are kept with their logs. Default: 100.
    pub history_limit: usize,
    /// What stands before every path, such as `/lookout`. Default: nothing.
    pub route_prefix: String,
}

/// Answers `/probe` and the rest.
#[derive(Clone, Debug)]
pub struct Server {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    prober: Prober,
    live: Live,
    board: Arc<Board>,
    history: Mutex<History>,
    timeout_offset: f64,
    route_prefix: String,
    registry: Registry,
    unknown_modules: IntCounter,
    _scope: Scope,
}

// === impl ServerOptions ===

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            config: Config::default(),
            config_file: None,
            timeout_offset: 0.5,
            history_limit: 100,
            route_prefix: String::new(),
        }
    }
}

// === impl Server ===

impl Server {
    /// A server that probes with `prober`.
    pub fn new(prober: Prober, options: ServerOptions) -> Self {
        let registry = Registry::new();
        let scope = Scope::new(&registry, []);
        let unknown_modules = scope.counter(
            "blackbox_module_unknown_total",
            "Probes that named a module which is not configured.",
        );
        // Under the real exporter's name too: rules that watch it keep working.
        for family in ["blackbox_exporter_build_info", "lookout_build_info"] {
            let build = scope.int_gauge_vec(family, "Which lookout this is.", &["version"]);
            build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        }
        let live = Live::new(options.config, options.config_file, &scope);
        Self {
            shared: Arc::new(Shared {
                prober,
                live,
                board: Arc::default(),
                history: Mutex::new(History::new(options.history_limit)),
                timeout_offset: options.timeout_offset,
                route_prefix: options.route_prefix,
                registry,
                unknown_modules,
                _scope: scope,
            }),
        }
    }

    /// Reads the configuration file again. A wrong one changes nothing.
    pub async fn reload(&self) -> Result<(), LoadError> {
        self.shared.live.reload().await
    }

    /// Probes the configured targets until `shutdown` ends. Each result goes to `results` too, where that is given;
    /// while it is full no further probe of that target starts.
    pub async fn run_schedule(
        &self,
        results: Option<mpsc::Sender<ScheduledResult>>,
        shutdown: impl Future<Output = ()>,
    ) {
        let runner = Runner {
            prober: self.shared.prober.clone(),
            board: Arc::clone(&self.shared.board),
            results,
        };
        tokio::select! {
            () = shutdown => {}
            () = runner.run(self.shared.live.watch()) => {}
        }
    }

    /// Serves until `shutdown` ends; then requests under way are given up.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let mut connections = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => return Ok(()),
                Some(_) = connections.join_next() => {}
                accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                    match accepted {
                        Ok((stream, _)) => {
                            connections.spawn(Arc::clone(&self.shared).serve_connection(stream));
                        }
                        Err(error) if is_passing(&error) => {}
                        Err(error) => return Err(ServeError::Accept(error)),
                    }
                }
            }
        }
    }
}

/// Whether only this one connection failed.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

// === impl Shared ===

impl Shared {
    async fn serve_connection(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(|request| {
            let shared = Arc::clone(&self);
            async move { Ok::<_, Infallible>(shared.answer(&request).await.into_response()) }
        });
        let result = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service)
            .await;
        if let Err(error) = result {
            tracing::debug!(%error, "connection ended");
        }
    }
}
