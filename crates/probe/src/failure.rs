//! Why a probe failed, as a word for a label and a sentence for people.

use std::fmt;

/// Where a probe stopped: the value of the `reason` label of `probe_failure_info`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The target is no URL or address.
    Target,
    /// The name has no address of an allowed family.
    Dns,
    /// No connection.
    Connect,
    /// The handshake failed or the certificate was refused.
    Tls,
    /// The time was up.
    Timeout,
    /// The exchange broke off.
    Protocol,
    /// The answer came, with a status that the module does not accept.
    Status,
    /// The answer came, with a body that the module does not accept.
    Body,
    /// The answer came over a connection that the module does not accept.
    Ssl,
    /// Too many redirects, or one that leads nowhere.
    Redirect,
    /// The answer came, with a header that the module does not accept.
    Header,
    /// The answer came in a version of HTTP that the module does not accept.
    Version,
    /// What the peer said is not what the module expects.
    Expect,
    /// The answer came, with records that the module does not accept.
    Records,
    /// The service says that it does not serve.
    Health,
    /// Something on this side: a file of the module that cannot be read, a right that is missing.
    Config,
}

/// Why a probe failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where it stopped.
    pub reason: Reason,
    /// What happened, with the values that matter.
    pub message: String,
}

// === impl Reason ===

impl Reason {
    /// The word, as in the label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::Status => "status",
            Self::Body => "body",
            Self::Ssl => "ssl",
            Self::Redirect => "redirect",
            Self::Header => "header",
            Self::Version => "version",
            Self::Expect => "expect",
            Self::Records => "records",
            Self::Health => "health",
            Self::Config => "config",
        }
    }
}

// === impl Failure ===

impl Failure {
    /// A failure at `reason`.
    pub(crate) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason.as_str(), self.message)
    }
}
