//! Lookout's HTTP: `/probe` as blackbox_exporter answers it, `/metrics` and `/-/healthy`.
//!
//! Takes a listener and runs until its shutdown future ends. It is not: who decides where to listen.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ::http::header::CONTENT_TYPE;
use ::http::{Method, Request as HttpRequest, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use outpost_self_metrics::{IntCounter, Registry, Scope};
use percent_encoding::percent_decode_str;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::{Module, Outcome, Prober, Request};

/// What Prometheus says of its patience.
const TIMEOUT_HEADER: &str = "x-prometheus-scrape-timeout-seconds";
/// The time where nobody says: blackbox_exporter's.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);
/// How much sooner than the scrape a probe must end.
const TIMEOUT_OFFSET: Duration = Duration::from_millis(500);
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

/// Answers `/probe` and the rest.
#[derive(Clone, Debug)]
pub struct Server {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    prober: Prober,
    registry: Registry,
    unknown_modules: IntCounter,
    _scope: Scope,
}

/// A plain-text answer.
struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: String,
}

// === impl Server ===

impl Server {
    /// A server that probes with `prober`.
    pub fn new(prober: Prober) -> Self {
        let registry = Registry::new();
        let scope = Scope::new(&registry, []);
        let unknown_modules = scope.counter(
            "blackbox_module_unknown_total",
            "Probes that named a module which is not configured.",
        );
        let build =
            scope.int_gauge_vec("lookout_build_info", "Which lookout this is.", &["version"]);
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        Self {
            shared: Arc::new(Shared {
                prober,
                registry,
                unknown_modules,
                _scope: scope,
            }),
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

    async fn answer(&self, request: &HttpRequest<Incoming>) -> Answer {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Answer::text(
                StatusCode::METHOD_NOT_ALLOWED,
                "only GET and HEAD are answered\n",
            );
        }
        match request.uri().path() {
            "/probe" => self.probe(request).await,
            "/metrics" => Answer::page(self.registry.text()),
            "/-/healthy" => Answer::text(StatusCode::OK, "Healthy"),
            path => Answer::text(
                StatusCode::NOT_FOUND,
                format!("no page {path}; there are /probe?target=URL, /metrics and /-/healthy\n"),
            ),
        }
    }

    async fn probe(&self, request: &HttpRequest<Incoming>) -> Answer {
        let query = request.uri().query().unwrap_or_default();
        let parameter = |name| parameter(query, name).filter(|value| !value.is_empty());
        let name = parameter("module").unwrap_or_else(|| "http_2xx".to_owned());
        if name != "http_2xx" {
            self.unknown_modules.inc();
            return Answer::text(
                StatusCode::BAD_REQUEST,
                format!("Unknown module {name:?}\n"),
            );
        }
        let Some(target) = parameter("target") else {
            return Answer::text(StatusCode::BAD_REQUEST, "Target parameter is missing\n");
        };
        let deadline = match deadline(request) {
            Ok(deadline) => deadline,
            Err(message) => return Answer::text(StatusCode::INTERNAL_SERVER_ERROR, message),
        };
        let module = Module::http_2xx();
        let request = Request {
            target,
            hostname: parameter("hostname"),
        };
        let outcome = self.prober.probe(&module, &request, deadline).await;
        if parameter("debug").is_some_and(|value| value == "true") {
            return Answer::text(StatusCode::OK, debug_text(&outcome, &module));
        }
        Answer::page(outcome.report.to_string())
    }
}

/// How long a probe may take: what the scraper allows, less the offset.
fn deadline(request: &HttpRequest<Incoming>) -> Result<Duration, String> {
    let Some(header) = request.headers().get(TIMEOUT_HEADER) else {
        return Ok(DEFAULT_TIMEOUT);
    };
    let text = header.to_str().unwrap_or_default();
    let seconds: f64 = text
        .parse()
        .map_err(|_| format!("{TIMEOUT_HEADER}: {text:?} is no number of seconds\n"))?;
    let allowed = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    if allowed.is_zero() {
        return Ok(DEFAULT_TIMEOUT);
    }
    Ok(allowed.checked_sub(TIMEOUT_OFFSET).unwrap_or(allowed))
}

fn debug_text(outcome: &Outcome, module: &Module) -> String {
    format!(
        "Logs for the probe:\n{}\n\n\nMetrics that would have been returned:\n{}\n\n\n\
         Module configuration:\n{module:#?}\n",
        outcome.log, outcome.report
    )
}

/// The first value of a query parameter, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    })
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

// === impl Answer ===

impl Answer {
    fn text(status: StatusCode, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            body: body.into(),
        }
    }

    fn page(body: String) -> Self {
        let content_type = "text/plain; version=0.0.4; charset=utf-8";
        Self {
            status: StatusCode::OK,
            content_type,
            body,
        }
    }

    fn into_response(self) -> Response<String> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let content_type = ::http::HeaderValue::from_static(self.content_type);
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }
}
