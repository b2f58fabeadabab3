//! What can go wrong with a daemon, as far as callers act on it.

use outpost_http_client::{ReadError, SendError};

use crate::FrameError;

/// A failed call.
#[derive(Debug, thiserror::Error)]
pub enum DockerError {
    /// The container is gone: forget it.
    #[error("the Docker daemon does not know {what}")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// The logging driver cannot be read; asking again helps nothing.
    #[error("the logs of {what} cannot be read: {message}")]
    NotReadable {
        /// The container.
        what: String,
        /// The daemon's words.
        message: String,
    },
    /// Any other refusal.
    #[error("the Docker daemon answered {status} to {call}: {message}")]
    Refused {
        /// The path that was asked for.
        call: String,
        /// The status.
        status: u16,
        /// The daemon's words.
        message: String,
    },
    /// No daemon answers.
    #[error("cannot reach the Docker daemon at {host}")]
    Unreachable {
        /// The host as configured.
        host: String,
        /// Why.
        source: SendError,
    },
    /// The answer broke off, or was too large.
    #[error("the answer to {call} broke off")]
    Body {
        /// The path that was asked for.
        call: String,
        /// How.
        source: ReadError,
    },
    /// The answer is not what a daemon says.
    #[error("the answer to {call} cannot be understood")]
    Json {
        /// The path that was asked for.
        call: String,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// An event larger than any real one.
    #[error("an event of more than {limit} bytes")]
    EventTooLarge {
        /// The limit.
        limit: usize,
    },
    /// The daemon failed in the middle of a log.
    #[error("the Docker daemon cannot read the logs of {what} any further: {message}")]
    LogFailed {
        /// The container.
        what: String,
        /// The daemon's words.
        message: String,
    },
    /// The log stream is not framed as it should be.
    #[error("the logs of {what} are garbled")]
    Frame {
        /// The container.
        what: String,
        /// How.
        source: FrameError,
    },
}

// === impl DockerError ===

impl DockerError {
    /// Whether the daemon is away, rather than unwilling.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Body { .. })
    }
}
