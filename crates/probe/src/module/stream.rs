//! What to do over plain connections, over ICMP, and over gRPC.

use std::net::IpAddr;

use ::http::{HeaderName, HeaderValue};

use super::{Family, TlsModule};
use crate::Pattern;

/// A TCP connection, and a conversation over it.
#[derive(Clone, Debug, Default)]
pub struct TcpModule {
    /// Which addresses to use.
    pub family: Family,
    /// The address to connect from.
    pub source: Option<IpAddr>,
    /// The conversation.
    pub query_response: Vec<QueryResponse>,
    /// Whether TLS comes first.
    pub tls: bool,
    /// How, also for `starttls`.
    pub tls_config: TlsModule,
}

/// The same over a unix socket.
#[derive(Clone, Debug, Default)]
pub struct UnixModule {
    /// The conversation.
    pub query_response: Vec<QueryResponse>,
    /// Whether TLS comes first.
    pub tls: bool,
    /// How, also for `starttls`.
    pub tls_config: TlsModule,
}

/// One step of a conversation.
#[derive(Clone, Debug, Default)]
pub struct QueryResponse {
    /// Lines are read until one matches.
    pub expect: Option<Pattern>,
    /// These bytes must come.
    pub expect_bytes: Vec<u8>,
    /// Labels of `probe_expect_info`; values may name groups of `expect` (`$1`, `${name}`).
    pub labels: Vec<(String, String)>,
    /// What is then sent, with a line feed; may name groups of `expect`.
    pub send: String,
    /// Whether TLS begins after that.
    pub starttls: bool,
}

/// An ICMP echo.
#[derive(Clone, Debug)]
pub struct IcmpModule {
    /// Which addresses to use.
    pub family: Family,
    /// The address to send from.
    pub source: Option<IpAddr>,
    /// Forbid fragments on the way (IPv4).
    pub dont_fragment: bool,
    /// Bytes of payload; 0 is a short text.
    pub payload_size: usize,
    /// Hops that the request may take; 0 is the system's default.
    pub ttl: u8,
}

/// A gRPC health check.
#[derive(Clone, Debug, Default)]
pub struct GrpcModule {
    /// The service asked about; empty means the server.
    pub service: String,
    /// Which addresses to use.
    pub family: Family,
    /// Headers of the call.
    pub metadata: Vec<(HeaderName, HeaderValue)>,
    /// Whether TLS is used.
    pub tls: bool,
    /// How.
    pub tls_config: TlsModule,
}

// === impl IcmpModule ===

impl Default for IcmpModule {
    fn default() -> Self {
        Self {
            family: Family::Any,
            source: None,
            dont_fragment: false,
            payload_size: 0,
            ttl: 64,
        }
    }
}
