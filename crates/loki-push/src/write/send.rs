//! The HTTP side of a push.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use outpost_http_client::{Client, Deadline, Request, retry_after};
use tokio::time::Instant;

use super::answer::{Answer, DropReason, read_answer};
use super::config::{EndpointConfig, WriteConfigError};
use crate::StreamBody;
use crate::words::in_words;

const TENANT_HEADER: HeaderName = HeaderName::from_static("x-scope-orgid");
/// An answer's text beyond this is not read.
const MAX_ANSWER: usize = 8 * 1024;

/// Sends push requests to one URL.
#[derive(Debug)]
pub(super) struct Sender {
    client: Client,
    url: Uri,
    headers: HeaderMap,
    timeout: Duration,
}

/// What came of a request.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) answer: Answer,
    /// The status as text, "failed" where none came.
    pub(super) status: String,
    /// Bytes of the body that was sent.
    pub(super) body: usize,
    pub(super) took: Duration,
}

// === impl Sender ===

impl Sender {
    pub(super) fn new(config: EndpointConfig) -> Result<Self, WriteConfigError> {
        let name = config.display_name();
        let value = |what, text: &str| {
            HeaderValue::from_str(text).map_err(|_| WriteConfigError::Header {
                name: name.clone(),
                what,
            })
        };
        value("tenant id", &config.tenant_id)?;
        let mut headers = config.headers;
        // After the user's headers: what describes the body is not the user's to change.
        headers.insert(header::USER_AGENT, value("user agent", &config.user_agent)?);
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("snappy"));
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-protobuf"),
        );
        Ok(Self {
            client: Client::new(config.client),
            url: config.url,
            headers,
            timeout: config.remote_timeout,
        })
    }

    /// Sends `body` for `tenant`.
    pub(super) async fn send(&self, tenant: &str, body: &mut StreamBody) -> Reply {
        let started = Instant::now();
        let mut block = Vec::new();
        let outcome = match body.compress(&mut block) {
            Ok(()) => Ok(Bytes::from(block)),
            Err(_) => Err("the batch cannot be compressed"),
        };
        let sent = outcome.as_ref().map_or(0, Bytes::len);
        let (status, answer) = match outcome {
            Ok(block) => self.exchange(tenant, block).await,
            Err(what) => ("failed".to_owned(), later(what.to_owned())),
        };
        Reply {
            answer,
            status,
            body: sent,
            took: started.elapsed(),
        }
    }

    async fn exchange(&self, tenant: &str, block: Bytes) -> (String, Answer) {
        let mut request = Request::new(block);
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = self.headers.clone();
        if !tenant.is_empty() {
            let Ok(value) = HeaderValue::from_str(tenant) else {
                let message = format!("the tenant {tenant:?} cannot be sent as a header");
                return ("failed".to_owned(), refused(message));
            };
            request.headers_mut().insert(TENANT_HEADER, value);
        }
        let deadline = if self.timeout.is_zero() {
            Deadline::none()
        } else {
            Deadline::after(self.timeout)
        };
        let response = match self.client.send(request, deadline).await {
            Ok(response) => response,
            Err(error) => return ("failed".to_owned(), later(in_words(&error))),
        };
        let status = response.status().as_u16();
        let after = retry_after(response.headers(), std::time::SystemTime::now());
        let text = response.excerpt(MAX_ANSWER).await;
        (status.to_string(), read_answer(status, &text, after))
    }
}

fn later(message: String) -> Answer {
    Answer::Later {
        limited: false,
        after: None,
        message,
    }
}

fn refused(message: String) -> Answer {
    Answer::Refused {
        reason: DropReason::IngesterError,
        ignored: None,
        oldest: None,
        message,
    }
}
