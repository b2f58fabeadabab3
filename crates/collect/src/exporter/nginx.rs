//! nginx's own counters under the names of nginx-prometheus-exporter.
//!
//! Each collection asks the server's `stub_status` page once, over TCP, TLS or a unix socket. A server that is down, or
//! whose page is not as it should be, is `nginx_up 0` and nothing else. Like the original, a collection counts as one
//! request of the server.
//!
//! It is not: metrics of NGINX Plus, or of single virtual hosts (make those from the access log).

mod status;

use std::path::PathBuf;
use std::time::Duration;

use outpost_http_client::{
    Client, ClientConfig, Deadline, ReadError, Request, SendError, StatusCode, Uri,
};
use tokio::time::{Instant, timeout_at};

use super::{Collection, Exporter, Page};
use status::{Status, StatusError};

/// A status page has four lines; what is longer is something else.
const PAGE_LIMIT: usize = 16 << 10;
/// The path asked for where a unix socket comes without one.
const DEFAULT_PATH: &str = "/";

/// Where the status page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUrl {
    uri: Uri,
    socket: Option<PathBuf>,
}

/// Why a status URL cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} is no status URL: use http://…, https://… or unix:/path/of/socket:/status")]
pub struct StatusUrlError {
    /// The text.
    pub url: String,
}

/// What to ask, and how.
#[derive(Clone, Debug)]
pub struct NginxConfig {
    /// Where the status page is.
    pub url: StatusUrl,
    /// How long the server may take.
    pub timeout: Duration,
    /// TLS, authentication and the like.
    pub client: ClientConfig,
}

/// Reads one server's counters.
#[derive(Debug)]
pub struct NginxExporter {
    client: Client,
    uri: Uri,
    timeout: Duration,
    told: bool,
}

/// Why the counters could not be had.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("cannot send the request")]
    Send(#[from] SendError),
    #[error("cannot read the answer")]
    Read(#[from] ReadError),
    #[error("the server answers {0}")]
    Refused(StatusCode),
    #[error("the page is no status page")]
    Page(#[from] StatusError),
    #[error("no request can be made of the URL")]
    Request(#[from] http::Error),
    #[error("no answer in time")]
    Late,
}

// === impl StatusUrl ===

impl StatusUrl {
    /// `http://host/path`, `https://host/path`, or `unix:/path/of/socket:/path`.
    ///
    /// # Errors
    /// When the text is none of these.
    pub fn parse(text: &str) -> Result<Self, StatusUrlError> {
        let refused = || StatusUrlError {
            url: text.to_owned(),
        };
        if let Some(rest) = text.strip_prefix("unix:") {
            let (socket, path) = rest.split_once(':').unwrap_or((rest, DEFAULT_PATH));
            let uri = format!("http://nginx{path}")
                .parse()
                .map_err(|_| refused())?;
            if socket.is_empty() || !path.starts_with('/') {
                return Err(refused());
            }
            return Ok(Self {
                uri,
                socket: Some(PathBuf::from(socket)),
            });
        }
        let uri: Uri = text.parse().map_err(|_| refused())?;
        match (uri.scheme_str(), uri.host()) {
            (Some("http" | "https"), Some(host)) if !host.is_empty() => {
                Ok(Self { uri, socket: None })
            }
            _ => Err(refused()),
        }
    }

    /// What tells this server from others: host and port, or the socket.
    pub fn instance(&self) -> String {
        match &self.socket {
            Some(socket) => format!("unix:{}", socket.display()),
            None => self
                .uri
                .authority()
                .map(|a| a.as_str().rsplit('@').next().unwrap_or_default().to_owned())
                .unwrap_or_default(),
        }
    }
}

// === impl NginxExporter ===

impl NginxExporter {
    /// An exporter of the server that `config` names. Nothing is asked yet.
    pub fn new(config: NginxConfig) -> Self {
        let client = match config.url.socket {
            Some(socket) => config.client.with_unix_socket(socket),
            None => config.client,
        };
        Self {
            client: Client::new(client),
            uri: config.url.uri,
            timeout: config.timeout,
            told: false,
        }
    }

    async fn ask(&self, deadline: Instant) -> Result<Status, AskError> {
        let asked = async {
            let request = Request::get(&self.uri).body(bytes::Bytes::new())?;
            let within = deadline.saturating_duration_since(Instant::now());
            let response = self.client.send(request, Deadline::after(within)).await?;
            if response.status() != StatusCode::OK {
                return Err(AskError::Refused(response.status()));
            }
            let mut page = Vec::new();
            response.read_into(&mut page, PAGE_LIMIT).await?;
            Ok(Status::parse(&String::from_utf8_lossy(&page))?)
        };
        timeout_at(deadline, asked)
            .await
            .unwrap_or(Err(AskError::Late))
    }
}

impl Exporter for NginxExporter {
    fn collect<'a>(&'a mut self, page: &'a mut Page, deadline: Instant) -> Collection<'a> {
        Box::pin(async move {
            let deadline = deadline.min(Instant::now() + self.timeout);
            let answer = self.ask(deadline).await;
            match &answer {
                Ok(status) => {
                    self.told = false;
                    status.put(page);
                }
                Err(error) => {
                    if !self.told {
                        let cause = std::error::Error::source(error).map(ToString::to_string);
                        tracing::warn!(%error, cause, "nginx gives no counters");
                    }
                    self.told = true;
                }
            }
            page.gauge("nginx_up", "Whether the server gave its counters.")
                .set(f64::from(u8::from(answer.is_ok())));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_url_names_a_host_or_a_socket() {
        let instance = |text: &str| StatusUrl::parse(text).map(|url| url.instance());
        assert_eq!(
            instance("https://user:pw@web:8443/status?a=b"),
            Ok("web:8443".to_owned())
        );
        assert_eq!(
            instance("unix:/run/nginx.sock:/stub_status"),
            Ok("unix:/run/nginx.sock".to_owned())
        );
        for text in [
            "",
            "web:8080",
            "/stub_status",
            "ftp://web/",
            "unix:",
            "unix::/x",
            "unix:/s:x",
        ] {
            assert_eq!(
                instance(text),
                Err(StatusUrlError {
                    url: text.to_owned()
                }),
                "{text}"
            );
        }
    }
}
