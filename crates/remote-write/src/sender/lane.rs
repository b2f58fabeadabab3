//! One lane: its points in requests, one after the other, each until there is a verdict.

use std::time::SystemTime;

use bytes::Bytes;
use outpost_http_client::{Backoff, Verdict, classify};
use tokio::time::Instant;

use super::Shared;
use super::post::{Answer, Written, post};
use crate::Protocol;
use crate::encode::{Encoded, Encoder};
use crate::ledger::Health;
use crate::metrics::Reason;
use crate::points::{Counts, Points};

/// Bytes of a request before compression, unless one sample alone has more. Prometheus reads no more than 32 MiB.
pub(super) const MAX_REQUEST_BYTES: usize = 8 << 20;
/// What no receiver reads.
const REFUSED_BYTES: usize = 32 << 20;

/// One lane's points and buffers.
#[derive(Default)]
pub(super) struct Lane {
    pub(super) points: Points,
    pub(super) encoder: Encoder,
}

/// How a lane's part of a round went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Every point has a verdict.
    Done,
    /// The same, but not at the first try.
    Troubled,
    /// A stop came first.
    Stopped,
}

/// What to do after a try.
enum Next {
    /// The receiver took it.
    Done(Written),
    /// The receiver stored a part and refused the rest, in these words.
    Partly(Counts, String),
    /// The points or the protocol have changed.
    Reencode,
    /// It will not be taken.
    Drop(Reason, String),
}

// === impl Lane ===

impl Lane {
    /// Sends all points.
    pub(super) async fn deliver(&mut self, shared: &Shared) -> Outcome {
        let mut outcome = Outcome::Done;
        let mut most = shared.endpoint.queue.max_samples_per_send;
        let queue = shared.endpoint.queue;
        let mut backoff = Backoff::new(queue.min_backoff, queue.max_backoff);
        while !self.points.is_empty() {
            let protocol = shared.protocol();
            let encoded = {
                let tables = shared.log.table.read();
                self.encoder
                    .encode(protocol, &tables, &self.points, most, MAX_REQUEST_BYTES)
            };
            if encoded.counts.total() == 0 || self.encoder.raw().len() > REFUSED_BYTES {
                let reason = if encoded.counts.total() > 0 {
                    Reason::TooLarge
                } else {
                    Reason::CustomBuckets
                };
                shared
                    .ledger
                    .dropped(reason, self.points.counts_of_first(encoded.covered));
                self.points.drop_front(encoded.covered);
                continue;
            }
            let body = Bytes::copy_from_slice(self.encoder.compress());
            match self
                .request(
                    shared,
                    protocol,
                    &encoded,
                    &body,
                    &mut backoff,
                    &mut outcome,
                )
                .await
            {
                None => return Outcome::Stopped,
                Some(Next::Done(written)) => {
                    settle(shared, protocol, &encoded, written);
                    self.points.drop_front(encoded.covered);
                }
                Some(Next::Partly(stored, words)) => {
                    refused(shared, &words);
                    let stored = stored.at_most(encoded.counts);
                    shared.ledger.sent(stored);
                    let covered = self.points.counts_of_first(encoded.covered);
                    shared.ledger.dropped(Reason::Rejected, covered - stored);
                    self.points.drop_front(encoded.covered);
                }
                Some(Next::Drop(Reason::TooLarge, _)) if encoded.covered > 1 => {
                    most = encoded.covered / 2;
                }
                Some(Next::Drop(reason, words)) => {
                    refused(shared, &words);
                    shared
                        .ledger
                        .dropped(reason, self.points.counts_of_first(encoded.covered));
                    self.points.drop_front(encoded.covered);
                }
                Some(Next::Reencode) => {}
            }
        }
        outcome
    }

    /// Sends one request until there is a verdict; `None` if a stop came first.
    async fn request(
        &mut self,
        shared: &Shared,
        protocol: Protocol,
        encoded: &Encoded,
        body: &Bytes,
        backoff: &mut Backoff,
        outcome: &mut Outcome,
    ) -> Option<Next> {
        let metrics = &shared.ledger.metrics;
        let kinds = [
            encoded.counts.samples,
            encoded.counts.histograms,
            encoded.counts.exemplars,
        ];
        let kinds = [kinds[0], kinds[1], kinds[2], encoded.metadata];
        for attempt in 0.. {
            for (counter, number) in metrics.sent.iter().zip(kinds) {
                counter.inc_by(number);
            }
            metrics.bytes.inc_by(body.len() as u64);
            let begun = Instant::now();
            let answer = tokio::select! {
                answer = post(shared, protocol, body, attempt) => answer,
                () = shared.out_of_grace() => return None,
            };
            metrics.duration.observe(begun.elapsed().as_secs_f64());
            let (wait, reason) = match judge(shared, protocol, answer) {
                Judged::Next(next) => {
                    if let Next::Done(_) = next {
                        backoff.succeeded();
                    }
                    return Some(next);
                }
                Judged::Wait(wish, reason) => (backoff.failed(wish), reason),
            };
            *outcome = Outcome::Troubled;
            if shared.ledger.set_health(Health::Retrying {
                reason: reason.clone(),
            }) {
                tracing::warn!(
                    endpoint = shared.endpoint.name,
                    url = shared.endpoint.url,
                    reason,
                    "cannot deliver samples, they are kept and tried again"
                );
            }
            if !shared.pause(wait).await {
                return None;
            }
            for (counter, number) in metrics.retried.iter().zip(kinds) {
                counter.inc_by(number);
            }
            if let Some(oldest) = shared.oldest_ms() {
                let gone = self.points.drop_older(oldest);
                if gone.total() > 0 {
                    shared.ledger.dropped(Reason::TooOld, gone);
                    return Some(Next::Reencode);
                }
            }
        }
        None
    }
}

/// Books a request that the receiver took.
fn settle(shared: &Shared, protocol: Protocol, encoded: &Encoded, written: Written) {
    let ledger = &shared.ledger;
    if ledger.set_health(Health::Delivering) {
        tracing::info!(
            endpoint = shared.endpoint.name,
            url = shared.endpoint.url,
            "delivering samples"
        );
    }
    let custom = Counts {
        histograms: encoded.custom_buckets,
        ..Counts::default()
    };
    ledger.dropped(Reason::CustomBuckets, custom);
    let stored = match (protocol, written) {
        (Protocol::V2, Written::Counted(stored)) => stored.at_most(encoded.counts),
        _ => encoded.counts,
    };
    ledger.sent(stored);
    ledger.dropped(Reason::NotWritten, encoded.counts - stored);
}

enum Judged {
    Next(Next),
    Wait(Option<std::time::Duration>, String),
}

/// What an answer, or the lack of one, means.
fn judge(shared: &Shared, protocol: Protocol, answer: Result<Answer, String>) -> Judged {
    let answer = match answer {
        Ok(answer) => answer,
        Err(reason) => return Judged::Wait(None, reason),
    };
    let words = || format!("{} {}", answer.status.as_u16(), answer.words);
    let verdict = classify(answer.status, &answer.headers, SystemTime::now());
    match verdict {
        Verdict::Accepted => match (protocol, answer.written) {
            // A 1.0 receiver that takes anything: it has stored nothing of 2.0.
            (Protocol::V2, Written::NotSaid) => {
                shared.fall_back();
                Judged::Next(Next::Reencode)
            }
            _ => Judged::Next(Next::Done(answer.written)),
        },
        Verdict::Retry { .. }
            if answer.status.as_u16() == 429 && !shared.endpoint.queue.retry_on_http_429 =>
        {
            Judged::Next(Next::Drop(Reason::Rejected, words()))
        }
        Verdict::Retry { after } => Judged::Wait(after, words()),
        Verdict::TooLarge => Judged::Next(Next::Drop(Reason::TooLarge, words())),
        Verdict::UnsupportedMedia if protocol == Protocol::V2 => {
            shared.fall_back();
            Judged::Next(Next::Reencode)
        }
        Verdict::UnsupportedMedia | Verdict::Rejected => match answer.written {
            // Part of it was stored all the same.
            Written::Counted(stored) if protocol == Protocol::V2 && stored.total() > 0 => {
                Judged::Next(Next::Partly(stored, words()))
            }
            _ => Judged::Next(Next::Drop(Reason::Rejected, words())),
        },
    }
}

/// Says once per spell why samples are being lost.
fn refused(shared: &Shared, words: &str) {
    if shared.ledger.set_health(Health::Refused {
        reason: words.to_owned(),
    }) {
        tracing::error!(
            endpoint = shared.endpoint.name,
            url = shared.endpoint.url,
            answer = words,
            "the receiver refuses samples, they are dropped and counted"
        );
    }
}
