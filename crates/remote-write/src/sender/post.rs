//! One exchange with the receiver.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use outpost_http_client::Deadline;

use super::Shared;
use crate::Protocol;
use crate::points::Counts;

/// Which version of the protocol a request is in.
const VERSION: HeaderName = HeaderName::from_static("x-prometheus-remote-write-version");
/// How many tries came before.
const RETRY_ATTEMPT: HeaderName = HeaderName::from_static("retry-attempt");
/// What a 2.0 receiver says it has stored.
const WRITTEN: [HeaderName; 3] = [
    HeaderName::from_static("x-prometheus-remote-write-samples-written"),
    HeaderName::from_static("x-prometheus-remote-write-histograms-written"),
    HeaderName::from_static("x-prometheus-remote-write-exemplars-written"),
];
/// As much of an answer is kept for the log.
const MAX_WORDS: usize = 1024;

/// An answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) written: Written,
    /// The body, where the status says that something went wrong.
    pub(super) words: String,
}

/// What the receiver says it has stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Nothing was said.
    NotSaid,
    /// So many; what was not said counts as none.
    Counted(Counts),
}

/// Sends a body; the error says in words why no answer came.
pub(super) async fn post(
    shared: &Shared,
    protocol: Protocol,
    body: &Bytes,
    attempt: u32,
) -> Result<Answer, String> {
    let endpoint = &shared.endpoint;
    let Some(url) = &endpoint.target else {
        return Err(format!(
            "cannot send to {:?}: it has no scheme or no host",
            endpoint.url
        ));
    };
    let mut request = Request::post(url.clone())
        .body(body.clone())
        .map_err(|error| error.to_string())?;
    let headers = request.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("snappy"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(protocol.content_type()),
    );
    headers.insert(VERSION, HeaderValue::from_static(protocol.version()));
    if attempt > 0 {
        headers.insert(RETRY_ATTEMPT, HeaderValue::from(attempt));
    }
    for (name, value) in &endpoint.headers {
        headers.insert(name.clone(), value.clone());
    }
    let deadline = Deadline::after(endpoint.timeout);
    let response = shared
        .client
        .send(request, deadline)
        .await
        .map_err(|error| chain(&error))?;
    let (status, headers) = (response.status(), response.headers().clone());
    let words = if status.is_success() {
        response.discard().await;
        String::new()
    } else {
        response.excerpt(MAX_WORDS).await
    };
    Ok(Answer {
        status,
        written: written(&headers),
        headers,
        words,
    })
}

fn written(headers: &HeaderMap) -> Written {
    let number = |name: &HeaderName| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let [samples, histograms, exemplars] = WRITTEN.each_ref().map(number);
    if samples.or(histograms).or(exemplars).is_none() {
        return Written::NotSaid;
    }
    Written::Counted(Counts {
        samples: samples.unwrap_or(0),
        histograms: histograms.unwrap_or(0),
        exemplars: exemplars.unwrap_or(0),
    })
}

/// An error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
