//! The agent's HTTP server: metrics, health, reload, the component API, exporters' pages, and a page for people.
//!
//! Limits: headers must come within [`HEADER_TIMEOUT`], at most [`MAX_CONNECTIONS`] connections are served at once (more
//! wait), request bodies are not read. It takes a listener; which port that is, and whether it was free, is the binary's
//! concern.

mod page;
mod respond;
mod route;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::Agent;

/// How long a client may take to send its request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections served at once.
const MAX_CONNECTIONS: usize = 256;

/// How long open requests may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Where the server's paths begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPrefix(String);

/// Serves `agent` on `listener` until `shutdown`, then lets open requests end.
pub async fn serve(
    listener: TcpListener,
    agent: Agent,
    prefix: PathPrefix,
    shutdown: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let prefix = Arc::new(prefix);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        while connections.try_join_next().is_some() {}
        let Some((stream, slot)) = accepted else {
            continue;
        };
        let (agent, prefix, shutdown) = (agent.clone(), Arc::clone(&prefix), shutdown.clone());
        connections.spawn(async move {
            connection(stream, agent, prefix, shutdown).await;
            drop(slot);
        });
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    // What is still open after the grace time is cut when the set is dropped.
    let _ = tokio::time::timeout(GRACE, ended).await;
}

/// The next connection and the slot that it occupies.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, slot)),
        Err(error) => {
            // Out of file descriptors, as a rule: do not spin.
            tracing::warn!(%error, "cannot accept a connection");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

async fn connection(
    stream: TcpStream,
    agent: Agent,
    prefix: Arc<PathPrefix>,
    shutdown: CancellationToken,
) {
    let service = service_fn(move |request| {
        let (agent, prefix) = (agent.clone(), Arc::clone(&prefix));
        async move { Ok::<_, Infallible>(respond::respond(&request, &agent, &prefix).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "an HTTP connection ended early");
    }
}

// === impl PathPrefix ===

impl PathPrefix {
    /// The prefix of a flag's text: `/`, `/outpost`, `outpost/`.
    pub fn new(text: &str) -> Self {
        let trimmed = text.trim_matches('/');
        Self(if trimmed.is_empty() {
            String::new()
        } else {
            format!("/{trimmed}")
        })
    }

    /// What stands before a path that begins with a slash: `""` or `/outpost`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
