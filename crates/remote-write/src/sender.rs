//! One endpoint's sender: rounds of requests from its place in the log, until it is told to stop.
//!
//! A round takes points from the log, spreads them over one or more lanes, and is over when every lane has a verdict on
//! all of its points; then the place moves, durably. A kill repeats at most the round that was under way. Points of one
//! series are always in one lane, in order. Lanes are added while a backlog persists and taken away at the first
//! failure. Senders share nothing but the log: none can hold up another.

mod lane;
mod metadata;
mod post;
mod round;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use outpost_http_client::Client;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::Protocol;
use crate::config::Endpoint;
use crate::ledger::{Health, Ledger};
use crate::log::Log;
use crate::mapping::Mapping;
use crate::source::Source;
use crate::wal::cursor::Cursor;
use lane::{Lane, Outcome};
use metadata::MetadataTimer;
use round::Round;

/// How long a stop waits for a request in flight, and for what can be sent at once.
const GRACE: Duration = Duration::from_secs(2);
/// The wait after the log could not be read.
const READ_AGAIN: Duration = Duration::from_secs(1);
/// Rounds that were full at once, one after the other, until a lane is added.
const FULL_ROUNDS: u32 = 3;

/// What all lanes of a sender use.
pub(crate) struct Shared {
    pub(crate) log: Arc<Log>,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) ledger: Arc<Ledger>,
    client: Client,
    stop: CancellationToken,
    /// When a stop waits no longer.
    grace_ends: OnceLock<Instant>,
    /// The receiver does not read 2.0.
    fallen_back: AtomicBool,
}

/// One endpoint's sender.
pub(crate) struct Sender {
    shared: Shared,
    source: Source,
    /// `None`: its file cannot be opened.
    cursor: Option<Cursor>,
    mapping: Option<Mapping>,
    lanes: Vec<Lane>,
    width: usize,
    full_rounds: u32,
    metadata: MetadataTimer,
}

// === impl Sender ===

impl Sender {
    /// A sender that goes on at the endpoint's place.
    pub(crate) fn open(
        log: &Arc<Log>,
        endpoint: &Arc<Endpoint>,
        ledger: &Arc<Ledger>,
        stop: CancellationToken,
    ) -> Self {
        let cursor = Cursor::open(&log.directory, &endpoint.key).inspect_err(|error| {
            tracing::error!(endpoint = endpoint.name, %error, "cannot keep the place in the log");
        });
        let cursor = cursor.ok();
        let at = log.register(&endpoint.key, cursor.as_ref().and_then(Cursor::position));
        ledger
            .metrics
            .protocol
            .set(if endpoint.protocol == Protocol::V2 {
                2
            } else {
                1
            });
        let mut sender = Self {
            source: Source::new(log, &endpoint.key, at),
            mapping: Mapping::new(&log.table, &endpoint.rules),
            cursor,
            lanes: Vec::new(),
            width: endpoint.queue.min_shards,
            full_rounds: 0,
            metadata: MetadataTimer::new(endpoint.metadata),
            shared: Shared {
                client: Client::new(endpoint.client.clone()),
                log: Arc::clone(log),
                endpoint: Arc::clone(endpoint),
                ledger: Arc::clone(ledger),
                stop,
                grace_ends: OnceLock::new(),
                fallen_back: AtomicBool::new(false),
            },
        };
        // An endpoint never seen before has its place from now on.
        sender.keep_place(at);
        sender
    }

    /// Sends until told to stop; then what can be sent at once.
    pub(crate) async fn run(mut self) {
        let mut round = Round::default();
        loop {
            if let Some(mapping) = &mut self.mapping {
                mapping.refresh();
            }
            let stopping = self.shared.stop.is_cancelled();
            round.clear();
            let gathered = self.gather(&mut round, stopping).await;
            if round.is_empty() && stopping {
                return;
            }
            match self.send(&mut round).await {
                Outcome::Stopped => return,
                Outcome::Troubled => round.troubled = true,
                Outcome::Done => {}
            }
            let end = self
                .shared
                .log
                .ack(&self.shared.endpoint.key, round.end, round.taken);
            self.keep_place(end);
            self.adapt(&round);
            if let Err(error) = gathered {
                self.unreadable(&error).await;
            }
            if self.metadata.is_due(self.shared.protocol()) && !self.shared.stop.is_cancelled() {
                self.metadata.send(&self.shared, &mut self.lanes).await;
            }
        }
    }

    /// Sends the round; each lane gets the points of its series.
    async fn send(&mut self, round: &mut Round) -> Outcome {
        let width = self.width;
        self.lanes
            .resize_with(width.max(self.lanes.len()), Lane::default);
        round.spread(&mut self.lanes, width);
        let shared = &self.shared;
        let lanes = self
            .lanes
            .iter_mut()
            .take(width)
            .map(|lane| lane.deliver(shared));
        let outcomes = futures_util::future::join_all(lanes).await;
        if outcomes.contains(&Outcome::Stopped) {
            Outcome::Stopped
        } else if outcomes.contains(&Outcome::Troubled) {
            Outcome::Troubled
        } else {
            Outcome::Done
        }
    }

    /// More lanes while a backlog persists, fewer when the receiver has trouble or nothing waits.
    fn adapt(&mut self, round: &Round) {
        let queue = &self.shared.endpoint.queue;
        let behind = round.was_full && round.waited.is_zero();
        if round.troubled || !behind {
            self.full_rounds = 0;
            let fewer = if round.troubled {
                queue.min_shards
            } else {
                self.width - 1
            };
            self.width = fewer.max(queue.min_shards);
        } else {
            self.full_rounds += 1;
            let pending = self
                .shared
                .log
                .pending(&self.shared.endpoint.key)
                .counts
                .total();
            let worth = pending > 4 * (queue.max_samples_per_send * self.width) as u64;
            if self.full_rounds >= FULL_ROUNDS && worth && self.width < queue.max_shards {
                self.full_rounds = 0;
                self.width += 1;
            }
        }
        let metrics = &self.shared.ledger.metrics;
        let width = i64::try_from(self.width).unwrap_or(i64::MAX);
        metrics.shards.set(width);
        metrics.shards_desired.set(width);
        if let Some(newest) = round.newest_ms {
            metrics
                .highest_sent
                .set(metrics.highest_sent.get().max(newest as f64 / 1000.0));
        }
    }

    fn keep_place(&mut self, place: crate::chunk::Position) {
        let stored = self
            .cursor
            .as_mut()
            .map_or(Ok(()), |cursor| cursor.store(place));
        if let Err(error) = stored {
            // The place is kept in memory; a kill now would send again what was sent.
            tracing::warn!(endpoint = self.shared.endpoint.name, %error, "cannot store the place in the log");
        }
    }

    async fn unreadable(&mut self, error: &io::Error) {
        let reason = format!("cannot read the log: {error}");
        if self.shared.ledger.set_health(Health::Retrying { reason }) {
            tracing::error!(endpoint = self.shared.endpoint.name, %error, "cannot read the log");
        }
        self.shared.pause(READ_AGAIN).await;
    }
}

// === impl Shared ===

impl Shared {
    /// The protocol that the receiver understands, as far as is known.
    pub(crate) fn protocol(&self) -> Protocol {
        if self.fallen_back.load(Ordering::Relaxed) {
            Protocol::V1
        } else {
            self.endpoint.protocol
        }
    }

    /// From now on 1.0.
    fn fall_back(&self) {
        if !self.fallen_back.swap(true, Ordering::Relaxed) {
            self.ledger.metrics.protocol.set(1);
            tracing::warn!(
                endpoint = self.endpoint.name,
                url = self.endpoint.url,
                "the receiver does not understand remote write 2.0: going on with 1.0"
            );
        }
    }

    /// Waits; false if a stop came first.
    async fn pause(&self, wait: Duration) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = sleep(wait) => true,
        }
    }

    /// Resolves some time after a stop.
    async fn out_of_grace(&self) {
        self.stop.cancelled().await;
        sleep_until(*self.grace_ends.get_or_init(|| Instant::now() + GRACE)).await;
    }

    /// Oldest time that is still sent.
    fn oldest_ms(&self) -> Option<i64> {
        let limit = self.endpoint.queue.sample_age_limit;
        (!limit.is_zero()).then(|| {
            let limit = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
            crate::clock::now_ms().saturating_sub(limit)
        })
    }
}

/// A deadline as a future that never resolves if there is none.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
