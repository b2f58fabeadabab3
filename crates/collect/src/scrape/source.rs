//! Where pages come from: a target's HTTP endpoint, or an exporter inside this process.

use std::error::Error;
use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode};
use outpost_http_client::{Client, Deadline, ReadError};

use super::page_memory::PageRoom;
use super::{NameEscaping, PageFormat, ScrapeError, ScrapeProtocol, Target};
use super::{accept_header, page_format};
use crate::TextFormat;
use crate::exporter::SharedExporter;

/// A page that is being read.
pub type PageRead<'a> = Pin<Box<dyn Future<Output = Result<(), Arc<str>>> + Send + 'a>>;

/// A page inside this process, in Prometheus' text format.
pub trait InMemoryPage: Send + Sync {
    /// Writes the page to the end of `body`, within `budget`; an error is the reason in words.
    fn read<'a>(&'a self, budget: Duration, body: &'a mut Vec<u8>) -> PageRead<'a>;
}

/// How HTTP targets are asked.
#[derive(Clone, Debug)]
pub struct HttpScrape {
    /// Connections, TLS, authentication, proxies and redirects.
    pub client: Client,
    /// What to ask for, best first.
    pub protocols: Vec<ScrapeProtocol>,
    /// How targets are to write names outside the old character set.
    pub escaping: NameEscaping,
    /// What a page is taken for whose content type says nothing.
    pub fallback: Option<ScrapeProtocol>,
    /// Whether to ask for gzip.
    pub compression: bool,
}

/// Where a target's pages come from.
pub(super) enum Source {
    Http(Box<HttpSource>),
    Memory(Arc<dyn InMemoryPage>),
}

/// How one target is asked over HTTP.
pub(super) struct HttpSource {
    client: Client,
    request: Result<Request<Bytes>, ScrapeError>,
    fallback: Option<ScrapeProtocol>,
    timeout: Duration,
    limit: u64,
}

// === impl Source ===

impl Source {
    /// Reads the target's page over `body`, as far as there is room for it; answers its format.
    pub(super) async fn read(
        &self,
        timeout: Duration,
        body: &mut Vec<u8>,
        room: &mut PageRoom,
    ) -> Result<Result<PageFormat, ScrapeError>, ScrapeError> {
        body.clear();
        match self {
            Self::Http(source) => source.read(body, room).await,
            Self::Memory(page) => match page.read(timeout, body).await {
                Ok(()) => Ok(Ok(PageFormat::Text(TextFormat::Prometheus))),
                Err(reason) => Err(ScrapeError::Unreachable { reason }),
            },
        }
    }
}

// === impl HttpSource ===

impl HttpSource {
    pub(super) fn new(http: &HttpScrape, target: &Target, limit: u64) -> Self {
        Self {
            client: http.client.clone(),
            request: request(http, target),
            fallback: http.fallback,
            timeout: target.timeout(),
            limit,
        }
    }

    async fn read(
        &self,
        body: &mut Vec<u8>,
        room: &mut PageRoom,
    ) -> Result<Result<PageFormat, ScrapeError>, ScrapeError> {
        let request = self.request.clone()?;
        let deadline = Deadline::after(self.timeout);
        let response = self
            .client
            .send(request, deadline)
            .await
            .map_err(|error| unreachable(&error))?;
        if response.status() != StatusCode::OK {
            let status = response.status().as_u16();
            response.discard().await;
            return Err(ScrapeError::Status { status });
        }
        let content_type = response
            .headers()
            .get(CONTENT_TYPE)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let format = page_format(content_type.as_deref(), self.fallback);
        // The limit itself is too much already; without one, the room is what there is.
        let limit = usize::try_from(self.limit.wrapping_sub(1)).unwrap_or(usize::MAX);
        match response
            .read_within(body, limit, |bytes| room.grow(bytes))
            .await
        {
            Ok(()) => Ok(format),
            Err(ReadError::TooLarge { .. }) => Err(ScrapeError::BodySize { limit: self.limit }),
            Err(ReadError::NoRoom { held }) => Err(ScrapeError::NoRoom { held }),
            Err(error) => Err(unreachable(&error)),
        }
    }
}

fn request(http: &HttpScrape, target: &Target) -> Result<Request<Bytes>, ScrapeError> {
    let encoding = if http.compression { "gzip" } else { "identity" };
    let accept = accept_header(&http.protocols, http.escaping);
    let timeout = target.timeout().as_secs_f64().to_string();
    let header = |text: &str| HeaderValue::from_str(text);
    let request = Request::get(target.url())
        .header(ACCEPT, accept)
        .header(ACCEPT_ENCODING, encoding)
        .header(
            "X-Prometheus-Scrape-Timeout-Seconds",
            header(&timeout).unwrap_or(HeaderValue::from_static("10")),
        )
        .body(Bytes::new());
    request.map_err(|_| ScrapeError::Unreachable {
        reason: format!("cannot use the URL {:?}", target.url()).into(),
    })
}

/// An error with all of its causes, as one line.
fn unreachable(error: &dyn Error) -> ScrapeError {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string cannot fail.
        let _ = write!(reason, ": {error}");
        cause = error.source();
    }
    ScrapeError::Unreachable {
        reason: reason.into(),
    }
}

// === impl SharedExporter ===

impl InMemoryPage for SharedExporter {
    fn read<'a>(&'a self, budget: Duration, body: &'a mut Vec<u8>) -> PageRead<'a> {
        Box::pin(async move {
            self.scrape(budget, |page| page.render(body))
                .await
                .map_err(|error| error.to_string().into())
        })
    }
}
