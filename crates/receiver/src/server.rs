//! The listener: connections in, bodies read up to a bound, answers out.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{Receiver, api};

/// Prometheus and Loki refuse larger bodies too.
const MAX_BODY_BYTES: usize = 32 << 20;

/// More connections than a development machine makes; further ones wait.
const MAX_CONNECTIONS: usize = 256;

/// How long open exchanges may take after the end was asked for.
const GRACE: Duration = Duration::from_secs(2);

/// The pause after a failed accept, which is a lack of file descriptors as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub(crate) async fn serve(
    receiver: Receiver,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) {
    let mut shutdown = pin!(shutdown);
    let closing = CancellationToken::new();
    let mut connections = JoinSet::new();
    loop {
        let full = connections.len() >= MAX_CONNECTIONS;
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            _ = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if !full => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(receiver.clone(), stream, closing.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    closing.cancel();
    tokio::select! {
        () = async { while connections.join_next().await.is_some() {} } => {}
        () = sleep(GRACE) => {}
    }
}

async fn connection(receiver: Receiver, stream: TcpStream, closing: CancellationToken) {
    let service = service_fn(move |request| answer(receiver.clone(), request));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error, "a connection broke off");
    }
}

async fn answer(
    receiver: Receiver,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let answer = match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => api::answer(&receiver, &head, &body.to_bytes()),
        Err(_) => api::plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is larger than 32 MiB or broke off\n",
        ),
    };
    if answer.status().is_client_error() {
        receiver.count_refusal();
    }
    Ok(answer)
}
