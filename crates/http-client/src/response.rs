//! An answer whose body is still on its way.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};

use crate::conn::Conn;
use crate::dial::Route;
use crate::inflate::{Inflate, Limited};
use crate::pool::Pool;
use crate::{Deadline, ReadError};

/// A body that is not wanted is read up to here, so that its connection can be kept.
const WORTH_READING_BYTES: u64 = 256 << 10;

/// An answer: its head, and its body to be read, within the deadline of its request.
///
/// A body that was read to its end gives its connection back; an answer that is dropped before closes it.
#[derive(Debug)]
pub struct Response {
    head: http::response::Parts,
    body: Incoming,
    lease: Lease,
    deadline: Deadline,
}

/// The connection that an answer comes from, and where it goes afterwards.
pub(crate) struct Lease {
    pub(crate) conn: Conn,
    pub(crate) route: Route,
    pub(crate) pool: Pool,
}

// === impl Response ===

impl Response {
    pub(crate) fn new(answer: http::Response<Incoming>, lease: Lease, deadline: Deadline) -> Self {
        let (head, body) = answer.into_parts();
        Self {
            head,
            body,
            lease,
            deadline,
        }
    }

    /// Replaces the deadline, for a body that lasts longer than its head may take.
    pub fn set_deadline(&mut self, deadline: Deadline) {
        self.deadline = deadline;
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Appends the whole body to `buffer`, inflated where `Content-Encoding` is `gzip`; more than `limit` bytes are an
    /// error, and then what `buffer` got is a part of the body.
    pub async fn read_into(self, buffer: &mut Vec<u8>, limit: usize) -> Result<(), ReadError> {
        self.read_within(buffer, limit, |_| true).await
    }

    /// As [`Response::read_into`]; asks `room` for every piece's bytes before it is stored, and stops when there is none.
    pub async fn read_within(
        mut self,
        buffer: &mut Vec<u8>,
        limit: usize,
        room: impl FnMut(usize) -> bool + Send,
    ) -> Result<(), ReadError> {
        let encoding = self.head.headers.get(header::CONTENT_ENCODING);
        let mut limited = Limited::new(buffer, limit, room);
        if encoding.is_some_and(|encoding| encoding == "gzip") {
            let mut inflate = Inflate::new(limited);
            while let Some(chunk) = self.chunk().await? {
                inflate.push(&chunk)?;
            }
            inflate.finish()?;
        } else {
            while let Some(chunk) = self.chunk().await? {
                limited.push(&chunk)?;
            }
        }
        self.give_back().await;
        Ok(())
    }

    /// The next piece of the body as it came over the wire; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ReadError> {
        let (body, conn) = (&mut self.body, &mut self.lease.conn);
        let next = async {
            loop {
                match conn.until(body.frame()).await {
                    None => return Ok(None),
                    Some(Err(error)) => return Err(ReadError::Broken(error)),
                    Some(Ok(frame)) => {
                        if let Ok(data) = frame.into_data() {
                            return Ok(Some(data));
                        }
                    }
                }
            }
        };
        match self.deadline.bound(next).await {
            Ok(outcome) => outcome,
            Err(after) => Err(ReadError::Timeout { after }),
        }
    }

    /// The beginning of the body as text, up to `limit` bytes: what a server says about a refusal.
    pub async fn excerpt(mut self, limit: usize) -> String {
        let mut text = Vec::new();
        while let Ok(Some(chunk)) = self.chunk().await {
            let room = limit.saturating_sub(text.len()).min(chunk.len());
            text.extend_from_slice(chunk.get(..room).unwrap_or_default());
            if text.len() >= limit {
                break;
            }
        }
        if self.body.is_end_stream() {
            self.give_back().await;
        }
        String::from_utf8_lossy(&text).trim().to_owned()
    }

    /// Throws the body away and keeps the connection, if that is cheaper than a new one.
    pub async fn discard(mut self) {
        let mut left = WORTH_READING_BYTES;
        if self.body.size_hint().lower() > left {
            return;
        }
        while let Ok(Some(chunk)) = self.chunk().await {
            let Some(rest) = left.checked_sub(chunk.len() as u64) else {
                return;
            };
            left = rest;
        }
        if self.body.is_end_stream() {
            self.give_back().await;
        }
    }

    async fn give_back(self) {
        let Self { body, lease, .. } = self;
        drop(body);
        let Lease {
            mut conn,
            route,
            pool,
        } = lease;
        if conn.is_ready().await {
            pool.keep(route, conn);
        }
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease")
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}
