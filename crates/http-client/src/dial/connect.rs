//! Addresses, the race to the first that answers, and a tunnel through a proxy.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http::HeaderValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Stream;
use crate::SendError;
use crate::proxy::Proxy;

/// How long an address may keep the next one waiting (RFC 8305 says 250 ms).
const HEAD_START: Duration = Duration::from_millis(250);

/// A proxy's answer to CONNECT is a few lines.
const MAX_ANSWER_BYTES: usize = 16 << 10;

/// The addresses of a host, in the resolver's order.
pub(super) async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, SendError> {
    let failed = |source| SendError::Resolve {
        host: host.to_owned(),
        source,
    };
    let addresses: Vec<_> = lookup_host((host, port)).await.map_err(failed)?.collect();
    if addresses.is_empty() {
        return Err(failed(io::Error::from(io::ErrorKind::NotFound)));
    }
    Ok(addresses)
}

/// Connects to the first address that answers: each gets a head start over the next. Losers are dropped.
pub(super) async fn race(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut waiting = addresses.iter();
    if let [only] = addresses {
        return TcpStream::connect(*only).await;
    }
    let mut tries = JoinSet::new();
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        let next = waiting.next();
        if let Some(address) = next {
            tries.spawn(TcpStream::connect(*address));
        }
        tokio::select! {
            done = tries.join_next() => match done {
                Some(Ok(Ok(stream))) => return Ok(stream),
                Some(Ok(Err(error))) => failure = error,
                None if next.is_none() => return Err(failure),
                Some(Err(_)) | None => {}
            },
            () = sleep(HEAD_START), if waiting.len() > 0 => {}
        }
    }
}

/// Asks the proxy at the other end of `stream` for a tunnel to `target`.
pub(super) async fn tunnel(
    stream: &mut Box<dyn Stream>,
    proxy: &Proxy,
    target: &str,
) -> Result<(), SendError> {
    let refused = |answer: String| SendError::Proxy {
        proxy: proxy.address(),
        address: target.to_owned(),
        answer,
    };
    let broken = |error: io::Error| refused(error.to_string());
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
    let mut line = |name: &str, value: &HeaderValue| {
        request.extend_from_slice(name.as_bytes());
        request.extend_from_slice(b": ");
        request.extend_from_slice(value.as_bytes());
        request.extend_from_slice(b"\r\n");
    };
    for (name, value) in &proxy.connect_header {
        line(name.as_str(), value);
    }
    if let Some(value) = &proxy.authorization {
        line("Proxy-Authorization", value);
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;

    // Byte by byte: what follows the head belongs to the tunnel. This happens once per connection.
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() >= MAX_ANSWER_BYTES {
            return Err(refused("its answer is too long".to_owned()));
        }
        let byte = stream.read_u8().await.map_err(broken)?;
        answer.push(byte);
    }
    let head = String::from_utf8_lossy(&answer);
    let status_line = head.lines().next().unwrap_or_default();
    let status = status_line.split(' ').nth(1).unwrap_or_default();
    if status_line.starts_with("HTTP/1.") && status.len() == 3 && status.starts_with('2') {
        return Ok(());
    }
    Err(refused(status_line.to_owned()))
}
