//! From the arguments as written to a configuration that a client can be built from.
//!
//! Files are not opened here: a missing `ca_file` or `password_file` is an error of the request that needs it, so that a
//! file which comes later (a mounted secret) is picked up.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use http::{HeaderName, HeaderValue, Uri};

use super::{Authorization, BasicAuth, HttpConfig, OAuth2Config};
use crate::proxy::ProxyRules;
use crate::tls::TlsSettings;
use crate::{ProxyConfig, Secret, TlsConfig};

/// Headers that the client or its callers own; `http_headers` may not set them.
const RESERVED: [&str; 19] = [
    "authorization",
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "transfer-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-prometheus-scrape-timeout-seconds",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
];

/// The default `User-Agent`.
const USER_AGENT: &str = concat!("outpost/", env!("CARGO_PKG_VERSION"));

/// What a [`crate::Client`] is built from.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    pub(crate) credentials: Credentials,
    pub(crate) tls: TlsSettings,
    pub(crate) proxy: ProxyRules,
    pub(crate) follow_redirects: bool,
    pub(crate) http2: bool,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) round_robin_dns: bool,
    pub(crate) unix_socket: Option<PathBuf>,
}

/// The one way in which requests are authenticated.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    None,
    Basic { username: String, password: Source },
    Scheme { scheme: String, credentials: Source },
    OAuth2(Box<OAuth2>),
}

/// A checked `oauth2` block.
#[derive(Clone, Debug)]
pub(crate) struct OAuth2 {
    pub(crate) client_id: String,
    pub(crate) client_secret: Source,
    pub(crate) endpoint_params: BTreeMap<String, String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) token_url: Uri,
    pub(crate) client: ClientConfig,
}

/// Where a secret comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Text(Secret),
    File(PathBuf),
}

/// What is wrong with HTTP client arguments.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Several of a group where one is allowed.
    #[error("at most one of {group} may be given, but {given} are")]
    AtMostOne {
        /// The whole group.
        group: &'static str,
        /// Those given.
        given: String,
    },
    /// An argument that another one needs.
    #[error("{argument} needs {needs}")]
    Needs {
        /// What was given.
        argument: &'static str,
        /// What is missing.
        needs: &'static str,
    },
    /// `authorization` with the scheme of `basic_auth`.
    #[error("authorization cannot be of type \"basic\": use the basic_auth block")]
    BasicScheme,
    /// A value that cannot be used.
    #[error("{argument} is not {wanted}: {value:?}")]
    Value {
        /// The argument.
        argument: &'static str,
        /// What it should be.
        wanted: &'static str,
        /// What it is; never a secret.
        value: String,
    },
    /// A header that only the client may set.
    #[error("{argument} may not set the header {name:?}")]
    ReservedHeader {
        /// The argument.
        argument: &'static str,
        /// The header.
        name: String,
    },
    /// A header value with characters that HTTP forbids.
    #[error("{argument}: the value of header {name:?} holds characters that HTTP forbids")]
    HeaderValue {
        /// The argument.
        argument: &'static str,
        /// The header.
        name: String,
    },
    /// PEM text that cannot be used.
    #[error("{argument} {problem}")]
    Pem {
        /// The argument.
        argument: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

// === impl ClientConfig ===

impl TryFrom<HttpConfig> for ClientConfig {
    type Error = ConfigError;

    fn try_from(raw: HttpConfig) -> Result<Self, ConfigError> {
        let credentials = credentials(&raw)?;
        let headers = headers("http_headers", &raw.http_headers)?;
        if let Some((name, _)) = headers
            .iter()
            .find(|(name, _)| RESERVED.contains(&name.as_str()))
        {
            return Err(ConfigError::ReservedHeader {
                argument: "http_headers",
                name: name.to_string(),
            });
        }
        Ok(Self {
            credentials,
            headers,
            follow_redirects: raw.follow_redirects,
            http2: raw.enable_http2,
            ..Self::plain(&raw.tls, &raw.proxy)?
        })
    }
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            credentials: Credentials::None,
            tls: TlsSettings::default(),
            proxy: ProxyRules::default(),
            follow_redirects: true,
            http2: true,
            headers: Vec::new(),
            user_agent: HeaderValue::from_static(USER_AGENT),
            round_robin_dns: false,
            unix_socket: None,
        }
    }
}

impl ClientConfig {
    /// The `User-Agent` of requests that bring none. A value that HTTP forbids leaves the default.
    #[must_use]
    pub fn with_user_agent(mut self, user_agent: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(user_agent) {
            self.user_agent = value;
        }
        self
    }

    /// Spread new connections over all addresses of a name.
    #[must_use]
    pub fn with_round_robin_dns(mut self, enabled: bool) -> Self {
        self.round_robin_dns = enabled;
        self
    }

    /// Send every request to this unix socket, whatever host its URL names.
    #[must_use]
    pub fn with_unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.unix_socket = Some(path.into());
        self
    }

    fn plain(tls: &TlsConfig, proxy: &ProxyConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            tls: TlsSettings::new(tls)?,
            proxy: ProxyRules::new(proxy)?,
            ..Self::default()
        })
    }
}

fn credentials(raw: &HttpConfig) -> Result<Credentials, ConfigError> {
    at_most_one(
        "basic_auth, authorization, oauth2, bearer_token and bearer_token_file",
        &[
            ("basic_auth", raw.basic_auth.is_some()),
            ("authorization", raw.authorization.is_some()),
            ("oauth2", raw.oauth2.is_some()),
            ("bearer_token", !raw.bearer_token.is_empty()),
            ("bearer_token_file", given(raw.bearer_token_file.as_ref())),
        ],
    )?;
    if let Some(basic) = &raw.basic_auth {
        return basic_auth(basic);
    }
    if let Some(authorization) = &raw.authorization {
        return scheme(authorization);
    }
    if let Some(oauth2) = &raw.oauth2 {
        return Ok(Credentials::OAuth2(Box::new(client_credentials(oauth2)?)));
    }
    Ok(
        match source(&raw.bearer_token, raw.bearer_token_file.as_deref()) {
            Some(credentials) => Credentials::Scheme {
                scheme: "Bearer".to_owned(),
                credentials,
            },
            None => Credentials::None,
        },
    )
}

fn basic_auth(raw: &BasicAuth) -> Result<Credentials, ConfigError> {
    at_most_one(
        "basic_auth's password and password_file",
        &[
            ("password", !raw.password.is_empty()),
            ("password_file", given(raw.password_file.as_ref())),
        ],
    )?;
    Ok(Credentials::Basic {
        username: raw.username.clone(),
        password: source(&raw.password, raw.password_file.as_deref())
            .unwrap_or(Source::Text(Secret::default())),
    })
}

fn scheme(raw: &Authorization) -> Result<Credentials, ConfigError> {
    at_most_one(
        "authorization's credentials and credentials_file",
        &[
            ("credentials", !raw.credentials.is_empty()),
            ("credentials_file", given(raw.credentials_file.as_ref())),
        ],
    )?;
    let scheme = match raw.scheme.trim() {
        "" => "Bearer",
        basic if basic.eq_ignore_ascii_case("basic") => return Err(ConfigError::BasicScheme),
        other => other,
    };
    Ok(Credentials::Scheme {
        scheme: scheme.to_owned(),
        credentials: source(&raw.credentials, raw.credentials_file.as_deref())
            .unwrap_or(Source::Text(Secret::default())),
    })
}

fn client_credentials(raw: &OAuth2Config) -> Result<OAuth2, ConfigError> {
    at_most_one(
        "oauth2's client_secret and client_secret_file",
        &[
            ("client_secret", !raw.client_secret.is_empty()),
            ("client_secret_file", given(raw.client_secret_file.as_ref())),
        ],
    )?;
    let missing = |needs| ConfigError::Needs {
        argument: "oauth2",
        needs,
    };
    if raw.client_id.is_empty() {
        return Err(missing("client_id"));
    }
    if raw.token_url.is_empty() {
        return Err(missing("token_url"));
    }
    let client_secret = source(&raw.client_secret, raw.client_secret_file.as_deref())
        .ok_or_else(|| missing("client_secret or client_secret_file"))?;
    let token_url = raw
        .token_url
        .parse::<Uri>()
        .ok()
        .filter(|url| url.scheme().is_some() && url.host().is_some())
        .ok_or_else(|| ConfigError::Value {
            argument: "oauth2's token_url",
            wanted: "an http or https URL",
            value: raw.token_url.clone(),
        })?;
    Ok(OAuth2 {
        client_id: raw.client_id.clone(),
        client_secret,
        endpoint_params: raw.endpoint_params.clone(),
        scopes: raw.scopes.clone(),
        token_url,
        client: ClientConfig::plain(&raw.tls, &raw.proxy)?,
    })
}

/// Header lines out of a map of secrets.
pub(crate) fn headers(
    argument: &'static str,
    raw: &BTreeMap<String, Vec<Secret>>,
) -> Result<Vec<(HeaderName, HeaderValue)>, ConfigError> {
    let mut lines = Vec::new();
    for (name, values) in raw {
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| ConfigError::Value {
            argument,
            wanted: "a map of header names",
            value: name.clone(),
        })?;
        for value in values {
            let mut value =
                HeaderValue::from_str(value.expose()).map_err(|_| ConfigError::HeaderValue {
                    argument,
                    name: name.clone(),
                })?;
            value.set_sensitive(true);
            lines.push((parsed.clone(), value));
        }
    }
    Ok(lines)
}

fn at_most_one(group: &'static str, given: &[(&str, bool)]) -> Result<(), ConfigError> {
    let names: Vec<&str> = given
        .iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| *name)
        .collect();
    if names.len() < 2 {
        return Ok(());
    }
    Err(ConfigError::AtMostOne {
        group,
        given: names.join(" and "),
    })
}

fn given(path: Option<&PathBuf>) -> bool {
    path.is_some_and(|path| !path.as_os_str().is_empty())
}

fn source(text: &Secret, file: Option<&Path>) -> Option<Source> {
    match file {
        Some(path) if !path.as_os_str().is_empty() => Some(Source::File(path.to_owned())),
        _ if !text.is_empty() => Some(Source::Text(text.clone())),
        _ => None,
    }
}

// === impl Source ===

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("the configuration"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests;
