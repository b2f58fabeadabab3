//! What to ask over HTTP, and what to accept.

use std::path::PathBuf;

use ::http::{HeaderName, HeaderValue, Method};
use outpost_http_client::Secret;

use super::{Encryption, Family, SecretSource, TlsModule};
use crate::Pattern;

/// What to ask over HTTP, and what to accept.
#[derive(Clone, Debug)]
pub struct HttpModule {
    /// The request's method.
    pub method: Method,
    /// Headers of the request, `Host` among them.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Headers whose value stands in a file, read at every probe.
    pub header_files: Vec<(HeaderName, PathBuf)>,
    /// The request's body.
    pub body: String,
    /// A file with the body, read at every probe; goes before `body`.
    pub body_file: Option<PathBuf>,
    /// Statuses that count as success; empty means 200 to 299.
    pub valid_status_codes: Vec<StatusRange>,
    /// Versions that count as success, as `HTTP/1.1` or `HTTP/2.0`; empty means any.
    pub valid_http_versions: Vec<String>,
    /// Whether to follow redirects, ten at the most.
    pub follow_redirects: bool,
    /// Whether the last request must be encrypted (`fail_if_not_ssl`) or must not be (`fail_if_ssl`).
    pub encryption: Encryption,
    /// The answer's body fails if one of these matches.
    pub fail_if_body_matches: Vec<Pattern>,
    /// The answer's body fails unless each of these matches.
    pub fail_if_body_not_matches: Vec<Pattern>,
    /// A header fails if it matches.
    pub fail_if_header_matches: Vec<HeaderCheck>,
    /// A header fails unless it matches.
    pub fail_if_header_not_matches: Vec<HeaderCheck>,
    /// How the answer's body is compressed, if it must be.
    pub compression: Option<Compression>,
    /// Who asks.
    pub authentication: Authentication,
    /// TLS.
    pub tls: TlsModule,
    /// The proxy, if any.
    pub proxy: HttpProxy,
    /// Do not look the target's own address up where a proxy will.
    pub skip_resolve_phase_with_proxy: bool,
    /// Whether HTTP/2 is offered over TLS.
    pub enable_http2: bool,
    /// Which addresses to use.
    pub family: Family,
    /// How many bytes of a body are read at the most; more is a failure. 0 is no limit of its own.
    pub body_size_limit: u64,
}

/// A status, or all of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

/// A condition on one header.
#[derive(Clone, Debug)]
pub struct HeaderCheck {
    /// Whose values are looked at.
    pub header: HeaderName,
    /// What they are held against.
    pub pattern: Pattern,
    /// Whether an answer without the header passes.
    pub allow_missing: bool,
}

/// A compression of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip.
    Gzip,
    /// Raw deflate, as the real exporter reads it.
    Deflate,
    /// None.
    Identity,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Authentication {
    /// Nobody in particular.
    #[default]
    None,
    /// A user and a password.
    Basic {
        /// The user.
        username: SecretSource,
        /// The password.
        password: SecretSource,
    },
    /// An `Authorization` header of some scheme.
    Scheme {
        /// The scheme, `Bearer` for one.
        scheme: String,
        /// What follows it.
        credentials: SecretSource,
    },
}

/// The proxy of HTTP probes.
#[derive(Clone, Debug, Default)]
pub struct HttpProxy {
    /// For plain targets, `host:port` and the header that says who we are.
    pub plain: Option<ProxyServer>,
    /// For encrypted targets.
    pub encrypted: Option<ProxyServer>,
    /// Hosts, suffixes and addresses that are asked directly.
    pub bypass: Vec<String>,
    /// Headers of CONNECT requests.
    pub connect_headers: Vec<(HeaderName, HeaderValue)>,
}

/// One proxy.
#[derive(Clone, Debug)]
pub struct ProxyServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What stands in its URL before the `@`, as `user:password`.
    pub credentials: Option<Secret>,
}

// === impl HttpModule ===

impl Default for HttpModule {
    fn default() -> Self {
        Self {
            method: Method::GET,
            headers: Vec::new(),
            header_files: Vec::new(),
            body: String::new(),
            body_file: None,
            valid_status_codes: Vec::new(),
            valid_http_versions: Vec::new(),
            follow_redirects: true,
            encryption: Encryption::Either,
            fail_if_body_matches: Vec::new(),
            fail_if_body_not_matches: Vec::new(),
            fail_if_header_matches: Vec::new(),
            fail_if_header_not_matches: Vec::new(),
            compression: None,
            authentication: Authentication::None,
            tls: TlsModule::default(),
            proxy: HttpProxy::default(),
            skip_resolve_phase_with_proxy: false,
            enable_http2: true,
            family: Family::Any,
            body_size_limit: 0,
        }
    }
}

impl HttpModule {
    /// The `Host` that the module's own headers name.
    pub(crate) fn host(&self) -> Option<&str> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(name, _)| name == ::http::header::HOST)?;
        value.to_str().ok()
    }
}

// === impl HttpProxy ===

impl HttpProxy {
    /// The proxy for a host, or `None` for the direct way.
    pub(crate) fn choose(&self, encrypted: bool, host: &str) -> Option<&ProxyServer> {
        let server = if encrypted {
            &self.encrypted
        } else {
            &self.plain
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let direct = self.bypass.iter().any(|rule| covers(rule, host));
        server.as_ref().filter(|_| !direct)
    }
}

/// Whether a rule of `no_proxy` speaks of a host: `*`, a name with its subdomains, a `.suffix`, or an address.
fn covers(rule: &str, host: &str) -> bool {
    let (rule, host) = (rule.trim().to_ascii_lowercase(), host.to_ascii_lowercase());
    let bare = rule.trim_start_matches("*.").trim_start_matches('.');
    if bare.is_empty() {
        return false;
    }
    let is_under = host
        .strip_suffix(bare)
        .is_some_and(|head| head.ends_with('.'));
    rule == "*" || (host == bare && !rule.starts_with('.')) || is_under
}

// === impl ProxyServer ===

impl ProxyServer {
    /// Reads `http://[user:password@]host[:port]`; the scheme may be missing.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let with_scheme = if url.contains("://") {
            url.to_owned()
        } else {
            format!("http://{url}")
        };
        let uri: ::http::Uri = with_scheme.parse().ok()?;
        let authority = uri
            .authority()
            .filter(|_| uri.scheme_str() == Some("http"))?;
        let credentials = authority.as_str().rsplit_once('@').map(|(user, _)| {
            let user = percent_encoding::percent_decode_str(user).decode_utf8_lossy();
            Secret::new(user.into_owned())
        });
        let host = authority.host().to_owned();
        (!host.is_empty()).then_some(Self {
            host,
            port: authority.port_u16().unwrap_or(80),
            credentials,
        })
    }
}

// === impl Compression ===

impl Compression {
    /// The word in `Accept-Encoding`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Identity => "identity",
        }
    }
}
