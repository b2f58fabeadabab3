//! The listener of the push API: connections in, bodies up to a bound, answers out.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{ApiError, ApiSource};

/// Connections that are served at once when the configuration sets no limit; further ones wait.
const MAX_CONNECTIONS: usize = 256;

/// The pause after a failed accept, which is a lack of file descriptors as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How connections are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiServerConfig {
    /// Connections at once; 0 is 256.
    pub connections: usize,
    /// How long a client may take for its head, and for its body.
    pub read_timeout: Duration,
    /// How long open requests may go on after the end was asked for.
    pub grace: Duration,
}

/// Serves pushes on `listener` until `shutdown`, then lets open ones end.
pub async fn serve_api(
    listener: TcpListener,
    source: Arc<ApiSource>,
    config: ApiServerConfig,
    shutdown: impl Future<Output = ()>,
) {
    let mut shutdown = pin!(shutdown);
    let closing = CancellationToken::new();
    let most = match config.connections {
        0 => MAX_CONNECTIONS,
        connections => connections,
    };
    let mut connections = JoinSet::new();
    loop {
        let full = connections.len() >= most;
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            _ = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if !full => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(Arc::clone(&source), stream, config, closing.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection for pushed log lines");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    closing.cancel();
    let ended = async { while connections.join_next().await.is_some() {} };
    // What is still open after the grace time is cut when the set is dropped.
    let _ = timeout(config.grace, ended).await;
}

async fn connection(
    source: Arc<ApiSource>,
    stream: TcpStream,
    config: ApiServerConfig,
    closing: CancellationToken,
) {
    let service = service_fn(move |request| {
        let source = Arc::clone(&source);
        async move { Ok::<_, Infallible>(answer(&source, config, request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new());
    if !config.read_timeout.is_zero() {
        builder.header_read_timeout(config.read_timeout);
    }
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection of the push API broke off");
    }
}

async fn answer(
    source: &ApiSource,
    config: ApiServerConfig,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (path, method) = (request.uri().path(), request.method());
    let (is_raw, allowed) = match path {
        "/loki/api/v1/push" | "/api/v1/push" => (false, Method::POST),
        "/loki/api/v1/raw" | "/api/v1/raw" => (true, Method::POST),
        "/ready" => (false, Method::GET),
        _ => return text(StatusCode::NOT_FOUND, "404 page not found\n".to_owned()),
    };
    if *method != allowed {
        let mut refusal = Response::new(Full::default());
        *refusal.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        if let Ok(allowed) = HeaderValue::from_str(allowed.as_str()) {
            refusal.headers_mut().insert(ALLOW, allowed);
        }
        return refusal;
    }
    if *method == Method::GET {
        return text(StatusCode::OK, "ready".to_owned());
    }
    match take(source, config, request, is_raw).await {
        Ok(()) => {
            let mut taken = Response::new(Full::default());
            *taken.status_mut() = StatusCode::NO_CONTENT;
            taken
        }
        Err(error) => {
            let mut message = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                message = format!("{message}: {error}");
                cause = error.source();
            }
            let status = error.status();
            let mut refusal = text(status, message + "\n");
            if status == StatusCode::SERVICE_UNAVAILABLE {
                let headers = refusal.headers_mut();
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            refusal
        }
    }
}

async fn take(
    source: &ApiSource,
    config: ApiServerConfig,
    request: Request<Incoming>,
    is_raw: bool,
) -> Result<(), ApiError> {
    let (head, body) = request.into_parts();
    let permit = source.body().await;
    let limit = source.longest_body();
    let collected = Limited::new(body, limit).collect();
    let collected = if config.read_timeout.is_zero() {
        collected.await
    } else {
        let within = timeout(config.read_timeout, collected).await;
        within.map_err(|_| ApiError::Body)?
    };
    let body = match collected {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(ApiError::TooLarge { limit }),
        Err(_) => return Err(ApiError::Body),
    };
    let pushed = source.read(&head.headers, &body, is_raw)?;
    drop((permit, body));
    source.deliver(pushed).await
}

fn text(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(text));
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer
}
