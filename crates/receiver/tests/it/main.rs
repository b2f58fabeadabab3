//! The receiver over its own listener, beside a real Prometheus where one is to be had.
#![expect(
    clippy::expect_used,
    reason = "the helpers of tests may stop at the first surprise, as tests do"
)]

mod loki;
mod message;
mod prometheus;

use std::time::{SystemTime, UNIX_EPOCH};

use outpost_receiver::{Limits, Receiver};
use outpost_testbed::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A receiver that serves until it is told to stop.
struct Running {
    receiver: Receiver,
    port: u16,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(limits: Limits) -> Self {
        let receiver = Receiver::new(limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (stop, stopped) = oneshot::channel();
        let own = receiver.clone();
        let task = tokio::spawn(async move {
            own.serve(listener, async { drop(stopped.await) }).await;
        });
        Self {
            receiver,
            port,
            stop,
            task,
        }
    }

    async fn stop(self) {
        self.stop.send(()).expect("it runs");
        self.task.await.expect("it ends well");
    }
}

/// Status and JSON (or text) of an answer.
async fn ask(port: u16, path: &str) -> (u16, Value) {
    let path = path.to_owned();
    let (status, body) = blocking(move || get(port, &path)).await;
    (
        status,
        serde_json::from_str(&body).unwrap_or(Value::String(body)),
    )
}

async fn send(port: u16, path: &str, kind: &'static str, body: Vec<u8>) -> (u16, String) {
    let path = path.to_owned();
    blocking(move || post(port, &path, kind, &body)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.expect("no panic").expect("an answer")
}

/// Now, in milliseconds, to the second.
fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    i64::try_from(since.as_secs()).expect("not so late") * 1000
}
