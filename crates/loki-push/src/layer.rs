//! A `tracing` layer: a service's own events go to Loki without a file or an agent between.
//!
//! Each event becomes one line, its message and then its fields and those of its spans as `name=value`; the level is a
//! label, the target structured metadata. An event never waits: it is queued in memory within a byte budget, and dropped
//! and counted when that is used up, since a service must not stand still for its logs.
//!
//! Events of this crate and of the HTTP stack below it are left out: pushing must not cause more to push.
//!
//! It is not: durable. What Loki has not taken when the process ends is gone, unlike what an agent reads from a file.

mod builder;
mod text;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use outpost_model::Labels;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::{Budget, Entry, LogsReceiver, Timestamp, Tracker, WriteStatus, Writer};
pub use builder::{EventPushError, LokiLayerBuilder};
use text::Fields;

/// What an entry costs beside its line.
const OVERHEAD: usize = 128;
/// Events whose target begins like this come from pushing itself.
const OWN_TARGETS: &[&str] = &["outpost_", "hyper", "h2", "rustls", "tokio_rustls"];

/// The layer; add it to a `tracing_subscriber` registry. See [`LokiLayer::builder`].
#[derive(Debug)]
pub struct LokiLayer {
    shared: Arc<Shared>,
}

/// The sending half: a future to run, and what became of the events.
#[derive(Clone, Debug)]
pub struct EventPush {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    writer: Writer,
    /// By level: error, warn, info, debug, trace.
    labels: [Arc<Labels>; 5],
    tracker: Arc<Tracker>,
    budget: Budget,
    dropped: AtomicU64,
}

// === impl LokiLayer ===

impl LokiLayer {
    /// Begins a layer that pushes to `url`, `http://loki:3100/loki/api/v1/push` say.
    pub fn builder(url: impl Into<String>) -> LokiLayerBuilder {
        LokiLayerBuilder::new(url.into())
    }
}

impl<S> Layer<S> for LokiLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let target = event.metadata().target();
        if OWN_TARGETS.iter().any(|own| target.starts_with(own)) {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        if let Some(scope) = context.event_scope(event) {
            for span in scope.from_root() {
                if let Some(of_span) = span.extensions().get::<Fields>() {
                    fields.append(of_span);
                }
            }
        }
        self.shared
            .push(*event.metadata().level(), target, fields.into_line());
    }
}

// === impl EventPush ===

impl EventPush {
    /// Sends until `shutdown` is done, then tries for at most `grace` to send what is queued.
    pub async fn run(&self, shutdown: impl Future<Output = ()>, grace: Duration) {
        self.shared.writer.run(shutdown, grace).await;
    }

    /// Events dropped because Loki did not keep up and the budget was used up.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// What was sent, what waits, what Loki refused.
    pub fn status(&self) -> WriteStatus {
        self.shared.writer.status()
    }
}

// === impl Shared ===

impl Shared {
    fn push(&self, level: Level, target: &str, line: String) {
        let bytes = line.len() + target.len() + OVERHEAD;
        let Some(paid) = self.budget.try_take(bytes) else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let mut entry = Entry::new(self.labels_of(level), Timestamp::now(), line);
        entry.metadata.push(("target".into(), target.into()));
        let mut intake = self.tracker.intake(paid);
        entry.ticket = intake.admit(0, paid);
        drop(intake);
        self.writer.push(vec![entry]);
    }

    fn labels_of(&self, level: Level) -> Arc<Labels> {
        let [error, warn, info, debug, trace] = &self.labels;
        Arc::clone(match level {
            Level::ERROR => error,
            Level::WARN => warn,
            Level::INFO => info,
            Level::DEBUG => debug,
            Level::TRACE => trace,
        })
    }
}
