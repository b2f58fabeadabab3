//! A gRPC health service whose answer depends on the service that is asked for.

use std::convert::Infallible;

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The service; dropping it stops it.
pub(crate) struct Health {
    pub(crate) port: u16,
    _tasks: JoinSet<()>,
}

// === impl Health ===

impl Health {
    pub(crate) async fn start(acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                connections.spawn(async move {
                    match acceptor {
                        None => serve(stream).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            port,
            _tasks: tasks,
        }
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) {
    let run = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service_fn(answer));
    drop(run.await);
}

async fn answer(
    request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, Infallible>>, Infallible> {
    let key = request.headers().get("x-key").cloned();
    let asked = request.into_body().collect().await.unwrap().to_bytes();
    let asked = String::from_utf8_lossy(&asked).into_owned();
    let asks = |name: &str| asked.ends_with(name);
    let (code, state) = match () {
        () if asks("down") => ("0", 2),
        () if asks("lost") => ("0", 3),
        () if asks("new") => ("0", 0),
        () if asks("strange") => ("0", 9),
        () if asks("unknown") => ("5", 0),
        () if asks("closed") => ("12", 0),
        () if asks("locked") && key.is_none() => ("16", 0),
        () => ("0", 1),
    };
    let mut end = HeaderMap::new();
    end.insert("grpc-status", code.parse().unwrap());
    let response = Response::builder().header("content-type", "application/grpc");
    if code != "0" {
        let mut response = response.body(Full::new(Bytes::new()).boxed()).unwrap();
        response.headers_mut().extend(end);
        return Ok(response);
    }
    let message = if state == 0 { vec![] } else { vec![8, state] };
    let length = u8::try_from(message.len()).unwrap();
    let frame = [&[0, 0, 0, 0, length][..], &message].concat();
    let body = Full::new(Bytes::from(frame)).with_trailers(async move { Some(Ok(end)) });
    Ok(response.body(body.boxed()).unwrap())
}
