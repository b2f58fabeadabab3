//! The HTTP client arguments that scraping, discovery and both writers share.

use std::collections::BTreeMap;
use std::path::PathBuf;

use outpost_alloy_syntax::{Secret, arguments};
use outpost_http_client as client;

use crate::Refusal;

arguments! {
    /// How a client authenticates, verifies and connects.
    pub(crate) struct HttpClientArguments {
        /// An `Authorization` header of any scheme but basic.
        block authorization: Option<AuthorizationArguments>,
        /// A user and a password.
        block basic_auth: Option<BasicAuthArguments>,
        /// A bearer token.
        attr bearer_token: Option<Secret>,
        /// A file with a bearer token, read at every request.
        attr bearer_token_file: String = String::new(),
        /// OAuth 2.0 client credentials.
        block oauth2: Option<OAuth2Arguments>,
        /// How servers are verified and what we show them.
        block tls_config: Option<TlsArguments>,
        /// The proxy.
        flatten proxy: ProxyArguments,
        /// Whether redirects are followed.
        attr follow_redirects: bool = true,
        /// Whether HTTP/2 is offered.
        attr enable_http2: bool = true,
        /// Headers added to every request.
        attr http_headers: BTreeMap<String, Vec<Secret>> = BTreeMap::new(),
    }
}

arguments! {
    /// The same with the defaults of `prometheus.remote_write`, which does not offer HTTP/2.
    pub(crate) struct PushClientArguments {
        /// An `Authorization` header of any scheme but basic.
        block authorization: Option<AuthorizationArguments>,
        /// A user and a password.
        block basic_auth: Option<BasicAuthArguments>,
        /// A bearer token.
        attr bearer_token: Option<Secret>,
        /// A file with a bearer token, read at every request.
        attr bearer_token_file: String = String::new(),
        /// OAuth 2.0 client credentials.
        block oauth2: Option<OAuth2Arguments>,
        /// How servers are verified and what we show them.
        block tls_config: Option<TlsArguments>,
        /// The proxy.
        flatten proxy: ProxyArguments,
        /// Whether redirects are followed.
        attr follow_redirects: bool = true,
        /// Whether HTTP/2 is offered.
        attr enable_http2: bool = false,
        /// Headers added to every request.
        attr http_headers: BTreeMap<String, Vec<Secret>> = BTreeMap::new(),
    }
}

arguments! {
    /// An `Authorization` header.
    pub(crate) struct AuthorizationArguments {
        /// The scheme.
        attr scheme as "type": String = "Bearer".to_owned(),
        /// What follows the scheme.
        attr credentials: Option<Secret>,
        /// A file with it, read at every request.
        attr credentials_file: String = String::new(),
    }
}

arguments! {
    /// Basic authentication.
    pub(crate) struct BasicAuthArguments {
        /// The user.
        attr username: String = String::new(),
        /// The password.
        attr password: Option<Secret>,
        /// A file with it, read at every request.
        attr password_file: String = String::new(),
    }
}

arguments! {
    /// The client credentials grant.
    pub(crate) struct OAuth2Arguments {
        /// Who we are.
        attr client_id: String = String::new(),
        /// The secret.
        attr client_secret: Option<Secret>,
        /// A file with it.
        attr client_secret_file: String = String::new(),
        /// Further form fields of the token request.
        attr endpoint_params: BTreeMap<String, String> = BTreeMap::new(),
        /// What the token shall allow.
        attr scopes: Vec<String> = Vec::new(),
        /// Where tokens are got.
        attr token_url: String = String::new(),
        /// The proxy to the token endpoint.
        flatten proxy: ProxyArguments,
        /// How the token endpoint is verified.
        block tls_config: Option<TlsArguments>,
    }
}

arguments! {
    /// TLS. Of each PEM text and file only one may be given.
    pub(crate) struct TlsArguments {
        /// The authorities to trust.
        attr ca_pem: String = String::new(),
        /// A file with them.
        attr ca_file: String = String::new(),
        /// Our certificate chain.
        attr cert_pem: String = String::new(),
        /// A file with it.
        attr cert_file: String = String::new(),
        /// Our certificate's key.
        attr key_pem: Option<Secret>,
        /// A file with it.
        attr key_file: String = String::new(),
        /// Accept any certificate.
        attr insecure_skip_verify: bool = false,
        /// The lowest version that is spoken: TLS10, TLS11, TLS12 or TLS13.
        attr min_version: String = String::new(),
        /// The name to verify in place of the URL's.
        attr server_name: String = String::new(),
    }
}

arguments! {
    /// A proxy.
    pub(crate) struct ProxyArguments {
        /// The proxy's URL.
        attr proxy_url: String = String::new(),
        /// Hosts reached without it.
        attr no_proxy: String = String::new(),
        /// Take the proxy from the environment.
        attr proxy_from_environment: bool = false,
        /// Headers for the proxy's CONNECT request.
        attr proxy_connect_header: BTreeMap<String, Vec<Secret>> = BTreeMap::new(),
    }
}

macro_rules! into_config {
    ($arguments:ty) => {
        impl $arguments {
            /// The client's configuration as written.
            pub(crate) fn raw(&self) -> client::HttpConfig {
                client::HttpConfig {
                    authorization: self.authorization.as_ref().map(AuthorizationArguments::raw),
                    basic_auth: self.basic_auth.as_ref().map(BasicAuthArguments::raw),
                    bearer_token: secret(self.bearer_token.as_ref()),
                    bearer_token_file: file(&self.bearer_token_file),
                    oauth2: self.oauth2.as_ref().map(OAuth2Arguments::raw),
                    tls: tls(self.tls_config.as_ref()),
                    proxy: self.proxy.raw(),
                    follow_redirects: self.follow_redirects,
                    enable_http2: self.enable_http2,
                    http_headers: headers(&self.http_headers),
                }
            }

            /// The client's configuration, checked.
            pub(crate) fn config(&self) -> Result<client::ClientConfig, Refusal> {
                client::ClientConfig::try_from(self.raw()).map_err(|error| Refusal::because(&error))
            }

            /// Whether requests carry credentials that a listener could use.
            pub(crate) fn has_credentials(&self) -> bool {
                self.authorization.is_some()
                    || self.basic_auth.is_some()
                    || self.bearer_token.is_some()
                    || !self.bearer_token_file.is_empty()
                    || self.oauth2.is_some()
            }
        }
    };
}

into_config!(HttpClientArguments);
into_config!(PushClientArguments);

// === impl AuthorizationArguments ===

impl AuthorizationArguments {
    fn raw(&self) -> client::Authorization {
        client::Authorization {
            scheme: self.scheme.clone(),
            credentials: secret(self.credentials.as_ref()),
            credentials_file: file(&self.credentials_file),
        }
    }
}

// === impl BasicAuthArguments ===

impl BasicAuthArguments {
    fn raw(&self) -> client::BasicAuth {
        client::BasicAuth {
            username: self.username.clone(),
            password: secret(self.password.as_ref()),
            password_file: file(&self.password_file),
        }
    }
}

// === impl OAuth2Arguments ===

impl OAuth2Arguments {
    fn raw(&self) -> client::OAuth2Config {
        client::OAuth2Config {
            client_id: self.client_id.clone(),
            client_secret: secret(self.client_secret.as_ref()),
            client_secret_file: file(&self.client_secret_file),
            endpoint_params: self.endpoint_params.clone(),
            scopes: self.scopes.clone(),
            token_url: self.token_url.clone(),
            tls: tls(self.tls_config.as_ref()),
            proxy: self.proxy.raw(),
        }
    }
}

// === impl TlsArguments ===

impl TlsArguments {
    fn raw(&self) -> client::TlsConfig {
        client::TlsConfig {
            ca_pem: self.ca_pem.clone(),
            ca_file: file(&self.ca_file),
            cert_pem: self.cert_pem.clone(),
            cert_file: file(&self.cert_file),
            key_pem: secret(self.key_pem.as_ref()),
            key_file: file(&self.key_file),
            insecure_skip_verify: self.insecure_skip_verify,
            min_version: self.min_version.clone(),
            server_name: self.server_name.clone(),
        }
    }
}

// === impl ProxyArguments ===

impl ProxyArguments {
    fn raw(&self) -> client::ProxyConfig {
        client::ProxyConfig {
            proxy_url: self.proxy_url.clone(),
            no_proxy: self.no_proxy.clone(),
            from_environment: self.proxy_from_environment,
            connect_header: headers(&self.proxy_connect_header),
        }
    }
}

fn secret(given: Option<&Secret>) -> client::Secret {
    given.map_or_else(client::Secret::default, |secret| {
        client::Secret::new(secret.reveal())
    })
}

fn file(path: &str) -> Option<PathBuf> {
    (!path.is_empty()).then(|| path.into())
}

fn tls(given: Option<&TlsArguments>) -> client::TlsConfig {
    given.map(TlsArguments::raw).unwrap_or_default()
}

fn headers(given: &BTreeMap<String, Vec<Secret>>) -> BTreeMap<String, Vec<client::Secret>> {
    given
        .iter()
        .map(|(name, values)| {
            let values = values.iter().map(|value| secret(Some(value))).collect();
            (name.clone(), values)
        })
        .collect()
}
