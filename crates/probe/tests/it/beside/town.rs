//! Servers that do what a script says, one port each.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// One step of a script.
#[derive(Clone)]
pub(crate) enum Act {
    /// Shakes hands; what follows is encrypted.
    Tls(TlsAcceptor),
    /// Reads the head of an HTTP request and the body that it announces.
    Request,
    /// Reads a line.
    Line,
    /// Writes.
    Send(Vec<u8>),
    /// Answers with the request that was read last as the body.
    Echo,
    /// Does nothing more and keeps the connection.
    Hold,
    /// Breaks the connection off, which resets it.
    Reset,
}

/// The servers; dropping it stops them.
#[derive(Default)]
pub(crate) struct Town {
    tasks: JoinSet<()>,
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for S {}

// === impl Act ===

impl Act {
    pub(crate) fn send(text: &str) -> Self {
        Self::Send(text.as_bytes().to_vec())
    }
}

// === impl Town ===

impl Town {
    /// A server on a port of its own, which it gives back.
    pub(crate) async fn tcp(&mut self, script: Vec<Act>) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let script = Arc::new(script);
        self.tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                if script.iter().any(|act| matches!(act, Act::Reset)) {
                    let socket = socket2::SockRef::from(&stream);
                    socket.set_linger(Some(Duration::ZERO)).unwrap();
                }
                connections.spawn(play(Box::new(stream), Arc::clone(&script)));
            }
        });
        port
    }

    /// A server that answers any request with `head` and `body`, as the address of its front page.
    pub(crate) async fn page(&mut self, head: &str, body: &[u8]) -> String {
        let answer = [format!("{head}\r\n\r\n").as_bytes(), body].concat();
        let port = self.tcp(vec![Act::Request, Act::Send(answer)]).await;
        format!("http://127.0.0.1:{port}/")
    }

    /// A server that answers with the request that it was sent.
    pub(crate) async fn echo(&mut self) -> String {
        let port = self.tcp(vec![Act::Request, Act::Echo]).await;
        format!("http://127.0.0.1:{port}/")
    }

    /// A server on a unix socket.
    pub(crate) fn unix(&mut self, path: &Path, script: Vec<Act>) {
        let listener = UnixListener::bind(path).unwrap();
        let script = Arc::new(script);
        self.tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(play(Box::new(stream), Arc::clone(&script)));
            }
        });
    }
}

/// Plays a script to its end or the peer's.
async fn play(stream: Box<dyn Wire>, script: Arc<Vec<Act>>) {
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    for act in script.iter() {
        let done = match act {
            Act::Tls(acceptor) => match acceptor.accept(stream.into_inner()).await {
                Ok(encrypted) => {
                    stream = BufReader::new(Box::new(encrypted));
                    Ok(())
                }
                Err(_) => return,
            },
            Act::Request => read_request(&mut stream).await.map(|read| request = read),
            Act::Line => stream.read_line(&mut request).await.map(drop),
            Act::Send(bytes) => stream.write_all(bytes).await,
            Act::Echo => {
                // Filled up, so that the exporters' own names do not make a difference in length.
                let request = format!("{:<2000}", format!("{request}\n"));
                let length = request.len();
                let answer =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{request}");
                stream.write_all(answer.as_bytes()).await
            }
            Act::Hold => std::future::pending().await,
            Act::Reset => return,
        };
        if done.is_err() {
            return;
        }
    }
    drop(stream.shutdown().await);
}

async fn read_request(stream: &mut BufReader<Box<dyn Wire>>) -> std::io::Result<String> {
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        if stream.read_line(&mut request).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let head = request.to_ascii_lowercase();
    let length = head
        .split_once("content-length: ")
        .and_then(|(_, rest)| rest.split("\r\n").next()?.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    request += &String::from_utf8_lossy(&body);
    while head.contains("transfer-encoding: chunked") && !request.ends_with("\r\n0\r\n\r\n") {
        stream.read_line(&mut request).await?;
    }
    Ok(request)
}
