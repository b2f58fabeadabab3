//! An endpoint's streams, and which of them is next. Synchronous: moments come from the caller.
//!
//! Three lists make each step independent of the number of streams: batches by the time they were opened (all wait
//! equally long, so it is a queue), streams that have something to send (first come, first served), and streams that
//! wait after a failure. An entry of the first list may be out of date; it is checked against the stream when it is due.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use outpost_http_client::Backoff;
use outpost_model::Labels;
use tokio::time::Instant;

use super::answer::DropReason;
use super::limits::Gate;
use super::stream::{Batch, Stream, StreamKey, Turn};
use crate::push::entry_size;
use crate::{Entry, TENANT_LABEL, Ticket, Timestamp, label_string};

/// Streams without lines for this long are forgotten.
const FORGET_AFTER: Duration = Duration::from_secs(300);
/// Label sets whose stream is found without rendering them.
const KNOWN_SETS: usize = 4096;

/// Number of a stream within a queue.
pub(super) type StreamId = usize;

/// What the queue needs to know of its endpoint.
#[derive(Debug)]
pub(super) struct QueueConfig {
    pub(super) batch_size: usize,
    pub(super) batch_wait: Duration,
    pub(super) max_streams: usize,
    pub(super) tenant: Arc<str>,
    pub(super) external: Arc<Vec<(String, String)>>,
    /// The first and the longest pause after failures.
    pub(super) backoff: (Duration, Duration),
}

/// What happened to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Appended {
    /// It waits; the sender need not look.
    Waits,
    /// It waits, and the sender has something new to wait for or to send.
    Wake,
    /// It was dropped.
    Dropped {
        reason: DropReason,
        tenant: Arc<str>,
    },
}

/// The queue.
#[derive(Debug)]
pub(super) struct Queue {
    config: QueueConfig,
    pub(super) gate: Gate,
    streams: HashMap<StreamId, Stream>,
    next_id: StreamId,
    by_key: HashMap<StreamKey, StreamId>,
    /// By the address of a label set, which the entry of the map keeps alive.
    by_set: HashMap<usize, (Arc<Labels>, StreamId)>,
    opened: VecDeque<(Instant, StreamId)>,
    ready: VecDeque<StreamId>,
    parked: BTreeSet<(Instant, StreamId)>,
    open_streams: usize,
    pub(super) entries: usize,
    pub(super) bytes: usize,
    swept: Option<Instant>,
}

// === impl Queue ===

impl Queue {
    pub(super) fn new(config: QueueConfig, gate: Gate) -> Self {
        Self {
            config,
            gate,
            streams: HashMap::new(),
            next_id: 0,
            by_key: HashMap::new(),
            by_set: HashMap::new(),
            opened: VecDeque::new(),
            ready: VecDeque::new(),
            parked: BTreeSet::new(),
            open_streams: 0,
            entries: 0,
            bytes: 0,
            swept: None,
        }
    }

    pub(super) fn streams(&self) -> usize {
        self.streams.len()
    }

    pub(super) fn parked(&self) -> usize {
        self.parked.len()
    }

    pub(super) fn tenant(&self, id: StreamId) -> Option<Arc<str>> {
        self.streams.get(&id).map(|s| Arc::clone(&s.key.tenant))
    }

    /// Takes an entry.
    pub(super) fn append(
        &mut self,
        entry: &Entry,
        ticket: Ticket,
        now: Instant,
        wall: Timestamp,
    ) -> Appended {
        let id = self.stream_of(&entry.labels, now);
        let Some(stream) = self.streams.get_mut(&id) else {
            return Appended::Waits;
        };
        stream.used = now;
        let refused = self
            .gate
            .refuses(
                entry.timestamp,
                entry.line.len(),
                stream.label_count,
                wall,
                now,
            )
            .or_else(|| {
                let full = self.config.max_streams > 0
                    && stream.open.is_none()
                    && self.open_streams >= self.config.max_streams;
                full.then_some(DropReason::StreamLimited)
            });
        if let Some(reason) = refused {
            ticket.settle();
            let tenant = Arc::clone(&stream.key.tenant);
            return Appended::Dropped { reason, tenant };
        }
        let size = entry_size(&entry.line, &entry.metadata);
        self.entries += 1;
        self.bytes += size;
        let mut wake = false;
        if let Some(open) = &stream.open
            && open.body.size() + size > self.config.batch_size
        {
            wake = true;
            self.complete(id);
        }
        let Some(stream) = self.streams.get_mut(&id) else {
            return Appended::Waits;
        };
        let batch = stream.open.get_or_insert_with(|| {
            wake |= self.opened.is_empty();
            self.opened.push_back((now, id));
            self.open_streams += 1;
            Batch::new(Arc::clone(&stream.key.labels), now)
        });
        batch.add(entry, ticket);
        if wake {
            Appended::Wake
        } else {
            Appended::Waits
        }
    }

    /// Completes every batch that has waited long enough (all of them with `all`) and ends the pauses that are over.
    pub(super) fn turn_over(&mut self, now: Instant, all: bool) {
        while let Some((opened, id)) = self.opened.front().copied() {
            if !all && opened + self.config.batch_wait > now {
                break;
            }
            self.opened.pop_front();
            let current = self
                .streams
                .get(&id)
                .and_then(|s| s.open.as_ref())
                .is_some_and(|batch| batch.opened == opened);
            if current {
                self.complete(id);
            }
        }
        while let Some((until, id)) = self.parked.first().copied() {
            if !all && until > now {
                break;
            }
            self.parked.pop_first();
            if let Some(stream) = self.streams.get_mut(&id) {
                stream.turn = Turn::Ready;
                self.ready.push_back(id);
            }
        }
        if self.swept.is_none_or(|at| now >= at + FORGET_AFTER) {
            self.swept = Some(now);
            self.forget_unused(now);
        }
    }

    /// The next batch to send.
    pub(super) fn next(&mut self) -> Option<(StreamId, Batch)> {
        while let Some(id) = self.ready.pop_front() {
            let Some(stream) = self.streams.get_mut(&id) else {
                continue;
            };
            if let Some(batch) = stream.complete.pop_front() {
                stream.turn = Turn::InFlight;
                return Some((id, batch));
            }
            stream.turn = Turn::Idle;
        }
        None
    }

    /// When [`Queue::turn_over`] next has something to do.
    pub(super) fn due(&self) -> Option<Instant> {
        let batch = self
            .opened
            .front()
            .map(|(at, _)| *at + self.config.batch_wait);
        let parked = self.parked.first().map(|(until, _)| *until);
        batch.into_iter().chain(parked).min()
    }

    /// The batch of a stream is through; the stream may send the next.
    pub(super) fn passed(&mut self, id: StreamId, batch: &Batch) {
        self.entries = self.entries.saturating_sub(batch.body.entries());
        self.bytes = self.bytes.saturating_sub(batch.body.size());
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.failures = 0;
            stream.backoff.succeeded();
            stream.turn = Turn::Idle;
            if !stream.complete.is_empty() {
                stream.turn = Turn::Ready;
                self.ready.push_back(id);
            }
        }
    }

    /// Puts batches back in front of their stream, which goes on at once.
    pub(super) fn put_back(&mut self, id: StreamId, first: Batch, second: Batch) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.complete.push_front(second);
            stream.complete.push_front(first);
            stream.turn = Turn::Ready;
            self.ready.push_front(id);
        }
    }

    /// Counts a failure of a stream's batch. Says how many there were in a row, this one included.
    pub(super) fn failed(&mut self, id: StreamId) -> u32 {
        self.streams.get_mut(&id).map_or(0, |stream| {
            stream.failures = stream.failures.saturating_add(1);
            stream.failures
        })
    }

    /// Puts a batch back and lets its stream pause; returns for how long.
    pub(super) fn park(
        &mut self,
        id: StreamId,
        batch: Batch,
        now: Instant,
        wish: Option<Duration>,
    ) -> Duration {
        let Some(stream) = self.streams.get_mut(&id) else {
            return Duration::ZERO;
        };
        let pause = stream.backoff.failed(wish);
        stream.complete.push_front(batch);
        stream.turn = Turn::Parked(now + pause);
        self.parked.insert((now + pause, id));
        pause
    }

    fn complete(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        let Some(batch) = stream.open.take() else {
            return;
        };
        self.open_streams = self.open_streams.saturating_sub(1);
        stream.complete.push_back(batch);
        if stream.turn == Turn::Idle {
            stream.turn = Turn::Ready;
            self.ready.push_back(id);
        }
    }

    fn stream_of(&mut self, labels: &Arc<Labels>, now: Instant) -> StreamId {
        let address = Arc::as_ptr(labels).addr();
        if let Some((_, id)) = self.by_set.get(&address) {
            return *id;
        }
        let (key, label_count) = self.key_of(labels);
        let id = if let Some(id) = self.by_key.get(&key) {
            *id
        } else {
            let id = self.next_id;
            let (min, max) = self.config.backoff;
            self.next_id += 1;
            self.by_key.insert(key.clone(), id);
            self.streams.insert(
                id,
                Stream::new(key, label_count, Backoff::new(min, max), now),
            );
            id
        };
        if self.by_set.len() >= KNOWN_SETS {
            self.by_set.clear();
        }
        self.by_set.insert(address, (Arc::clone(labels), id));
        id
    }

    /// Tenant and label string, with the external labels where the entry has none of that name.
    fn key_of(&self, labels: &Labels) -> (StreamKey, usize) {
        let external = self
            .config
            .external
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .filter(|(name, _)| labels.get(name).is_none());
        let mut all: Vec<(&str, &str)> = labels.iter().chain(external).collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        let tenant = all
            .iter()
            .find(|(name, value)| *name == TENANT_LABEL && !value.is_empty())
            .map_or_else(|| Arc::clone(&self.config.tenant), |(_, v)| Arc::from(*v));
        all.retain(|(name, _)| !name.starts_with("__"));
        let count = all.len();
        let labels = label_string(all).into();
        (StreamKey { tenant, labels }, count)
    }

    fn forget_unused(&mut self, now: Instant) {
        self.streams
            .retain(|_, stream| !stream.is_empty() || stream.used + FORGET_AFTER > now);
        let streams = &self.streams;
        self.by_key.retain(|_, id| streams.contains_key(id));
        self.by_set.retain(|_, (_, id)| streams.contains_key(id));
    }
}
