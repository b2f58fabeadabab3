//! A receiver that records what it gets and answers as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::messages;

/// An answer to one request.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: &'static str,
    /// Whether a 2xx counts what was written, as 2.0 receivers do.
    pub(crate) counts: bool,
    /// Close the connection instead.
    pub(crate) hang_up: bool,
    /// Wait so long first.
    pub(crate) delay: std::time::Duration,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) status: u16,
    pub(crate) at: tokio::time::Instant,
}

/// Where redirects lead.
pub(crate) const MOVED: &str = "/moved";

/// One sample of a series: time, bits of the value.
pub(crate) type Sample = (i64, u64);

/// A receiver on loopback.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    server: JoinHandle<()>,
}

struct State {
    requests: Mutex<Vec<Recorded>>,
    script: Mutex<VecDeque<Answer>>,
    otherwise: Mutex<Answer>,
    seen: watch::Sender<usize>,
    /// Requests without an answer yet, and the most there were.
    open: Mutex<(usize, usize)>,
}

// === impl Answer ===

impl Answer {
    pub(crate) fn ok() -> Self {
        Self::status(204)
    }

    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: "",
            counts: true,
            hang_up: false,
            delay: std::time::Duration::ZERO,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn saying(mut self, body: &'static str) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn without_counts(mut self) -> Self {
        self.counts = false;
        self
    }

    pub(crate) fn hang_up() -> Self {
        Self {
            hang_up: true,
            ..Self::status(500)
        }
    }
}

// === impl Receiver ===

impl Receiver {
    /// A receiver that accepts everything.
    pub(crate) async fn start() -> Self {
        Self::start_on("127.0.0.1:0").await
    }

    pub(crate) async fn start_on(address: &str) -> Self {
        let listener = TcpListener::bind(address)
            .await
            .expect("a port on loopback");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(State {
            requests: Mutex::default(),
            script: Mutex::default(),
            otherwise: Mutex::new(Answer::ok()),
            seen: watch::Sender::new(0),
            open: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        let server = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let state = Arc::clone(&shared);
                connections.spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&state), request));
                    let builder = auto::Builder::new(TokioExecutor::new());
                    let _ = builder
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self {
            address,
            state,
            server,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api/v1/write", self.address)
    }

    /// The next requests are answered so, one each; after them as before.
    pub(crate) fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.script.lock().unwrap().extend(answers);
    }

    /// From now on requests are answered so.
    pub(crate) fn answer(&self, answer: Answer) {
        *self.state.otherwise.lock().unwrap() = answer;
    }

    /// Waits until so many requests have come in all.
    pub(crate) async fn has_seen(&self, requests: usize) {
        let mut seen = self.state.seen.subscribe();
        seen.wait_for(|seen| *seen >= requests)
            .await
            .expect("the receiver lives");
    }

    /// Waits until `done` holds of what was accepted.
    pub(crate) async fn until(&self, mut done: impl FnMut(&BTreeMap<String, Vec<Sample>>) -> bool) {
        let mut seen = self.state.seen.subscribe();
        while !done(&self.accepted()) {
            seen.changed().await.expect("the receiver lives");
        }
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The most requests that waited for an answer at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.state.open.lock().unwrap().1
    }

    /// The samples of accepted requests by series, in order of arrival.
    pub(crate) fn accepted(&self) -> BTreeMap<String, Vec<Sample>> {
        let mut series: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
        for request in self.requests().iter().filter(|r| r.status / 100 == 2) {
            for (labels, samples) in request.samples() {
                series.entry(labels).or_default().extend(samples);
            }
        }
        series
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

// === impl Recorded ===

impl Recorded {
    pub(crate) fn is_v2(&self) -> bool {
        self.headers["content-type"]
            .to_str()
            .unwrap()
            .contains("v2.Request")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn raw(&self) -> Vec<u8> {
        snap::raw::Decoder::new()
            .decompress_vec(&self.body)
            .expect("one snappy block")
    }

    pub(crate) fn v1(&self) -> messages::WriteRequest {
        messages::WriteRequest::decode(self.raw().as_slice()).expect("a 1.0 message")
    }

    pub(crate) fn v2(&self) -> messages::Request {
        messages::Request::decode(self.raw().as_slice()).expect("a 2.0 message")
    }

    /// `TimeSeries` entries: labels, samples.
    pub(crate) fn samples(&self) -> Vec<(String, Vec<Sample>)> {
        let text = |labels: Vec<(String, String)>| {
            labels
                .iter()
                .map(|(n, v)| format!("{n}={v}"))
                .collect::<Vec<_>>()
                .join(",")
        };
        let sample = |s: &messages::Sample| (s.timestamp, s.value.to_bits());
        if self.is_v2() {
            let request = self.v2();
            let symbol = |at: u32| request.symbols[at as usize].clone();
            let entry = |s: &messages::TimeSeries2| {
                let labels = s
                    .labels_refs
                    .chunks(2)
                    .map(|p| (symbol(p[0]), symbol(p[1])))
                    .collect();
                (text(labels), s.samples.iter().map(sample).collect())
            };
            request.timeseries.iter().map(entry).collect()
        } else {
            let entry = |s: messages::TimeSeries| {
                let labels = s.labels.into_iter().map(|l| (l.name, l.value)).collect();
                (text(labels), s.samples.iter().map(sample).collect())
            };
            self.v1().timeseries.into_iter().map(entry).collect()
        }
    }

    pub(crate) fn sample_count(&self) -> usize {
        self.samples()
            .iter()
            .map(|(_, samples)| samples.len())
            .sum()
    }
}

async fn answer(
    state: Arc<State>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, String> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes();
    let moved = head.uri.path() == MOVED;
    let scripted = if moved {
        None
    } else {
        state.script.lock().unwrap().pop_front()
    };
    let answer = scripted.unwrap_or_else(|| state.otherwise.lock().unwrap().clone());
    // Where redirects lead: only a POST is of use.
    let answer = if moved && head.method != "POST" {
        Answer::status(501)
    } else {
        answer
    };
    let recorded = Recorded {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body,
        status: if answer.hang_up { 0 } else { answer.status },
        at: tokio::time::Instant::now(),
    };
    let mut response = Response::new(Full::new(Bytes::from_static(answer.body.as_bytes())));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    if answer.counts && answer.status / 100 == 2 && recorded.is_v2() {
        let request = recorded.v2();
        let count = |of: fn(&messages::TimeSeries2) -> usize| {
            request.timeseries.iter().map(of).sum::<usize>()
        };
        for (kind, count) in [
            ("samples", count(|s| s.samples.len())),
            ("histograms", count(|s| s.histograms.len())),
            ("exemplars", count(|s| s.exemplars.len())),
        ] {
            let name = format!("x-prometheus-remote-write-{kind}-written");
            let name = hyper::header::HeaderName::try_from(name).unwrap();
            response.headers_mut().insert(name, count.into());
        }
    }
    for (name, value) in &answer.headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    let hang_up = answer.hang_up;
    state.requests.lock().unwrap().push(recorded);
    state.seen.send_modify(|seen| *seen += 1);
    {
        let mut open = state.open.lock().unwrap();
        open.0 += 1;
        open.1 = open.1.max(open.0);
    }
    tokio::time::sleep(answer.delay).await;
    state.open.lock().unwrap().0 -= 1;
    if hang_up {
        Err("told to hang up".to_owned())
    } else {
        Ok(response)
    }
}
