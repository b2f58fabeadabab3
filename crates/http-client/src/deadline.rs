//! One deadline over a whole exchange, and the phase that it struck in.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// When an exchange must be over: connecting, sending, waiting and reading the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    limit: Option<(Instant, Duration)>,
}

/// What an exchange was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Getting credentials: a file, or a token from its endpoint.
    Credentials,
    /// Asking for the host's addresses.
    Resolve,
    /// Opening the connection.
    Connect,
    /// Asking the proxy for a way through.
    Proxy,
    /// Agreeing on TLS.
    Tls,
    /// Sending the request and waiting for the answer's head.
    Answer,
    /// Reading the body.
    Body,
}

/// The phase of an exchange, shared between the one who works and the one who watches the clock.
#[derive(Debug)]
pub(crate) struct Progress(AtomicU8);

const PHASES: [Phase; 7] = [
    Phase::Credentials,
    Phase::Resolve,
    Phase::Connect,
    Phase::Proxy,
    Phase::Tls,
    Phase::Answer,
    Phase::Body,
];

// === impl Deadline ===

impl Deadline {
    /// From now on, `timeout` for everything.
    pub fn after(timeout: Duration) -> Self {
        let limit = Instant::now()
            .checked_add(timeout)
            .map(|instant| (instant, timeout));
        Self { limit }
    }

    /// No deadline, for streams that last.
    pub fn none() -> Self {
        Self { limit: None }
    }

    /// What was given to [`Deadline::after`].
    pub fn timeout(&self) -> Option<Duration> {
        self.limit.map(|(_, timeout)| timeout)
    }

    /// Runs `work` until the deadline; `Err` holds the whole timeout.
    pub(crate) async fn bound<T>(self, work: impl Future<Output = T>) -> Result<T, Duration> {
        match self.limit {
            Some((instant, timeout)) => timeout_at(instant, work).await.map_err(|_| timeout),
            None => Ok(work.await),
        }
    }
}

// === impl Phase ===

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "getting credentials",
            Self::Resolve => "resolving the name",
            Self::Connect => "connecting",
            Self::Proxy => "asking the proxy",
            Self::Tls => "the TLS handshake",
            Self::Answer => "waiting for the answer",
            Self::Body => "reading the body",
        })
    }
}

// === impl Progress ===

impl Progress {
    pub(crate) fn new() -> Self {
        Self(AtomicU8::new(Phase::Credentials as u8))
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Relaxed);
    }

    pub(crate) fn phase(&self) -> Phase {
        let index = usize::from(self.0.load(Ordering::Relaxed));
        PHASES.get(index).copied().unwrap_or(Phase::Body)
    }
}
