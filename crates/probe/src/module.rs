//! How to probe: a validated module. Its text form, `blackbox.yml`, is another type.

use std::time::Duration;

use ::http::Method;

/// How to probe a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// The protocol and its settings.
    pub prober: ProberKind,
    /// The longest a probe may take; `None` leaves it to the caller's deadline alone.
    pub timeout: Option<Duration>,
}

/// The protocol of a module.
#[derive(Clone, Debug, PartialEq)]
pub enum ProberKind {
    /// An HTTP request.
    Http(HttpModule),
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
}

/// What to ask over HTTP, and what to accept.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpModule {
    /// The request's method.
    pub method: Method,
    /// Statuses that count as success; empty means 200 to 299.
    pub valid_status_codes: Vec<u16>,
    /// Whether to follow redirects, ten at the most.
    pub follow_redirects: bool,
    /// Whether the last request must be encrypted (`fail_if_not_ssl`) or must not be (`fail_if_ssl`).
    pub encryption: Encryption,
    /// Whether HTTP/2 is offered over TLS.
    pub enable_http2: bool,
    /// Which addresses to use.
    pub family: Family,
    /// How many bytes of a body are read at the most; more is a failure.
    pub body_size_limit: usize,
}

/// Bodies are read to their end to measure the transfer; this much at the most.
const BODY_SIZE_LIMIT: usize = 64 << 20;

// === impl Module ===

impl Module {
    /// blackbox_exporter's usual module: GET, any 2xx, redirects followed.
    pub fn http_2xx() -> Self {
        Self {
            prober: ProberKind::Http(HttpModule::default()),
            timeout: None,
        }
    }
}

// === impl HttpModule ===

impl Default for HttpModule {
    fn default() -> Self {
        Self {
            method: Method::GET,
            valid_status_codes: Vec::new(),
            follow_redirects: true,
            encryption: Encryption::Either,
            enable_http2: true,
            family: Family::Any,
            body_size_limit: BODY_SIZE_LIMIT,
        }
    }
}
