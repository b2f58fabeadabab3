//! What can go wrong with an exchange, for people: which step, which host, which check.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::Phase;

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The URL cannot be used.
    #[error("cannot use the URL {url:?}: {problem}")]
    Url {
        /// The URL.
        url: String,
        /// Why not.
        problem: &'static str,
    },
    /// The host's name has no address.
    #[error("cannot resolve {host}")]
    Resolve {
        /// The name.
        host: String,
        /// The resolver's words.
        source: io::Error,
    },
    /// Nothing listens there.
    #[error("{address} refused the connection")]
    Refused {
        /// Where.
        address: String,
        /// The system's words.
        source: io::Error,
    },
    /// Any other way in which a connection fails.
    #[error("cannot connect to {address}")]
    Connect {
        /// Where.
        address: String,
        /// The system's words.
        source: io::Error,
    },
    /// The TLS handshake failed.
    #[error("the TLS handshake with {address} failed: {check}")]
    Tls {
        /// With whom.
        address: String,
        /// What was not as it should be.
        check: TlsCheck,
        /// The library's words.
        source: io::Error,
    },
    /// A file of `tls_config` cannot be used.
    #[error("cannot set up TLS")]
    TlsFile(#[from] TlsFileError),
    /// The proxy lets us through to nobody.
    #[error("the proxy {proxy} refused to connect to {address}: {answer}")]
    Proxy {
        /// The proxy.
        proxy: String,
        /// Where we wanted to go.
        address: String,
        /// What it said.
        answer: String,
    },
    /// There are no credentials to send.
    #[error("cannot authenticate")]
    Auth(#[from] AuthError),
    /// The connection ended before the answer.
    #[error("{address} closed the connection before it answered")]
    Closed {
        /// Who.
        address: String,
        /// The details.
        source: hyper::Error,
    },
    /// What came is no HTTP.
    #[error("the answer of {address} is no valid HTTP")]
    Protocol {
        /// Who.
        address: String,
        /// The details.
        source: hyper::Error,
    },
    /// A redirect that leads nowhere.
    #[error("cannot follow the redirect to {location:?}: {problem}")]
    Redirect {
        /// Where to.
        location: String,
        /// Why not.
        problem: &'static str,
    },
    /// The deadline struck.
    #[error("no answer within {after:?}: the time ran out while {phase}")]
    Timeout {
        /// In this phase.
        phase: Phase,
        /// The whole time that was given.
        after: Duration,
    },
}

/// Why a body was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is larger than the caller wants.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The limit, after decompression.
        limit: usize,
    },
    /// The caller has no room for more of it.
    #[error("there is no room for more than {held} bytes of the body")]
    NoRoom {
        /// What there was room for, after decompression.
        held: usize,
    },
    /// The connection ended, or what came broke the protocol.
    #[error("the body ended early")]
    Broken(#[source] hyper::Error),
    /// `Content-Encoding: gzip`, yet not gzip, or cut.
    #[error("the body is no valid gzip")]
    Gzip(#[source] io::Error),
    /// The deadline struck.
    #[error("the body was not complete within {after:?}")]
    Timeout {
        /// The whole time that was given.
        after: Duration,
    },
}

/// Why there are no credentials.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The secret's file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The secret holds what a header may not.
    #[error("the credentials hold characters that HTTP forbids")]
    Characters,
    /// The token endpoint did not answer.
    #[error("no token from {url}")]
    Unreachable {
        /// The endpoint.
        url: String,
        /// Why.
        source: Box<SendError>,
    },
    /// The token endpoint's body could not be read.
    #[error("no token from {url}")]
    Body {
        /// The endpoint.
        url: String,
        /// Why.
        source: ReadError,
    },
    /// The token endpoint refused.
    #[error("no token from {url}: {answer}")]
    Refused {
        /// The endpoint.
        url: String,
        /// Its status and error code.
        answer: String,
    },
}

/// Why a file of `tls_config` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsFileError {
    /// It cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It holds nothing that can be used.
    #[error("{origin} {problem}")]
    Content {
        /// The file, or the argument that holds the text.
        origin: String,
        /// What is wrong.
        problem: String,
    },
}

/// What a TLS handshake failed at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsCheck {
    /// The certificate's time is over.
    #[error("the certificate has expired")]
    Expired,
    /// The certificate's time has not come.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// Nobody we trust has signed it.
    #[error("the certificate is signed by an unknown authority")]
    UnknownIssuer,
    /// It is for other names.
    #[error("the certificate is not valid for the name {name:?}")]
    WrongName {
        /// The name that we wanted.
        name: String,
    },
    /// Any other fault of the certificate.
    #[error("the certificate is not acceptable")]
    Certificate,
    /// The server wants a certificate from us.
    #[error("the server wants a client certificate")]
    ClientCertificateWanted,
    /// No common version or cipher.
    #[error("no common TLS version or cipher")]
    Incompatible,
    /// What came is not TLS: a plain HTTP port as a rule.
    #[error("the other side does not speak TLS")]
    NotTls,
    /// The other side ended the handshake.
    #[error("the other side ended the handshake")]
    Ended,
    /// Anything else.
    #[error("the handshake went wrong")]
    Other,
}

// === impl SendError ===

impl SendError {
    /// Whether the time ran out, which callers count apart.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Timeout { .. } => true,
            Self::Auth(AuthError::Unreachable { source, .. }) => source.is_timeout(),
            _ => false,
        }
    }
}
