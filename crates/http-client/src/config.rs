//! What an operator writes about HTTP: the raw form. [`ClientConfig`] is the checked one.
//!
//! The fields are those of the configuration language's shared HTTP client arguments; nothing here is checked yet. An
//! empty string or secret counts as not given.

mod check;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::Secret;

pub use check::{ClientConfig, ConfigError};
pub(crate) use check::{Credentials, OAuth2, Source, headers};

/// The HTTP client arguments as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpConfig {
    /// An `Authorization` header of any scheme but basic.
    pub authorization: Option<Authorization>,
    /// Basic authentication.
    pub basic_auth: Option<BasicAuth>,
    /// A bearer token.
    pub bearer_token: Secret,
    /// A file with a bearer token, read at every request.
    pub bearer_token_file: Option<PathBuf>,
    /// OAuth 2.0 client credentials.
    pub oauth2: Option<OAuth2Config>,
    /// How servers are verified and what we show them.
    pub tls: TlsConfig,
    /// The proxy, if any.
    pub proxy: ProxyConfig,
    /// Whether 301, 302, 303, 307 and 308 are followed. Default: true.
    pub follow_redirects: bool,
    /// Whether HTTP/2 is offered over TLS. Default: true.
    pub enable_http2: bool,
    /// Headers added to every request; several values make several header lines.
    pub http_headers: BTreeMap<String, Vec<Secret>>,
}

/// `authorization { … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorization {
    /// The scheme; empty means `Bearer`.
    pub scheme: String,
    /// What follows the scheme.
    pub credentials: Secret,
    /// A file with it, read at every request.
    pub credentials_file: Option<PathBuf>,
}

/// `basic_auth { … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BasicAuth {
    /// The user's name.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// A file with it, read at every request.
    pub password_file: Option<PathBuf>,
}

/// `oauth2 { … }`: the client credentials grant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OAuth2Config {
    /// Who we are. Required.
    pub client_id: String,
    /// The secret; this or the file is required.
    pub client_secret: Secret,
    /// A file with it, read whenever a token is asked for.
    pub client_secret_file: Option<PathBuf>,
    /// Further form fields of the token request.
    pub endpoint_params: BTreeMap<String, String>,
    /// What the token shall allow.
    pub scopes: Vec<String>,
    /// Where tokens are got. Required.
    pub token_url: String,
    /// How the token endpoint is verified.
    pub tls: TlsConfig,
    /// The proxy to the token endpoint.
    pub proxy: ProxyConfig,
}

/// `tls_config { … }`. Of each PEM text and file only one may be given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsConfig {
    /// The authorities to trust in place of the system's.
    pub ca_pem: String,
    /// A file with them.
    pub ca_file: Option<PathBuf>,
    /// Our certificate chain.
    pub cert_pem: String,
    /// A file with it.
    pub cert_file: Option<PathBuf>,
    /// Our certificate's key.
    pub key_pem: Secret,
    /// A file with it.
    pub key_file: Option<PathBuf>,
    /// Accept any certificate.
    pub insecure_skip_verify: bool,
    /// `TLS10`, `TLS11`, `TLS12` or `TLS13`; empty means `TLS12`, which is also the lowest version ever spoken.
    pub min_version: String,
    /// The name to verify in place of the URL's.
    pub server_name: String,
}

/// `proxy_url` and its neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxyConfig {
    /// The proxy: `http://` or `https://`, with or without `user:password@`.
    pub proxy_url: String,
    /// Hosts reached without it: comma-separated names, `.suffixes`, addresses, CIDR blocks, each with an optional
    /// port, or `*`.
    pub no_proxy: String,
    /// Take `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` from the environment.
    pub from_environment: bool,
    /// Headers for the proxy's CONNECT request.
    pub connect_header: BTreeMap<String, Vec<Secret>>,
}

// === impl HttpConfig ===

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            authorization: None,
            basic_auth: None,
            bearer_token: Secret::default(),
            bearer_token_file: None,
            oauth2: None,
            tls: TlsConfig::default(),
            proxy: ProxyConfig::default(),
            follow_redirects: true,
            enable_http2: true,
            http_headers: BTreeMap::new(),
        }
    }
}
