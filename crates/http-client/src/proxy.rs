//! Which proxy, if any, stands between us and a host.
//!
//! `proxy_url` alone holds for every host, loopback included. With `no_proxy` or from the environment, loopback is always
//! reached directly, as Go's clients do it.

mod bypass;

use std::env;

use http::{HeaderName, HeaderValue, Uri};

use crate::config::{ConfigError, ProxyConfig};
use crate::{Secret, auth};
use bypass::Bypass;

/// The checked proxy arguments.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProxyRules {
    http: Option<Proxy>,
    https: Option<Proxy>,
    bypass: Option<Bypass>,
}

/// A proxy and what it is told.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Whether the proxy itself is spoken to over TLS.
    pub(crate) tls: bool,
    /// `Proxy-Authorization`, from the URL's user and password.
    pub(crate) authorization: Option<HeaderValue>,
    /// Headers of CONNECT requests.
    pub(crate) connect_header: Vec<(HeaderName, HeaderValue)>,
}

// === impl ProxyRules ===

impl ProxyRules {
    pub(crate) fn new(raw: &ProxyConfig) -> Result<Self, ConfigError> {
        Self::with_environment(raw, |name| env::var(name).ok())
    }

    fn with_environment(
        raw: &ProxyConfig,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let needs = |argument, needs| ConfigError::Needs { argument, needs };
        let conflict = |given: &str| ConfigError::AtMostOne {
            group: "proxy_from_environment and proxy_url with no_proxy",
            given: given.to_owned(),
        };
        let has_url = !raw.proxy_url.is_empty();
        if !raw.connect_header.is_empty() && !has_url && !raw.from_environment {
            return Err(needs(
                "proxy_connect_header",
                "proxy_url or proxy_from_environment",
            ));
        }
        if raw.from_environment && has_url {
            return Err(conflict("proxy_from_environment and proxy_url"));
        }
        if raw.from_environment && !raw.no_proxy.is_empty() {
            return Err(conflict("proxy_from_environment and no_proxy"));
        }
        if !has_url && !raw.no_proxy.is_empty() {
            return Err(needs("no_proxy", "proxy_url"));
        }
        let connect_header = crate::config::headers("proxy_connect_header", &raw.connect_header)?;
        let proxy = |url: &str| Proxy::new(url, &connect_header);
        if raw.from_environment {
            let either = |upper: &str| {
                variable(upper)
                    .filter(|value| !value.is_empty())
                    .or_else(|| variable(&upper.to_lowercase()))
                    .filter(|value| !value.is_empty())
            };
            let from = |name| either(name).map(|url| proxy(&url)).transpose();
            return Ok(Self {
                http: from("HTTP_PROXY")?,
                https: from("HTTPS_PROXY")?,
                bypass: Some(Bypass::new(&either("NO_PROXY").unwrap_or_default())),
            });
        }
        if !has_url {
            return Ok(Self::default());
        }
        let proxy = proxy(&raw.proxy_url)?;
        Ok(Self {
            http: Some(proxy.clone()),
            https: Some(proxy),
            bypass: (!raw.no_proxy.is_empty()).then(|| Bypass::new(&raw.no_proxy)),
        })
    }

    /// The proxy for a host, or `None` for the direct way.
    pub(crate) fn choose(&self, tls: bool, host: &str, port: u16) -> Option<&Proxy> {
        let proxy = if tls { &self.https } else { &self.http };
        let direct = self
            .bypass
            .as_ref()
            .is_some_and(|bypass| bypass.covers(host, port));
        proxy.as_ref().filter(|_| !direct)
    }
}

// === impl Proxy ===

impl Proxy {
    fn new(url: &str, connect_header: &[(HeaderName, HeaderValue)]) -> Result<Self, ConfigError> {
        // As in the environment of other tools: no scheme means http.
        let with_scheme = if url.contains("://") {
            url.to_owned()
        } else {
            format!("http://{url}")
        };
        let refused = || ConfigError::Value {
            argument: "proxy_url",
            wanted: "an http or https URL",
            value: without_password(url),
        };
        let uri: Uri = with_scheme.parse().map_err(|_| refused())?;
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(refused()),
        };
        let authority = uri.authority().ok_or_else(refused)?;
        let authorization = auth::user_info(authority.as_str())
            .map(|(user, password)| auth::basic(&user, &Secret::new(password)));
        Ok(Self {
            host: auth::bare_host(authority.host()).to_owned(),
            port: authority.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            tls,
            authorization,
            connect_header: connect_header.to_vec(),
        })
    }

    /// `host:port`, for people.
    pub(crate) fn address(&self) -> String {
        auth::host_port(&self.host, self.port)
    }
}

fn without_password(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests;
