//! One request and its answer over a stream that is already connected.

use std::io::Write as _;

use ::http::header::CONTENT_LENGTH;
use ::http::{HeaderMap, StatusCode, Version};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::outgoing::Outgoing;
use super::phases::Phase;
use crate::prober::Notes;
use crate::{Compression, Failure, Reason};

/// A body that expressions are held against is kept in memory: this much at the most.
const MOST_KEPT: u64 = 64 << 20;

/// An answer whose body has not been read yet.
pub(super) struct Arriving {
    pub(super) status: StatusCode,
    /// 1, 1.1 or 2.
    pub(super) version: f64,
    /// The same as `HTTP/1.1`.
    pub(super) protocol: &'static str,
    pub(super) headers: HeaderMap,
    /// What the answer announced.
    pub(super) content_length: Option<u64>,
    body: Incoming,
    /// Owns the connection's task: it ends with this value.
    _connection: JoinSet<()>,
}

/// What became of a body.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// What came, unpacked.
    pub(super) length: u64,
    /// The text, where it is needed.
    pub(super) text: Vec<u8>,
    /// Whether it was cut at the limit.
    pub(super) truncated: bool,
    /// Why it could not be read to its end or not be unpacked.
    pub(super) problem: Option<String>,
    /// Whether it was not packed as the module says, so that no expression was held against it.
    pub(super) foreign: bool,
}

/// How a body is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) limit: Option<u64>,
    pub(super) keep: bool,
    pub(super) compression: Option<Compression>,
}

/// Where an unpacked body goes: counted, kept where needed, cut at the limit.
struct Sink {
    limit: Option<u64>,
    keep: bool,
    length: u64,
    body: Vec<u8>,
}

enum Decoder {
    Plain(Sink),
    Gzip(flate2::write::MultiGzDecoder<Sink>),
    Deflate(flate2::write::DeflateDecoder<Sink>),
}

/// Sends a request and reads the answer's head.
pub(super) async fn exchange<S>(
    stream: S,
    outgoing: Outgoing,
    notes: &mut Notes,
) -> Result<Arriving, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let http2 = outgoing.http2;
    let request = outgoing.into_request()?;
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
    let (head, body) = response.map_err(broken)?.into_parts();
    Phase::Processing.add(start.elapsed(), notes);
    let announced = head
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    // These have no body, whatever they announce.
    let bodiless = matches!(head.status.as_u16(), 204 | 304);
    let (version, protocol) = match head.version {
        Version::HTTP_10 => (1.0, "HTTP/1.0"),
        Version::HTTP_2 => (2.0, "HTTP/2.0"),
        _ => (1.1, "HTTP/1.1"),
    };
    Ok(Arriving {
        status: head.status,
        version,
        protocol,
        headers: head.headers,
        content_length: if bodiless { Some(0) } else { announced },
        body,
        _connection: connection,
    })
}

// === impl Arriving ===

impl Arriving {
    /// Reads the body, and reports its length while it comes.
    pub(super) async fn read(&mut self, reading: Reading, notes: &mut Notes) -> Body {
        Phase::Transfer.begin(notes);
        let mut decoder = Decoder::new(reading);
        let mut problem = None;
        while let Some(frame) = self.body.frame().await {
            let outcome = match &frame {
                Ok(frame) => frame.data_ref().map_or(Ok(()), |data| {
                    decoder.write(data).map_err(|error| error.to_string())
                }),
                Err(error) => Err(format!("it broke off: {error}")),
            };
            report_length(decoder.sink(), notes);
            if let Err(error) = outcome {
                problem = Some(error);
                break;
            }
        }
        let (sink, end) = decoder.finish();
        notes.end();
        report_length(&sink, notes);
        let truncated = sink.limit.is_some_and(|limit| sink.length > limit);
        let problem = problem.or(end).filter(|_| !truncated);
        let packed = reading.compression == Some(Compression::Gzip);
        Body {
            length: sink.length,
            foreign: packed && problem.is_some() && sink.length == 0,
            text: sink.body,
            problem,
            truncated,
        }
    }
}

fn report_length(sink: &Sink, notes: &mut Notes) {
    let length = sink
        .limit
        .map_or(sink.length, |limit| sink.length.min(limit));
    notes
        .report
        .update("probe_http_uncompressed_body_length", length as f64);
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn broken(error: hyper::Error) -> Failure {
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
    let cause = cause.unwrap_or_default();
    Failure::new(
        Reason::Protocol,
        format!("the exchange broke off: {error}{cause}"),
    )
}

// === impl Decoder ===

impl Decoder {
    fn new(reading: Reading) -> Self {
        let sink = Sink {
            limit: reading.limit.or(reading.keep.then_some(MOST_KEPT)),
            keep: reading.keep,
            length: 0,
            body: Vec::new(),
        };
        match reading.compression {
            None | Some(Compression::Identity) => Self::Plain(sink),
            Some(Compression::Gzip) => Self::Gzip(flate2::write::MultiGzDecoder::new(sink)),
            Some(Compression::Deflate) => Self::Deflate(flate2::write::DeflateDecoder::new(sink)),
        }
    }

    fn write(&mut self, data: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(sink) => sink.write_all(data),
            Self::Gzip(decoder) => decoder.write_all(data),
            Self::Deflate(decoder) => decoder.write_all(data),
        }
    }

    fn sink(&self) -> &Sink {
        match self {
            Self::Plain(sink) => sink,
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Deflate(decoder) => decoder.get_ref(),
        }
    }

    /// What was unpacked, and what was wrong with the end.
    fn finish(self) -> (Sink, Option<String>) {
        let (sink, end) = match self {
            Self::Plain(sink) => return (sink, None),
            Self::Gzip(mut decoder) => {
                let end = decoder.try_finish();
                (std::mem::take(decoder.get_mut()), end)
            }
            Self::Deflate(mut decoder) => {
                let end = decoder.try_finish();
                (std::mem::take(decoder.get_mut()), end)
            }
        };
        (sink, end.err().map(|error| error.to_string()))
    }
}

// === impl Sink ===

impl Default for Sink {
    fn default() -> Self {
        Self {
            limit: Some(0),
            keep: false,
            length: 0,
            body: Vec::new(),
        }
    }
}

impl std::io::Write for Sink {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let room = self
            .limit
            .map_or(u64::MAX, |limit| (limit + 1).saturating_sub(self.length));
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let taken = data.get(..room.min(data.len())).unwrap_or_default();
        if taken.len() < data.len() && taken.is_empty() {
            return Err(std::io::Error::other("over the limit"));
        }
        self.length += taken.len() as u64;
        if self.keep {
            self.body.extend_from_slice(taken);
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
