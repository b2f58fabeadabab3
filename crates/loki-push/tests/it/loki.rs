//! A receiver of pushes that answers as a test tells it and remembers what it was sent.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use outpost_http_client::{ClientConfig, HttpConfig};
use outpost_loki_push::{EndpointConfig, PushedStream, decode_push};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Pushed {
    pub(crate) headers: HeaderMap,
    pub(crate) streams: Vec<PushedStream>,
    pub(crate) answered: u16,
}

/// An answer: status and text, after a while.
#[derive(Clone, Debug)]
pub(crate) struct Answer(pub(crate) u16, pub(crate) &'static str, pub(crate) Duration);

#[derive(Debug, Default)]
struct State {
    requests: Vec<Pushed>,
    script: VecDeque<Answer>,
    default: Option<u16>,
}

/// The receiver; it ends with the runtime of its test.
#[derive(Clone, Debug)]
pub(crate) struct FakeLoki {
    state: Arc<Mutex<State>>,
    came: Arc<Notify>,
    port: u16,
}

// === impl FakeLoki ===

impl FakeLoki {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            state: Arc::default(),
            came: Arc::default(),
            port: listener.local_addr().unwrap().port(),
        };
        let server = this.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| server.clone().answer(request));
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(socket), service)
                        .await;
                });
            }
        });
        this
    }

    /// Answers to the next requests, in order; 204 after them.
    pub(crate) fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.lock().unwrap().script.extend(answers);
    }

    /// What to answer when the script is over.
    pub(crate) fn always(&self, status: u16) {
        self.state.lock().unwrap().default = Some(status);
    }

    /// An endpoint that pushes here without much waiting.
    pub(crate) fn endpoint(&self) -> EndpointConfig {
        let url = format!("http://127.0.0.1:{}/loki/api/v1/push", self.port);
        let client = ClientConfig::try_from(HttpConfig::default()).unwrap();
        EndpointConfig {
            batch_wait: Duration::from_millis(5),
            min_backoff: Duration::from_millis(2),
            max_backoff: Duration::from_millis(10),
            ..EndpointConfig::new(url.parse().unwrap(), client)
        }
    }

    pub(crate) fn requests(&self) -> Vec<Pushed> {
        self.state.lock().unwrap().requests.clone()
    }

    /// The lines of all requests with this answer, by label string.
    pub(crate) fn lines(&self, status: u16) -> Vec<(String, String)> {
        self.requests()
            .into_iter()
            .filter(|request| request.answered == status)
            .flat_map(|request| request.streams)
            .flat_map(|stream| {
                let labels = stream.labels;
                stream.entries.into_iter().map(move |e| {
                    (
                        labels.clone(),
                        String::from_utf8_lossy(&e.line).into_owned(),
                    )
                })
            })
            .collect()
    }

    /// Waits until `enough` of what has come.
    pub(crate) async fn wait_for(&self, enough: impl Fn(&Self) -> bool) {
        loop {
            let came = self.came.notified();
            if enough(self) {
                return;
            }
            came.await;
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let raw = snap::raw::Decoder::new().decompress_vec(&body).unwrap();
        let streams = decode_push(&raw).unwrap();
        let answer = {
            let mut state = self.state.lock().unwrap();
            let default = state.default.unwrap_or(204);
            let answer = state
                .script
                .pop_front()
                .unwrap_or(Answer(default, "", Duration::ZERO));
            state.requests.push(Pushed {
                headers: head.headers,
                streams,
                answered: answer.0,
            });
            answer
        };
        self.came.notify_waiters();
        tokio::time::sleep(answer.2).await;
        let mut response = Response::new(Full::from(answer.1));
        *response.status_mut() = answer.0.try_into().unwrap();
        Ok(response)
    }
}
