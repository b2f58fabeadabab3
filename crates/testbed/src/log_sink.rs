//! A Loki that stores nothing away: every push that it accepts is kept in order, duplicates and all.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use prost::Message;

use crate::{Site, SiteAnswer};

/// A receiver of Loki pushes.
#[derive(Debug)]
pub struct LogSink {
    site: Site,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: Mutex<Vec<LogEntry>>,
    /// What to answer with in place of 204; 0 for 204.
    failing: AtomicU16,
}

/// One line as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The stream, as Loki writes it: `{a="b", c="d"}`.
    pub stream: String,
    /// Unix time in nanoseconds.
    pub timestamp_ns: i64,
    /// The line.
    pub line: String,
}

// === impl LogSink ===

impl LogSink {
    /// Starts one on a free port of loopback.
    pub fn start() -> Self {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let site = Site::start(move |request| {
            if request.path != "/loki/api/v1/push" {
                return SiteAnswer::status(404);
            }
            match shared.failing.load(Ordering::SeqCst) {
                0 => {
                    shared.take(&request.body);
                    SiteAnswer::status(204)
                }
                status => SiteAnswer::status(status),
            }
        });
        Self { site, state }
    }

    /// Where to push.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/loki/api/v1/push", self.site.port())
    }

    /// Refuses every push with `status` until [`Self::accept`].
    pub fn refuse(&self, status: u16) {
        self.state.failing.store(status, Ordering::SeqCst);
    }

    /// Stores pushes again.
    pub fn accept(&self) {
        self.state.failing.store(0, Ordering::SeqCst);
    }

    /// Everything accepted so far, in order of arrival.
    pub fn entries(&self) -> Vec<LogEntry> {
        self.state
            .entries
            .lock()
            .expect("no test panicked here")
            .clone()
    }

    /// The lines of each stream, in order of arrival.
    pub fn streams(&self) -> BTreeMap<String, Vec<String>> {
        let mut streams = BTreeMap::<String, Vec<String>>::new();
        for entry in self.entries() {
            streams.entry(entry.stream).or_default().push(entry.line);
        }
        streams
    }
}

// === impl State ===

impl State {
    fn take(&self, body: &[u8]) {
        let plain = snap::raw::Decoder::new()
            .decompress_vec(body)
            .expect("a push is a snappy block");
        let push = PushRequest::decode(plain.as_slice()).expect("a push is Loki's message");
        let mut entries = self.entries.lock().expect("no test panicked here");
        for stream in push.streams {
            for entry in stream.entries {
                let time = entry.timestamp.unwrap_or_default();
                entries.push(LogEntry {
                    stream: stream.labels.clone(),
                    timestamp_ns: time.seconds * 1_000_000_000 + i64::from(time.nanos),
                    line: entry.line,
                });
            }
        }
    }
}

/// `logproto.PushRequest` of Loki's `pkg/push/push.proto`.
#[derive(Clone, PartialEq, Message)]
struct PushRequest {
    #[prost(message, repeated, tag = "1")]
    streams: Vec<Stream>,
}

#[derive(Clone, PartialEq, Message)]
struct Stream {
    #[prost(string, tag = "1")]
    labels: String,
    #[prost(message, repeated, tag = "2")]
    entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(message, optional, tag = "1")]
    timestamp: Option<Timestamp>,
    #[prost(string, tag = "2")]
    line: String,
}

#[derive(Clone, PartialEq, Message)]
struct Timestamp {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}
