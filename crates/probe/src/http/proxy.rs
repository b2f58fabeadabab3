//! The way through a proxy: its address, and CONNECT for encrypted targets.

use std::fmt::Write as _;
use std::net::SocketAddr;

use ::http::{HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};

use super::outgoing::proxy_authorization;
use crate::prober::Notes;
use crate::target::Url;
use crate::{Failure, ProxyServer, Reason};

/// A proxy's answer to CONNECT is not longer.
const MAX_HEAD: usize = 16 << 10;

pub(super) async fn addresses(
    proxy: &ProxyServer,
    notes: &mut Notes,
) -> Result<Vec<SocketAddr>, Failure> {
    let bare = proxy.host.trim_start_matches('[').trim_end_matches(']');
    notes
        .log
        .say(format!("through the proxy {}:{}", proxy.host, proxy.port));
    let found = lookup_host((bare, proxy.port)).await.map_err(|error| {
        Failure::new(
            Reason::Dns,
            format!("cannot resolve the proxy {}: {error}", proxy.host),
        )
    })?;
    Ok(found.collect())
}

/// Asks the proxy for a connection to the target.
pub(super) async fn tunnel(
    mut stream: TcpStream,
    proxy: &ProxyServer,
    url: &Url,
    headers: &[(HeaderName, HeaderValue)],
) -> Result<TcpStream, Failure> {
    let target = format!("{}:{}", url.host, url.port);
    let mut head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    let own = proxy_authorization(proxy)?;
    let own = own.iter().map(|value| ("proxy-authorization", value));
    for (name, value) in headers
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .chain(own)
    {
        let _ = write!(
            head,
            "{name}: {}\r\n",
            String::from_utf8_lossy(value.as_bytes())
        );
    }
    head.push_str("\r\n");
    let broken = |error| Failure::new(Reason::Protocol, format!("the proxy broke off: {error}"));
    stream.write_all(head.as_bytes()).await.map_err(broken)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        // Byte by byte: what follows the head belongs to the target.
        answer.push(stream.read_u8().await.map_err(broken)?);
        if answer.len() > MAX_HEAD {
            return Err(Failure::new(
                Reason::Protocol,
                "the proxy's answer does not end",
            ));
        }
    }
    let line = String::from_utf8_lossy(&answer);
    let line = line.lines().next().unwrap_or_default();
    if line
        .split(' ')
        .nth(1)
        .is_some_and(|status| status.starts_with('2'))
    {
        return Ok(stream);
    }
    Err(Failure::new(
        Reason::Connect,
        format!("the proxy refuses {target}: {line:?}"),
    ))
}
