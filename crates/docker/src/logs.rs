//! A container's log as a stream of records.

use bytes::Bytes;
use outpost_http_client::Response;

use crate::{DockerError, Format, Frame, FrameDecoder, Instant, LogStream};

/// What of a log is wanted. Both streams always come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// From the first record with this time on (later ones follow in the order in which they were written).
    pub since: Option<Instant>,
    /// Whether the stream goes on until the container stops.
    pub follow: bool,
    /// Whether every record begins with its time.
    pub timestamps: bool,
    /// Whether the container has a terminal ([`crate::Details::tty`]); newer daemons say so themselves.
    pub tty: bool,
}

/// An open log. Dropping it closes the stream.
#[derive(Debug)]
pub struct Logs {
    what: String,
    call: String,
    response: Response,
    decoder: FrameDecoder,
    input: Bytes,
    ended: bool,
}

// === impl Logs ===

impl Logs {
    pub(crate) fn new(what: String, call: String, response: Response, format: Format) -> Self {
        Self {
            what,
            call,
            response,
            decoder: FrameDecoder::new(format),
            input: Bytes::new(),
            ended: false,
        }
    }

    /// The next record; `None` when the log ends. A record of the daemon's own is an error.
    ///
    /// It may be dropped while it waits: nothing is lost, the next call goes on.
    pub async fn next(&mut self) -> Result<Option<Frame>, DockerError> {
        loop {
            let frame = self.decoder.next(&mut self.input);
            let frame = frame.map_err(|source| DockerError::Frame {
                what: self.what.clone(),
                source,
            })?;
            if let Some(frame) = frame {
                return self.check(frame).map(Some);
            }
            if self.ended {
                return Ok(self.decoder.finish());
            }
            let chunk = self
                .response
                .chunk()
                .await
                .map_err(|source| DockerError::Body {
                    call: self.call.clone(),
                    source,
                })?;
            match chunk {
                Some(chunk) => self.input = chunk,
                None => self.ended = true,
            }
        }
    }

    fn check(&self, frame: Frame) -> Result<Frame, DockerError> {
        if frame.stream != LogStream::SystemError {
            return Ok(frame);
        }
        Err(DockerError::LogFailed {
            what: self.what.clone(),
            message: String::from_utf8_lossy(&frame.payload).trim().to_owned(),
        })
    }
}
