//! What every component does that finds targets: ask, export, say how it went, and ask anew when the question changes.

use std::sync::Arc;

use outpost_alloy_syntax::{Duration, Value};
use outpost_collect::discovery::Discovery;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::arguments::{Target, targets_value};
use crate::{Context, Refusal};

/// The one export.
const TARGETS: &str = "targets";

/// Where and how to look; made of checked arguments, without I/O.
pub(super) trait Question: Send + Sync + 'static {
    /// What looks.
    type Discovery: Discovery;

    /// Begins to look.
    fn discovery(&self) -> Self::Discovery;
}

/// A search whose question may change while it runs.
pub(super) struct Search<Q> {
    context: Context,
    question: watch::Sender<Arc<Q>>,
}

/// A `refresh_interval` that can be waited for.
pub(super) fn interval(given: Duration) -> Result<std::time::Duration, Refusal> {
    given
        .to_std()
        .filter(|interval| !interval.is_zero())
        .ok_or_else(|| Refusal::of(["refresh_interval"], "refresh_interval must be more than 0"))
}

// === impl Search ===

impl<Q: Question> Search<Q> {
    pub(super) fn new(context: &Context, question: Q) -> Self {
        context.exports().set(TARGETS, Value::array([]));
        Self {
            context: context.clone(),
            question: watch::Sender::new(Arc::new(question)),
        }
    }

    pub(super) fn ask(&self, question: Q) {
        self.question.send_replace(Arc::new(question));
    }

    /// Searches until `shutdown`.
    pub(super) async fn run(&self, shutdown: CancellationToken) -> Result<(), Refusal> {
        let mut questions = self.question.subscribe();
        loop {
            let question = Arc::clone(&questions.borrow_and_update());
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                changed = questions.changed() => if changed.is_err() {
                    return Ok(());
                },
                () = self.follow(question.discovery()) => {}
            }
        }
    }

    async fn follow(&self, mut discovery: Q::Discovery) {
        loop {
            match discovery.next().await {
                Ok(found) => {
                    let targets: Vec<Target> =
                        found.iter().map(|labels| labels.iter().collect()).collect();
                    self.context.exports().set(TARGETS, targets_value(&targets));
                    let plural = if targets.len() == 1 { "" } else { "s" };
                    self.context
                        .healthy(format!("{} target{plural} found", targets.len()));
                }
                Err(error) => {
                    let refusal = Refusal::because(&error);
                    tracing::warn!(error = %refusal, "cannot discover targets");
                    self.context.unhealthy(refusal.to_string());
                }
            }
        }
    }
}
