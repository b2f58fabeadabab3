//! Targets from an HTTP endpoint, as Prometheus' HTTP discovery asks it.
//!
//! An endpoint that fails keeps its last targets.

use std::time::Duration;

use bytes::Bytes;
use outpost_http_client::{Client, Deadline, ReadError, Request, SendError, Uri, header};
use tokio::time::{Instant, sleep_until};

use super::{Discovery, Targets, groups};

/// A list of targets with more is some other page.
const MAX_BYTES: usize = 64 << 20;

/// An answer may take as long as the interval, and at least this.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of a refusal is quoted.
const MAX_QUOTE_BYTES: usize = 256;

/// Discovers the targets that an endpoint names.
#[derive(Debug)]
pub struct HttpDiscovery {
    client: Client,
    url: Uri,
    interval: Duration,
    due: Instant,
    last: Option<Targets>,
}

/// Why an endpoint gives no targets.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It does not answer.
    #[error("no targets from {url}")]
    Unreachable {
        /// The endpoint.
        url: Uri,
        /// Why.
        source: SendError,
    },
    /// Its answer broke off, or is too large.
    #[error("no targets from {url}")]
    Body {
        /// The endpoint.
        url: Uri,
        /// How.
        source: ReadError,
    },
    /// It refused, or its answer is no list of targets.
    #[error("no targets from {url}: {problem}")]
    Answer {
        /// The endpoint.
        url: Uri,
        /// What is wrong.
        problem: String,
    },
}

// === impl HttpDiscovery ===

impl HttpDiscovery {
    /// Asks `url` every `interval`.
    pub fn new(client: Client, url: Uri, interval: Duration) -> Self {
        Self {
            client,
            url,
            interval,
            due: Instant::now(),
            last: None,
        }
    }

    async fn ask(&self) -> Result<Targets, HttpError> {
        let wrong = |problem: String| HttpError::Answer {
            url: self.url.clone(),
            problem,
        };
        let request = Request::get(self.url.clone())
            .header(header::ACCEPT, "application/json")
            .header(
                "X-Prometheus-Refresh-Interval-Seconds",
                self.interval.as_secs_f64().to_string(),
            )
            .body(Bytes::new())
            .map_err(|error| wrong(error.to_string()))?;
        let deadline = Deadline::after(self.interval.max(PATIENCE));
        let answer = self.client.send(request, deadline).await;
        let answer = answer.map_err(|source| HttpError::Unreachable {
            url: self.url.clone(),
            source,
        })?;
        let status = answer.status();
        if status != 200 {
            let words = answer.excerpt(MAX_QUOTE_BYTES).await;
            return Err(wrong(format!("it answered {status}: {words}")));
        }
        let kind = answer.headers().get(header::CONTENT_TYPE);
        let kind = kind
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let is_json = kind
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(wrong(format!(
                "its content type is {kind:?}, not application/json"
            )));
        }
        let mut body = Vec::new();
        answer
            .read_into(&mut body, MAX_BYTES)
            .await
            .map_err(|source| HttpError::Body {
                url: self.url.clone(),
                source,
            })?;
        let groups = serde_json::from_slice(&body).map_err(|error| wrong(error.to_string()))?;
        groups::targets(groups, "__meta_url", &self.url.to_string())
            .map_err(|error| wrong(error.to_string()))
    }
}

impl Discovery for HttpDiscovery {
    type Error = HttpError;

    async fn next(&mut self) -> Result<Targets, HttpError> {
        loop {
            sleep_until(self.due).await;
            let outcome = self.ask().await;
            self.due = Instant::now() + self.interval;
            match outcome {
                Ok(targets) if self.last.as_ref() == Some(&targets) => {}
                Ok(targets) => {
                    self.last = Some(targets.clone());
                    return Ok(targets);
                }
                Err(error) => {
                    self.last = None;
                    return Err(error);
                }
            }
        }
    }
}
