//! How to probe: validated modules. Their text form, `blackbox.yml`, is read by [`crate::Config`].

mod dns;
mod http;
mod stream;
mod tls;

pub use dns::{DnsModule, RecordChecks, Transport};
pub use http::{
    Authentication, Compression, HeaderCheck, HttpModule, HttpProxy, ProxyServer, StatusRange,
};
pub use stream::{GrpcModule, IcmpModule, QueryResponse, TcpModule, UnixModule};
pub use tls::{PemSource, SecretSource, TlsModule, TlsVersion};

use std::sync::Arc;
use std::time::Duration;

/// How to probe a target.
#[derive(Clone, Debug)]
pub struct Module {
    /// The protocol and its settings.
    pub prober: ProberKind,
    /// The longest a probe may take; `None` leaves it to the caller's deadline alone.
    pub timeout: Option<Duration>,
    /// The module as it was written, secrets masked; empty for a module built in code.
    pub written: Arc<str>,
}

/// The protocol of a module.
#[derive(Clone, Debug)]
pub enum ProberKind {
    /// An HTTP request.
    Http(Box<HttpModule>),
    /// A TCP connection, and a conversation over it.
    Tcp(TcpModule),
    /// The same over a unix socket.
    Unix(UnixModule),
    /// A DNS query.
    Dns(Box<DnsModule>),
    /// An ICMP echo.
    Icmp(IcmpModule),
    /// A gRPC health check.
    Grpc(GrpcModule),
}

/// Which addresses of a name to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Family {
    /// In the resolver's order; the next one where one cannot be reached. A host without IPv6 does not fail.
    #[default]
    Any,
    /// IPv4 first; others only when `fallback`.
    Ip4 {
        /// Whether IPv6 will do where there is no IPv4 address.
        fallback: bool,
    },
    /// IPv6 first; others only when `fallback`.
    Ip6 {
        /// Whether IPv4 will do where there is no IPv6 address.
        fallback: bool,
    },
}

/// What a module says of encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encryption {
    /// Nothing.
    #[default]
    Either,
    /// A plain connection is a failure.
    Required,
    /// An encrypted connection is a failure.
    Forbidden,
    /// Both at once: nothing can succeed.
    Impossible,
}

// === impl Module ===

impl Module {
    /// blackbox_exporter's usual module: GET, any 2xx, redirects followed.
    pub fn http_2xx() -> Self {
        HttpModule::default().into()
    }

    /// A module of `prober` without a time limit of its own.
    pub fn new(prober: ProberKind) -> Self {
        Self {
            prober,
            timeout: None,
            written: Arc::from(""),
        }
    }
}

impl From<HttpModule> for Module {
    fn from(http: HttpModule) -> Self {
        Self::new(ProberKind::Http(Box::new(http)))
    }
}
