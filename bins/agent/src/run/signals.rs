//! SIGHUP reloads, SIGINT and SIGTERM stop, a second one of these ends the process at once.

use outpost_pipeline::Agent;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The signals that an agent acts on.
pub(super) struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

// === impl Signals ===

impl Signals {
    /// From now on these signals do not kill the process.
    pub(super) fn catch() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Acts on them for ever.
    pub(super) async fn follow(mut self, agent: Agent, stop: CancellationToken) {
        loop {
            let name = tokio::select! {
                Some(()) = self.hangup.recv() => {
                    // The agent logs how it went.
                    let _ = agent.reload().await;
                    continue;
                }
                Some(()) = self.interrupt.recv() => "SIGINT",
                Some(()) = self.terminate.recv() => "SIGTERM",
            };
            if stop.is_cancelled() {
                tracing::warn!(signal = name, "told to stop again: ending at once");
                std::process::exit(1);
            }
            tracing::info!(signal = name, "stopping");
            stop.cancel();
        }
    }
}
