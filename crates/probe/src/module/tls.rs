//! What a module says of TLS and of secrets.

use std::path::PathBuf;

use outpost_http_client::Secret;

/// `tls_config`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsModule {
    /// Accept any certificate; its facts are reported as they are.
    pub insecure_skip_verify: bool,
    /// The authorities to trust in place of the system's.
    pub ca: Option<PemSource>,
    /// Our certificate chain and its key.
    pub identity: Option<(PemSource, PemSource)>,
    /// The name that the certificate must have, in place of the target's.
    pub server_name: Option<String>,
    /// The lowest version.
    pub min: TlsVersion,
    /// The highest version.
    pub max: Option<TlsVersion>,
}

/// PEM text, or a file read at every probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PemSource {
    /// The text itself.
    Text(Secret),
    /// A file with it.
    File(PathBuf),
}

/// A secret, or a file read at every probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// The secret itself.
    Text(Secret),
    /// A file with it; blanks around it are cut.
    File(PathBuf),
}

/// A version of TLS. Older ones are not spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    Tls12,
    /// TLS 1.3.
    Tls13,
}
