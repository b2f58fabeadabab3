//! One request and its answer over a stream that is already connected.

use ::http::header::{CONTENT_LENGTH, HOST, USER_AGENT};
use ::http::{HeaderMap, Request, Response, StatusCode, Version};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::phases::{Phase, Phases};
use crate::target::Url;
use crate::{Failure, HttpModule, Reason};

/// How the prober names itself.
const AGENT: &str = concat!("lookout/", env!("CARGO_PKG_VERSION"));

/// An answer, its body read and thrown away.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// 1, 1.1 or 2.
    pub(super) version: f64,
    pub(super) headers: HeaderMap,
    /// What the answer announced.
    pub(super) content_length: Option<u64>,
    /// What came.
    pub(super) body_length: usize,
    /// Whether the body was cut at the module's limit.
    pub(super) truncated: bool,
}

/// Sends the module's request for `url` to `authority`, and reads the answer.
pub(super) async fn exchange<S>(
    stream: S,
    http2: bool,
    module: &HttpModule,
    url: &Url,
    authority: &str,
    phases: &mut Phases,
) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let request = request(http2, module, url, authority)?;
    // Owns the connection's task: it ends with this call.
    let mut connection = JoinSet::new();
    let start = Instant::now();
    let io = TokioIo::new(stream);
    let response = if http2 {
        let (mut sender, run) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
            .await
            .map_err(broken)?;
        connection.spawn(async move { drop(run.await) });
        sender.send_request(request).await
    } else {
        let (mut sender, run) = hyper::client::conn::http1::handshake(io)
            .await
            .map_err(broken)?;
        connection.spawn(async move { drop(run.await) });
        sender.send_request(request).await
    };
    phases.add(Phase::Processing, start.elapsed());
    let start = Instant::now();
    let answer = read(response.map_err(broken)?, module.body_size_limit).await;
    phases.add(Phase::Transfer, start.elapsed());
    answer
}

fn request(
    http2: bool,
    module: &HttpModule,
    url: &Url,
    authority: &str,
) -> Result<Request<Empty<Bytes>>, Failure> {
    let mut builder = Request::builder()
        .method(module.method.clone())
        .header(USER_AGENT, AGENT);
    if http2 {
        builder = builder.uri(format!("https://{authority}{}", url.path));
    } else {
        builder = builder.uri(&url.path).header(HOST, authority);
    }
    builder.body(Empty::new()).map_err(|error| {
        Failure::new(
            Reason::Target,
            format!("no request for {authority}: {error}"),
        )
    })
}

async fn read(response: Response<Incoming>, limit: usize) -> Result<Answer, Failure> {
    let (head, mut body) = response.into_parts();
    let content_length = head
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let mut body_length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(broken)?;
        body_length += frame.data_ref().map_or(0, Bytes::len);
        if body_length > limit {
            break;
        }
    }
    Ok(Answer {
        status: head.status,
        version: match head.version {
            Version::HTTP_10 => 1.0,
            Version::HTTP_2 => 2.0,
            _ => 1.1,
        },
        headers: head.headers,
        content_length,
        body_length,
        truncated: body_length > limit,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn broken(error: hyper::Error) -> Failure {
    Failure::new(Reason::Protocol, format!("the exchange broke off: {error}"))
}
