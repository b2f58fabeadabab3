//! One endpoint at work: takes entries, sends batches, settles receipts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::IN_FLIGHT;
use super::answer::{Answer, DropReason};
use super::config::{EndpointConfig, MAX_BATCH, WriteConfigError};
use super::limits::Gate;
use super::metrics::{EndpointMetrics, WriteMetrics};
use super::queue::{Appended, Queue, QueueConfig, StreamId};
use super::send::{Reply, Sender};
use super::status::EndpointStatus;
use super::stream::Batch;
use crate::{Entry, Ticket, Timestamp};

/// An endpoint.
#[derive(Debug)]
pub(super) struct Endpoint {
    name: String,
    state: Mutex<State>,
    wake: Notify,
    sender: Arc<Sender>,
    max_tries: Option<u32>,
    retry_on_429: bool,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    metrics: EndpointMetrics,
    last_error: Option<String>,
}

/// A request that has ended.
struct Done {
    stream: StreamId,
    batch: Batch,
    reply: Reply,
}

// === impl Endpoint ===

impl Endpoint {
    pub(super) fn new(
        config: EndpointConfig,
        external: &Arc<Vec<(String, String)>>,
        max_streams: usize,
        metrics: &WriteMetrics,
    ) -> Result<Self, WriteConfigError> {
        let queue = QueueConfig {
            batch_size: config.batch_size.min(MAX_BATCH),
            batch_wait: config.batch_wait,
            max_streams,
            tenant: config.tenant_id.as_str().into(),
            external: Arc::clone(external),
            backoff: (
                config.min_backoff,
                config.max_backoff.max(config.min_backoff),
            ),
        };
        Ok(Self {
            name: config.display_name(),
            state: Mutex::new(State {
                queue: Queue::new(queue, Gate::new(config.limits)),
                metrics: metrics.of(&config.host(), &config.tenant_id),
                last_error: None,
            }),
            wake: Notify::new(),
            max_tries: config.max_tries,
            retry_on_429: config.retry_on_429,
            sender: Arc::new(Sender::new(config)?),
        })
    }

    /// Takes entries with tickets of their own.
    pub(super) fn push<'a>(&self, entries: impl Iterator<Item = (&'a Entry, Ticket)>) {
        let (now, wall) = (Instant::now(), Timestamp::now());
        let mut state = self.lock();
        let mut wake = false;
        for (entry, ticket) in entries {
            wake |= state.append(entry, ticket, now, wall);
        }
        drop(state);
        if wake {
            self.wake.notify_one();
        }
    }

    /// Takes entries whole.
    pub(super) fn push_owned(&self, mut batch: Vec<Entry>) {
        let (now, wall) = (Instant::now(), Timestamp::now());
        let mut state = self.lock();
        let mut wake = false;
        for entry in &mut batch {
            let ticket = std::mem::take(&mut entry.ticket);
            wake |= state.append(entry, ticket, now, wall);
        }
        drop(state);
        if wake {
            self.wake.notify_one();
        }
    }

    pub(super) fn status(&self) -> EndpointStatus {
        let state = self.lock();
        EndpointStatus {
            name: self.name.clone(),
            sent: state.metrics.sent,
            pending: state.queue.entries as u64,
            pending_bytes: state.queue.bytes as u64,
            dropped: state.metrics.dropped.clone(),
            retries: state.metrics.retries,
            streams: state.queue.streams(),
            parked_streams: state.queue.parked(),
            last_error: state.last_error.clone(),
        }
    }

    /// Sends until `shutdown`, then tries once more what waits, until `grace` is over.
    pub(super) async fn run(&self, shutdown: impl Future<Output = ()>, grace: Duration) {
        tokio::pin!(shutdown);
        let mut requests: JoinSet<Done> = JoinSet::new();
        loop {
            let due = self.dispatch(&mut requests, false);
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(done) = requests.join_next() => self.finish(done),
                () = self.wake.notified() => {}
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
        }
        let end = Instant::now() + grace;
        self.dispatch(&mut requests, true);
        while let Ok(Some(done)) = timeout_at(end, requests.join_next()).await {
            self.finish(done);
            self.dispatch(&mut requests, false);
        }
    }

    /// Starts requests while there is room; says when to look again.
    fn dispatch(&self, requests: &mut JoinSet<Done>, all: bool) -> Option<Instant> {
        let mut state = self.lock();
        state.queue.turn_over(Instant::now(), all);
        while requests.len() < IN_FLIGHT {
            let Some((stream, mut batch)) = state.queue.next() else {
                break;
            };
            let tenant = state.queue.tenant(stream).unwrap_or_default();
            let sender = Arc::clone(&self.sender);
            requests.spawn(async move {
                let reply = sender.send(&tenant, &mut batch.body).await;
                Done {
                    stream,
                    batch,
                    reply,
                }
            });
        }
        state.queue.due()
    }

    fn finish(&self, done: Result<Done, tokio::task::JoinError>) {
        // A request that panicked or was aborted has dropped its receipts: the sources will read again.
        let Ok(Done {
            stream,
            batch,
            reply,
        }) = done
        else {
            return;
        };
        let settled = self.lock().judge(self, stream, batch, reply);
        if let Some(batch) = settled {
            batch.receipts.settle();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl State ===

impl State {
    fn append(&mut self, entry: &Entry, ticket: Ticket, now: Instant, wall: Timestamp) -> bool {
        match self.queue.append(entry, ticket, now, wall) {
            Appended::Waits => false,
            Appended::Wake => true,
            Appended::Dropped { reason, tenant } => {
                self.metrics.dropped(&tenant, reason, 1, entry.line.len());
                false
            }
        }
    }

    /// Takes a request's answer; returns the batch if its fate is final.
    fn judge(
        &mut self,
        endpoint: &Endpoint,
        stream: StreamId,
        batch: Batch,
        reply: Reply,
    ) -> Option<Batch> {
        let now = Instant::now();
        let tenant = self.queue.tenant(stream).unwrap_or_default();
        let (entries, bytes) = (batch.body.entries(), batch.body.size());
        self.metrics
            .answered(&tenant, &reply.status, reply.body, reply.took.as_secs_f64());
        match reply.answer {
            Answer::Stored => {
                let latency = now.saturating_duration_since(batch.opened).as_secs_f64();
                self.metrics.sent(&tenant, entries, reply.body, latency);
                self.queue.passed(stream, &batch);
                if self.queue.parked() == 0 {
                    self.last_error = None;
                }
                Some(batch)
            }
            Answer::Refused {
                reason,
                ignored,
                oldest,
                message,
            } => {
                let ignored = ignored.unwrap_or(entries).min(entries);
                tracing::warn!(endpoint = endpoint.name, lines = ignored, of = entries, labels = %batch.body.labels(), message, "Loki refused log lines for good");
                if let Some(oldest) = oldest {
                    self.queue.gate.learn_oldest(oldest, Timestamp::now(), now);
                }
                self.metrics
                    .dropped(&tenant, reason, ignored, bytes * ignored / entries.max(1));
                if ignored < entries {
                    self.metrics
                        .sent(&tenant, entries - ignored, reply.body, 0.0);
                }
                self.last_error = Some(message);
                self.queue.passed(stream, &batch);
                Some(batch)
            }
            Answer::TooLarge { message } => match batch.split() {
                Ok((first, second)) => {
                    self.metrics.retried(&tenant);
                    self.queue.put_back(stream, first, second);
                    None
                }
                Err(batch) => {
                    tracing::warn!(
                        endpoint = endpoint.name,
                        bytes,
                        message,
                        "a log line is too large for the receiver"
                    );
                    self.metrics
                        .dropped(&tenant, DropReason::LineTooLong, entries, bytes);
                    self.last_error = Some(message);
                    self.queue.passed(stream, &batch);
                    Some(batch)
                }
            },
            Answer::Later {
                limited,
                after,
                message,
            } => {
                let tries = self.queue.failed(stream);
                let hopeless = limited && !endpoint.retry_on_429;
                if !hopeless {
                    self.metrics.retried(&tenant);
                }
                if hopeless || endpoint.max_tries.is_some_and(|max| tries >= max) {
                    let reason = if limited {
                        DropReason::RateLimited
                    } else {
                        DropReason::IngesterError
                    };
                    tracing::warn!(
                        endpoint = endpoint.name,
                        lines = entries,
                        tries,
                        message,
                        "log lines were given up, as max_backoff_retries and retry_on_http_429 say"
                    );
                    self.metrics.dropped(&tenant, reason, entries, bytes);
                    self.last_error = Some(message);
                    self.queue.passed(stream, &batch);
                    return Some(batch);
                }
                let pause = self.queue.park(stream, batch, now, after);
                if self.last_error.as_ref() != Some(&message) {
                    tracing::warn!(
                        endpoint = endpoint.name,
                        message,
                        ?pause,
                        "a push failed and will be tried again"
                    );
                }
                self.last_error = Some(message);
                None
            }
        }
    }
}
