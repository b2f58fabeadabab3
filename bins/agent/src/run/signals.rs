//! SIGHUP reloads, SIGINT and SIGTERM stop, a second one of these ends the process at once.

use outpost_pipeline::Agent;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Acts on signals for ever.
pub(super) async fn follow(agent: Agent, stop: CancellationToken) {
    let (Some(mut hangup), Some(mut interrupt), Some(mut terminate)) = (
        listen(SignalKind::hangup()),
        listen(SignalKind::interrupt()),
        listen(SignalKind::terminate()),
    ) else {
        return;
    };
    loop {
        let name = tokio::select! {
            Some(()) = hangup.recv() => {
                // The agent logs how it went.
                let _ = agent.reload().await;
                continue;
            }
            Some(()) = interrupt.recv() => "SIGINT",
            Some(()) = terminate.recv() => "SIGTERM",
        };
        if stop.is_cancelled() {
            tracing::warn!(signal = name, "told to stop again: ending at once");
            std::process::exit(1);
        }
        tracing::info!(signal = name, "stopping");
        stop.cancel();
    }
}

fn listen(kind: SignalKind) -> Option<Signal> {
    signal(kind)
        .inspect_err(|error| tracing::error!(%error, "cannot listen for signals"))
        .ok()
}
