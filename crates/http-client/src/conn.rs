//! One connection that serves one exchange at a time.
//!
//! An HTTP/1.1 connection has no task of its own: whoever waits for it drives it, so that a body moves from the socket
//! to its reader within one task. An HTTP/2 connection needs tasks to answer pings; it owns them and they end with it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;

use crate::dial::{Dialed, Stream};

/// Room for what is read ahead of the reader, per connection. More would only be memory held by idle connections.
const READ_AHEAD_BYTES: usize = 64 << 10;

/// Answers with longer heads are refused.
const MAX_HEADERS: usize = 256;

/// The window that a server may fill before we have read.
const HTTP2_WINDOW_BYTES: u32 = 1 << 20;

type Body = Full<Bytes>;
type Driver = http1::Connection<TokioIo<Box<dyn Stream>>, Body>;

/// A connection.
pub(crate) struct Conn {
    sender: Sender,
    driver: Option<Box<Driver>>,
    /// Keeps the tasks of an HTTP/2 connection.
    _tasks: Option<Tasks>,
}

enum Sender {
    Http1(http1::SendRequest<Body>),
    Http2(http2::SendRequest<Body>),
}

/// Tasks that end when their owner is dropped.
#[derive(Clone, Default)]
struct Tasks(Arc<Mutex<JoinSet<()>>>);

// === impl Conn ===

impl Conn {
    pub(crate) async fn new(dialed: Dialed) -> hyper::Result<Self> {
        let io = TokioIo::new(dialed.stream);
        if dialed.http2 {
            let tasks = Tasks::default();
            let (sender, connection) = http2::Builder::new(tasks.clone())
                .initial_stream_window_size(HTTP2_WINDOW_BYTES)
                .initial_connection_window_size(HTTP2_WINDOW_BYTES)
                .handshake(io)
                .await?;
            tasks.spawn(async {
                // Its end shows in the next exchange.
                let _ = connection.await;
            });
            return Ok(Self {
                sender: Sender::Http2(sender),
                driver: None,
                _tasks: Some(tasks),
            });
        }
        let (sender, driver) = http1::Builder::new()
            .max_buf_size(READ_AHEAD_BYTES)
            .max_headers(MAX_HEADERS)
            .handshake(io)
            .await?;
        Ok(Self {
            sender: Sender::Http1(sender),
            driver: Some(Box::new(driver)),
            _tasks: None,
        })
    }

    /// Whether requests carry their whole URL, as HTTP/2 wants it.
    pub(crate) fn is_http2(&self) -> bool {
        matches!(self.sender, Sender::Http2(_))
    }

    /// Whether a request can be sent now. Looks at the socket: one that the server closed is not ready.
    pub(crate) async fn is_ready(&mut self) -> bool {
        poll_fn(|context| {
            // The second look is for a driver that has just let the sender in.
            for _ in 0..2 {
                self.drive(context);
            }
            let ready = match &mut self.sender {
                Sender::Http1(sender) => sender.poll_ready(context),
                Sender::Http2(sender) => sender.poll_ready(context),
            };
            Poll::Ready(matches!(ready, Poll::Ready(Ok(()))))
        })
        .await
    }

    pub(crate) async fn send(
        &mut self,
        request: Request<Body>,
    ) -> hyper::Result<Response<Incoming>> {
        // One of the two stays empty: their types differ.
        let (first, second) = match &mut self.sender {
            Sender::Http1(sender) => (Some(sender.send_request(request)), None),
            Sender::Http2(sender) => (None, Some(sender.send_request(request))),
        };
        let answer = async {
            match (first, second) {
                (Some(answer), _) => answer.await,
                (None, Some(answer)) => answer.await,
                (None, None) => std::future::pending().await,
            }
        };
        self.until(answer).await
    }

    /// Awaits `work` and drives the connection meanwhile.
    pub(crate) async fn until<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            if self.driver.is_none() {
                return Poll::Pending;
            }
            self.drive(context);
            work.as_mut().poll(context)
        })
        .await
    }

    fn drive(&mut self, context: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            && Pin::new(driver.as_mut()).poll(context).is_ready()
        {
            // Closed; the error, if any, comes out of the exchange.
            self.driver = None;
        }
    }
}

// === impl Tasks ===

impl Tasks {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}

impl<F> hyper::rt::Executor<F> for Tasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        self.spawn(task);
    }
}
