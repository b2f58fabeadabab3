//! The calls.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use outpost_http_client::{ClientConfig, Deadline, Request, Response, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::host::Host;
use crate::{
    Container, Details, DockerError, Events, Filters, Format, HostError, Instant, LogOptions, Logs,
    Network,
};

/// A daemon that says nothing for so long is as good as down. Streams must begin within it, and may then last.
const PATIENCE: Duration = Duration::from_secs(30);

/// A list of thousands of containers stays below.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// How much of a refusal is quoted.
const MAX_MESSAGE_BYTES: usize = 4 << 10;

/// What a client calls a daemon behind a socket; daemons ignore it.
const SOCKET_URL: &str = "http://docker";

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A Docker daemon. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: outpost_http_client::Client,
    /// As configured, for people.
    host: String,
    base: String,
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

// === impl Client ===

impl Client {
    /// A client for the daemon at `host`. Nothing is sent yet: a daemon that is down may come up.
    ///
    /// `config` says how http and https hosts are reached; for a socket it has no effect.
    pub fn connect(host: &str, config: ClientConfig) -> Result<Self, HostError> {
        let (config, base) = match Host::parse(host)? {
            Host::Unix(path) => (
                ClientConfig::default().with_unix_socket(path),
                SOCKET_URL.to_owned(),
            ),
            Host::Http(url) => (config, url),
        };
        Ok(Self {
            http: outpost_http_client::Client::new(config),
            host: host.to_owned(),
            base,
        })
    }

    /// The host as it was given.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether a daemon answers.
    pub async fn ping(&self) -> Result<(), DockerError> {
        let answer = self.get("/_ping", "ping").await?;
        answer.discard().await;
        Ok(())
    }

    /// The running containers, or with `all` those that stopped too.
    pub async fn list(&self, filters: &Filters, all: bool) -> Result<Vec<Container>, DockerError> {
        let mut call = format!("/containers/json?all={}", u8::from(all));
        add_filters(&mut call, filters);
        self.json(&call, "containers").await
    }

    /// The networks.
    pub async fn networks(&self) -> Result<Vec<Network>, DockerError> {
        self.json("/networks", "networks").await
    }

    /// One container, by id or name.
    pub async fn inspect(&self, container: &str) -> Result<Details, DockerError> {
        let call = format!("/containers/{}/json", escape(container));
        self.json(&call, container).await
    }

    /// Events from now on, or from `since` on as far as the daemon remembers (it keeps 256).
    ///
    /// The daemon skips subscribers who are slow to take an event: reconcile with [`Client::list`] now and then.
    pub async fn events(
        &self,
        since: Option<Instant>,
        filters: &Filters,
    ) -> Result<Events, DockerError> {
        let mut call = "/events?".to_owned();
        if let Some(since) = since {
            let _ = write!(call, "since={}", since.to_query());
        }
        add_filters(&mut call, filters);
        let mut response = self.get(&call, "events").await?;
        response.set_deadline(Deadline::none());
        Ok(Events::new(call, response))
    }

    /// The log of a container.
    pub async fn logs(&self, container: &str, options: LogOptions) -> Result<Logs, DockerError> {
        let mut call = format!(
            "/containers/{}/logs?stdout=1&stderr=1&follow={}&timestamps={}",
            escape(container),
            u8::from(options.follow),
            u8::from(options.timestamps),
        );
        if let Some(since) = options.since {
            let _ = write!(call, "&since={}", since.to_query());
        }
        let mut response = self.get(&call, container).await?;
        response.set_deadline(Deadline::none());
        // From API 1.42 on; before that the header says nothing, or the wrong thing.
        let kind = response.headers().get(header::CONTENT_TYPE);
        let framed = kind.is_some_and(|kind| kind == "application/vnd.docker.multiplexed-stream");
        let format = if framed || !options.tty {
            Format::Framed
        } else {
            Format::Raw
        };
        Ok(Logs::new(container.to_owned(), call, response, format))
    }

    async fn json<T: DeserializeOwned>(&self, call: &str, what: &str) -> Result<T, DockerError> {
        let answer = self.get(call, what).await?;
        let mut body = Vec::new();
        answer
            .read_into(&mut body, MAX_ANSWER_BYTES)
            .await
            .map_err(|source| DockerError::Body {
                call: call.to_owned(),
                source,
            })?;
        serde_json::from_slice(&body).map_err(|source| DockerError::Json {
            call: call.to_owned(),
            source,
        })
    }

    /// An answer of status 200, or the error that another status means for `what`.
    async fn get(&self, call: &str, what: &str) -> Result<Response, DockerError> {
        let url = format!("{}{call}", self.base);
        let request = Request::get(url).body(Bytes::new());
        let request = request.map_err(|_| DockerError::NotFound {
            what: what.to_owned(),
        })?;
        let answer = self
            .http
            .send(request, Deadline::after(PATIENCE))
            .await
            .map_err(|source| DockerError::Unreachable {
                host: self.host.clone(),
                source,
            })?;
        let status = answer.status().as_u16();
        if status == 200 {
            return Ok(answer);
        }
        let text = answer.excerpt(MAX_MESSAGE_BYTES).await;
        let message = serde_json::from_str::<Message>(&text).map_or(text, |body| body.message);
        Err(match status {
            404 => DockerError::NotFound {
                what: what.to_owned(),
            },
            501 => DockerError::NotReadable {
                what: what.to_owned(),
                message,
            },
            // What 20.10 and older say instead of 501.
            500 if message.contains("does not support reading") => DockerError::NotReadable {
                what: what.to_owned(),
                message,
            },
            status => DockerError::Refused {
                call: call.to_owned(),
                status,
                message,
            },
        })
    }
}

fn add_filters(call: &mut String, filters: &Filters) {
    if !filters.is_empty() {
        let _ = write!(call, "&filters={}", escape(&filters.to_json()));
    }
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}
