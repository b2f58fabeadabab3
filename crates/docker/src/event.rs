//! Events: what happens to containers, as it happens.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use outpost_http_client::Response;
use serde::Deserialize;

use crate::{DockerError, Instant};

/// Events carry their container's labels, which may be long; more than this is no event.
const MAX_EVENT_BYTES: usize = 1 << 20;

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// `container`, `network`, …
    pub kind: String,
    /// `start`, `die`, `destroy`, `rename`, `connect`, …
    pub action: String,
    /// The id of what it happened to.
    pub id: String,
    /// What the daemon adds: a container's name, image and labels; for a network event the container.
    pub attributes: BTreeMap<String, String>,
    /// When.
    pub time: Instant,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Raw {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Action")]
    action: String,
    #[serde(rename = "Actor")]
    actor: Actor,
    #[serde(rename = "timeNano")]
    time_nanos: i64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Actor {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Attributes")]
    attributes: Option<BTreeMap<String, String>>,
}

/// An open stream of events. Dropping it closes the stream.
#[derive(Debug)]
pub struct Events {
    call: String,
    response: Response,
    lines: Lines,
}

/// Lines of JSON, cut anywhere.
#[derive(Debug, Default)]
struct Lines {
    input: Bytes,
    partial: BytesMut,
}

// === impl Events ===

impl Events {
    pub(crate) fn new(call: String, response: Response) -> Self {
        Self {
            call,
            response,
            lines: Lines::default(),
        }
    }

    /// The next event; `None` when the daemon ends the stream. May be dropped while it waits.
    pub async fn next(&mut self) -> Result<Option<Event>, DockerError> {
        loop {
            if let Some(line) = self.lines.next()? {
                if line.trim_ascii().is_empty() {
                    continue;
                }
                let raw: Raw =
                    serde_json::from_slice(&line).map_err(|source| DockerError::Json {
                        call: self.call.clone(),
                        source,
                    })?;
                return Ok(Some(raw.into()));
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
                Some(chunk) => self.lines.input = chunk,
                None => return Ok(None),
            }
        }
    }
}

// === impl Lines ===

impl Lines {
    fn next(&mut self) -> Result<Option<Bytes>, DockerError> {
        let newline = memchr::memchr(b'\n', &self.input);
        let length = newline.map_or(self.input.len(), |at| at + 1);
        if self.partial.len() + length > MAX_EVENT_BYTES {
            return Err(DockerError::EventTooLarge {
                limit: MAX_EVENT_BYTES,
            });
        }
        let part = self.input.split_to(length);
        if newline.is_some() && self.partial.is_empty() {
            return Ok(Some(part));
        }
        self.partial.extend_from_slice(&part);
        Ok(newline.map(|_| self.partial.split().freeze()))
    }
}

// === impl Event ===

impl From<Raw> for Event {
    fn from(raw: Raw) -> Self {
        Self {
            kind: raw.kind,
            action: raw.action,
            id: raw.actor.id,
            attributes: raw.actor.attributes.unwrap_or_default(),
            time: Instant(raw.time_nanos),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cut_at_every_byte_are_the_same_lines() {
        let wire = b"{\"a\":1}\n\n{\"b\":2}\n";
        for cut in 0..=wire.len() {
            let mut lines = Lines::default();
            let mut got = Vec::new();
            for piece in [&wire[..cut], &wire[cut..]] {
                lines.input = Bytes::copy_from_slice(piece);
                while let Some(line) = lines.next().expect("short") {
                    got.push(line);
                }
            }
            assert_eq!(got, ["{\"a\":1}\n", "\n", "{\"b\":2}\n"], "cut at {cut}");
        }
    }

    #[test]
    fn an_event_without_end_is_refused_within_its_limit() {
        let mut lines = Lines::default();
        let refused = (0..2000).any(|_| {
            lines.input = Bytes::from(vec![b'x'; 1000]);
            lines.next().is_err()
        });
        assert!(refused);
        assert!(lines.partial.len() <= MAX_EVENT_BYTES);
    }
}
