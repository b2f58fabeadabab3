//! From the bytes of a log stream to records, however the bytes are cut.
//!
//! Without a terminal, a record is a frame: a kind, three zeros, a length as four bytes big-endian, the payload. With a
//! terminal there are no frames, and a record is what stands up to and including a newline. Invariant: what is held
//! between two calls is never larger than [`MAX_FRAME_BYTES`]; the rest of a longer record is skipped, and the record
//! says so.
//!
//! It is not: a joiner of a long line's pieces.

use bytes::{Buf, Bytes, BytesMut};

/// Records longer than this are cut. Docker itself cuts at 16 KiB, some of its logging drivers a little later.
pub const MAX_FRAME_BYTES: usize = 1 << 20;

const HEADER_BYTES: usize = 8;

/// How a log stream is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Frames: containers without a terminal.
    Framed,
    /// Plain output: containers with a terminal.
    Raw,
}

/// Which stream a record belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The daemon itself: it cannot go on, and says why.
    SystemError,
}

/// One record of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where it was written.
    pub stream: LogStream,
    /// The record with its timestamp, if asked for, and its newline, if it has one.
    pub payload: Bytes,
    /// Whether the end of the payload was skipped because of its length.
    pub cut: bool,
}

/// A frame that no daemon writes: the stream is not framed, or bytes were lost.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// An unknown kind.
    #[error("a frame of unknown kind {kind}")]
    Kind {
        /// The first byte.
        kind: u8,
    },
    /// Bytes between kind and length that are not zero.
    #[error("a frame header with stray bytes")]
    Header,
}

/// Decodes one stream.
#[derive(Debug)]
pub struct FrameDecoder {
    format: Format,
    /// The part of a header that has come.
    header: [u8; HEADER_BYTES],
    header_len: usize,
    /// The payload that has come of a record whose end has not.
    partial: BytesMut,
    /// What is still to come of the frame: to be kept, and to be skipped after that.
    body: Option<Body>,
    /// Raw: the rest of the line is skipped.
    overlong: bool,
}

#[derive(Clone, Copy, Debug)]
struct Body {
    stream: LogStream,
    keep: usize,
    skip: usize,
    cut: bool,
}

// === impl FrameDecoder ===

impl FrameDecoder {
    /// A decoder at the beginning of a stream.
    pub fn new(format: Format) -> Self {
        Self {
            format,
            header: [0; HEADER_BYTES],
            header_len: 0,
            partial: BytesMut::new(),
            body: None,
            overlong: false,
        }
    }

    /// Takes the next record off the front of `input`; `None` takes all of `input` and wants more.
    ///
    /// A record that lies whole in `input` is a slice of it, without a copy.
    pub fn next(&mut self, input: &mut Bytes) -> Result<Option<Frame>, FrameError> {
        match self.format {
            Format::Framed => self.next_frame(input),
            Format::Raw => Ok(self.next_line(input)),
        }
    }

    /// What is left at the end of the stream: a line of a terminal without a newline. A frame that was cut off is not
    /// given out: it will come whole when the stream is opened again.
    pub fn finish(&mut self) -> Option<Frame> {
        if self.format == Format::Framed || self.partial.is_empty() {
            return None;
        }
        Some(self.line())
    }

    fn next_frame(&mut self, input: &mut Bytes) -> Result<Option<Frame>, FrameError> {
        let body = if let Some(body) = &mut self.body {
            body
        } else {
            let missing = HEADER_BYTES - self.header_len;
            let part = input.split_to(missing.min(input.len()));
            for (slot, byte) in self.header.iter_mut().skip(self.header_len).zip(&part) {
                *slot = *byte;
            }
            self.header_len += part.len();
            if self.header_len < HEADER_BYTES {
                return Ok(None);
            }
            self.header_len = 0;
            self.body.insert(Body::of(self.header)?)
        };
        let whole = self.partial.is_empty() && body.skip == 0 && input.len() >= body.keep;
        let payload = if whole {
            input.split_to(body.keep)
        } else {
            let part = input.split_to(body.keep.min(input.len()));
            self.partial.extend_from_slice(&part);
            body.keep -= part.len();
            if body.keep > 0 {
                return Ok(None);
            }
            let skipped = body.skip.min(input.len());
            input.advance(skipped);
            body.skip -= skipped;
            if body.skip > 0 {
                return Ok(None);
            }
            self.partial.split().freeze()
        };
        let frame = Frame {
            stream: body.stream,
            payload,
            cut: body.cut,
        };
        self.body = None;
        Ok(Some(frame))
    }

    fn next_line(&mut self, input: &mut Bytes) -> Option<Frame> {
        let newline = memchr::memchr(b'\n', input);
        let length = newline.map_or(input.len(), |at| at + 1);
        if newline.is_some()
            && self.partial.is_empty()
            && !self.overlong
            && length <= MAX_FRAME_BYTES
        {
            return Some(Frame {
                stream: LogStream::Stdout,
                payload: input.split_to(length),
                cut: false,
            });
        }
        let part = input.split_to(length);
        let room = MAX_FRAME_BYTES - self.partial.len();
        self.overlong |= part.len() > room;
        let kept = part.get(..room.min(part.len())).unwrap_or_default();
        self.partial.extend_from_slice(kept);
        newline.map(|_| self.line())
    }

    fn line(&mut self) -> Frame {
        Frame {
            stream: LogStream::Stdout,
            payload: self.partial.split().freeze(),
            cut: std::mem::take(&mut self.overlong),
        }
    }
}

// === impl Body ===

impl Body {
    fn of(header: [u8; HEADER_BYTES]) -> Result<Self, FrameError> {
        let [kind, zeros @ .., a, b, c, d] = header;
        let stream = match kind {
            // 0 is standard input, which a log does not have; the daemon's own demultiplexer prints it as output.
            0 | 1 => LogStream::Stdout,
            2 => LogStream::Stderr,
            3 => LogStream::SystemError,
            kind => return Err(FrameError::Kind { kind }),
        };
        if zeros != [0; 3] {
            return Err(FrameError::Header);
        }
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        let keep = length.min(MAX_FRAME_BYTES);
        Ok(Self {
            stream,
            keep,
            skip: length - keep,
            cut: length > keep,
        })
    }
}

#[cfg(test)]
mod tests;
