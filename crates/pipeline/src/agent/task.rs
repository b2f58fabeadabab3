//! A component's task: its end is its health.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use crate::built::Part;
use crate::{ComponentId, Health, HealthState};

/// A running component; dropping it kills the task.
pub(super) struct Task {
    shutdown: CancellationToken,
    handle: AbortOnDropHandle<()>,
}

// === impl Task ===

impl Task {
    /// Starts the component's run.
    pub(super) fn start(id: &ComponentId, part: &Part) -> Self {
        let shutdown = CancellationToken::new();
        let span = tracing::info_span!(
            "component",
            component_path = id.metric_path(),
            component_id = id.local()
        );
        let run = {
            let _entered = span.enter();
            part.instance.run(shutdown.clone())
        };
        part.context
            .health()
            .set_run(Health::now(HealthState::Healthy, "started component"));
        let (context, told) = (part.context.clone(), shutdown.clone());
        let task = async move {
            let message = match AssertUnwindSafe(run).catch_unwind().await {
                Ok(Ok(())) if told.is_cancelled() => "component stopped".to_owned(),
                Ok(Ok(())) => "component ended by itself".to_owned(),
                Ok(Err(refusal)) => format!("component ended: {refusal}"),
                Err(_) => "component ended by a panic, which is a mistake in outpost".to_owned(),
            };
            if !told.is_cancelled() {
                tracing::error!("{message}");
            }
            context
                .health()
                .set_run(Health::now(HealthState::Exited, message));
        };
        Self {
            shutdown,
            handle: AbortOnDropHandle::new(tokio::spawn(task.instrument(span))),
        }
    }

    /// Tells the task to stop.
    pub(super) fn tell(&self) {
        self.shutdown.cancel();
    }

    /// Waits for its end until `deadline`, then kills it; whether it ended by itself.
    pub(super) async fn end(self, deadline: Instant) -> bool {
        // Even without any grace a task that has ended already counts as ended.
        let deadline = deadline.max(Instant::now() + Duration::from_millis(1));
        timeout_at(deadline, self.handle).await.is_ok()
    }
}
