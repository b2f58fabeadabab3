//! One HTTP client for scraping and pushing: authentication, TLS, proxies, redirects, limits and deadlines.
//!
//! ```
//! use std::time::Duration;
//! use outpost_http_client::{Client, ClientConfig, Deadline, HttpConfig, Request};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = ClientConfig::try_from(HttpConfig::default())?;
//! let client = Client::new(config);
//! let request = Request::get("http://127.0.0.1:9100/metrics").body(Default::default())?;
//! let response = client.send(request, Deadline::after(Duration::from_secs(10))).await?;
//! let mut page = Vec::new();
//! response.read_into(&mut page, 10 << 20).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Three levels of use: [`Client`] does everything; [`Backoff`] and [`classify`] are the push loop's pure parts; the
//! configuration ([`HttpConfig`] as written, [`ClientConfig`] as checked) stands alone.
//!
//! It is not: a cookie jar, a cache, a server, or aware of what is sent.

mod auth;
mod backoff;
mod client;
mod config;
mod conn;
mod deadline;
mod dial;
mod error;
mod inflate;
mod oauth2;
mod pool;
mod proxy;
mod redirect;
mod response;
mod secret;
mod tls;
mod verdict;

pub use backoff::Backoff;
pub use client::Client;
pub use config::{
    Authorization, BasicAuth, ClientConfig, ConfigError, HttpConfig, OAuth2Config, ProxyConfig,
    TlsConfig,
};
pub use deadline::{Deadline, Phase};
pub use error::{AuthError, ReadError, SendError, TlsCheck, TlsFileError};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
pub use response::Response;
pub use secret::Secret;
pub use tls::system_roots;
pub use verdict::{Verdict, classify, retry_after};
