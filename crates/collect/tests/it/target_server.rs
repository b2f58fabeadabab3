//! A target on loopback: one answer, byte for byte, for every request.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What a target sends.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The target; dropping it closes its port.
pub(crate) struct TargetServer {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    _task: JoinSet<()>,
}

impl TargetServer {
    pub(crate) async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, answer.clone(), Arc::clone(&heard)));
            }
        });
        Self {
            port,
            requests,
            _task: task,
        }
    }

    /// The heads of the requests that came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests
            .lock()
            .expect("no thread has panicked")
            .clone()
    }

    /// The path and query of each request.
    pub(crate) fn paths(&self) -> Vec<String> {
        let path = |head: &String| head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.requests().iter().map(path).collect()
    }
}

async fn serve(mut stream: TcpStream, answer: Answer, heard: Arc<Mutex<Vec<String>>>) {
    let mut buffer = Vec::new();
    loop {
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            match stream.read_buf(&mut buffer).await {
                // A TLS handshake is not for a plain port.
                Ok(_) if buffer.first() == Some(&0x16) => return,
                Ok(0) | Err(_) => return,
                Ok(_) => continue,
            }
        };
        let request: Vec<u8> = buffer.drain(..end + 4).collect();
        let request = String::from_utf8_lossy(&request).into_owned();
        heard.lock().expect("no thread has panicked").push(request);
        let mut lines = vec![
            format!("HTTP/1.1 {} X", answer.status),
            format!("Content-Length: {}", answer.body.len()),
        ];
        lines.extend(
            answer
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        let mut bytes = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
        bytes.extend_from_slice(&answer.body);
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
