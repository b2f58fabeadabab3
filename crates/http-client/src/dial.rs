//! From a host's name to a stream of bytes: addresses, TCP or unix socket, the proxy's CONNECT, TLS.

mod connect;
mod failure;

use std::path::PathBuf;
use std::sync::Arc;

use http::Uri;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use crate::auth::{bare_host, host_port};
use crate::deadline::{Phase, Progress};
use crate::proxy::{Proxy, ProxyRules};
use crate::tls::{Tls, TlsSettings};
use crate::{ClientConfig, SendError};

pub(crate) use failure::after_handshake;

/// A stream of bytes to a server, over whatever.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A stream that requests can be sent on.
pub(crate) struct Dialed {
    pub(crate) stream: Box<dyn Stream>,
    /// Whether the two sides agreed on HTTP/2.
    pub(crate) http2: bool,
}

/// Where a request goes: one connection serves all requests with an equal route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// Makes connections.
#[derive(Debug)]
pub(crate) struct Dialer {
    tls: Tls,
    /// TLS towards an https proxy: the system's authorities, HTTP/1.1.
    proxy_tls: Tls,
    proxy: ProxyRules,
    round_robin: bool,
    unix_socket: Option<PathBuf>,
}

// === impl Route ===

impl Route {
    pub(crate) fn of(url: &Uri) -> Result<Self, SendError> {
        let refused = |problem| SendError::Url {
            url: without_user(url),
            problem,
        };
        let tls = match url.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            Some(_) => return Err(refused("neither http nor https")),
            None => return Err(refused("no http:// or https:// in front")),
        };
        let host = bare_host(url.host().unwrap_or_default());
        if host.is_empty() {
            return Err(refused("no host"));
        }
        Ok(Self {
            tls,
            host: host.to_owned(),
            port: url.port_u16().unwrap_or(if tls { 443 } else { 80 }),
        })
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> String {
        host_port(&self.host, self.port)
    }
}

/// The URL as it may be shown.
fn without_user(url: &Uri) -> String {
    let text = url.to_string();
    match text.split_once('@') {
        Some((before, after)) => match before.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://…@{after}"),
            None => format!("…@{after}"),
        },
        None => text,
    }
}

// === impl Dialer ===

impl Dialer {
    pub(crate) fn new(config: &ClientConfig) -> Self {
        Self {
            tls: Tls::new(config.tls.clone(), config.http2),
            proxy_tls: Tls::new(TlsSettings::default(), false),
            proxy: config.proxy.clone(),
            round_robin: config.round_robin_dns,
            unix_socket: config.unix_socket.clone(),
        }
    }

    /// The proxy that a plain request is handed to whole, with its full URL.
    pub(crate) fn forwarder(&self, route: &Route) -> Option<&Proxy> {
        if route.tls || self.unix_socket.is_some() {
            return None;
        }
        self.proxy.choose(false, &route.host, route.port)
    }

    pub(crate) async fn dial(
        &self,
        route: &Route,
        progress: &Progress,
    ) -> Result<Dialed, SendError> {
        let stream = self.transport(route, progress).await?;
        if !route.tls {
            return Ok(Dialed {
                stream,
                http2: false,
            });
        }
        progress.enter(Phase::Tls);
        let name = match self.tls.server_name() {
            Some(name) => name.clone(),
            None => server_name(&route.host, &route.address())?,
        };
        handshake(&self.tls, name, stream, &route.address()).await
    }

    async fn transport(
        &self,
        route: &Route,
        progress: &Progress,
    ) -> Result<Box<dyn Stream>, SendError> {
        if let Some(path) = &self.unix_socket {
            progress.enter(Phase::Connect);
            return match UnixStream::connect(path).await {
                Ok(stream) => Ok(Box::new(stream)),
                Err(error) => Err(failure::connecting(&path.display().to_string(), error)),
            };
        }
        let Some(proxy) = self.proxy.choose(route.tls, &route.host, route.port) else {
            return Ok(Box::new(self.tcp(&route.host, route.port, progress).await?));
        };
        let mut stream: Box<dyn Stream> =
            Box::new(self.tcp(&proxy.host, proxy.port, progress).await?);
        if proxy.tls {
            progress.enter(Phase::Tls);
            let name = server_name(&proxy.host, &proxy.address())?;
            stream = handshake(&self.proxy_tls, name, stream, &proxy.address())
                .await?
                .stream;
        }
        if route.tls {
            progress.enter(Phase::Proxy);
            connect::tunnel(&mut stream, proxy, &route.address()).await?;
        }
        Ok(stream)
    }

    async fn tcp(
        &self,
        host: &str,
        port: u16,
        progress: &Progress,
    ) -> Result<TcpStream, SendError> {
        progress.enter(Phase::Resolve);
        let mut addresses = connect::resolve(host, port).await?;
        if self.round_robin {
            fastrand::shuffle(&mut addresses);
        }
        progress.enter(Phase::Connect);
        let stream = connect::race(&addresses)
            .await
            .map_err(|error| failure::connecting(&host_port(host, port), error))?;
        // Requests are written whole: waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }
}

fn server_name(host: &str, address: &str) -> Result<ServerName<'static>, SendError> {
    ServerName::try_from(host.to_owned()).map_err(|_| SendError::Url {
        url: address.to_owned(),
        problem: "the host is no name that a certificate could carry",
    })
}

async fn handshake(
    tls: &Tls,
    name: ServerName<'static>,
    stream: Box<dyn Stream>,
    address: &str,
) -> Result<Dialed, SendError> {
    let config = tls.config().await?;
    let wanted = name.to_str().into_owned();
    let stream = TlsConnector::from(Arc::clone(&config))
        .connect(name, stream)
        .await
        .map_err(|error| failure::tls(address, &wanted, error))?;
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    Ok(Dialed {
        stream: Box::new(stream),
        http2,
    })
}
