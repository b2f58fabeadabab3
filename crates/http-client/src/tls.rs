//! TLS towards servers: whom we trust, what we show, which versions.
//!
//! The files of `tls_config` are read when the first connection needs them and looked at again at every new one: a
//! renewed certificate is picked up, a file that is broken for a moment leaves the last good setting in place. The
//! system's authorities are loaded once, and only if somebody needs them.

mod roots;
mod validity;
mod verify;

pub use roots::system as system_roots;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{RootCertStore, SupportedProtocolVersion, version};

use crate::config::{ConfigError, TlsConfig};
use crate::error::TlsFileError;

/// Certificates and keys are small; more than this is some other file.
const MAX_PEM_BYTES: u64 = 4 << 20;

/// The checked arguments.
#[derive(Clone, Debug, Default)]
pub(crate) struct TlsSettings {
    authorities: Option<Pem>,
    identity: Option<(Pem, Pem)>,
    insecure: bool,
    only_tls13: bool,
    pub(crate) server_name: Option<ServerName<'static>>,
}

/// PEM text in the configuration or in a file.
#[derive(Clone)]
struct Pem {
    argument: &'static str,
    origin: Origin,
}

#[derive(Clone)]
enum Origin {
    Text(crate::Secret),
    File(PathBuf),
}

/// Builds the library's configuration when it is needed and again when a file changed.
#[derive(Debug)]
pub(crate) struct Tls {
    settings: TlsSettings,
    http2: bool,
    built: Mutex<Option<Built>>,
}

#[derive(Clone)]
struct Built {
    material: Material,
    config: Arc<rustls::ClientConfig>,
}

/// The PEM texts that a configuration was built from.
#[derive(Clone, PartialEq, Eq)]
struct Material {
    authorities: Option<Vec<u8>>,
    identity: Option<(Vec<u8>, Vec<u8>)>,
}

// === impl TlsSettings ===

impl TlsSettings {
    pub(crate) fn new(raw: &TlsConfig) -> Result<Self, ConfigError> {
        let pem = |text: &str, text_argument, file: Option<&PathBuf>, file_argument| {
            let file = file.filter(|path| !path.as_os_str().is_empty());
            match (text.is_empty(), file) {
                (false, Some(_)) => Err(ConfigError::AtMostOne {
                    group: "tls_config's PEM text and file of one kind",
                    given: format!("{text_argument} and {file_argument}"),
                }),
                (false, None) => Ok(Some(Pem {
                    argument: text_argument,
                    origin: Origin::Text(text.into()),
                })),
                (true, Some(path)) => Ok(Some(Pem {
                    argument: file_argument,
                    origin: Origin::File(path.clone()),
                })),
                (true, None) => Ok(None),
            }
        };
        let authorities = pem(&raw.ca_pem, "ca_pem", raw.ca_file.as_ref(), "ca_file")?;
        let certificate = pem(
            &raw.cert_pem,
            "cert_pem",
            raw.cert_file.as_ref(),
            "cert_file",
        )?;
        let key = pem(
            raw.key_pem.expose(),
            "key_pem",
            raw.key_file.as_ref(),
            "key_file",
        )?;
        let identity = match (certificate, key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(certificate), None) => {
                return Err(ConfigError::Needs {
                    argument: certificate.argument,
                    needs: "key_pem or key_file",
                });
            }
            (None, Some(key)) => {
                return Err(ConfigError::Needs {
                    argument: key.argument,
                    needs: "cert_pem or cert_file",
                });
            }
        };
        let only_tls13 = match raw.min_version.as_str() {
            "" | "TLS10" | "TLS11" | "TLS12" => false,
            "TLS13" => true,
            other => {
                return Err(ConfigError::Value {
                    argument: "min_version",
                    wanted: "one of TLS10, TLS11, TLS12, TLS13",
                    value: other.to_owned(),
                });
            }
        };
        let server_name = match raw.server_name.as_str() {
            "" => None,
            name => {
                Some(
                    ServerName::try_from(name.to_owned()).map_err(|_| ConfigError::Value {
                        argument: "server_name",
                        wanted: "a host name or address",
                        value: name.to_owned(),
                    })?,
                )
            }
        };
        let settings = Self {
            authorities,
            identity,
            insecure: raw.insecure_skip_verify,
            only_tls13,
            server_name,
        };
        settings.check_texts()?;
        Ok(settings)
    }

    /// What stands in the configuration itself must be right from the start.
    fn check_texts(&self) -> Result<(), ConfigError> {
        let text = |pem: &Pem| match &pem.origin {
            Origin::Text(text) => Some(text.clone()),
            Origin::File(_) => None,
        };
        let refused = |error: TlsFileError| match error {
            TlsFileError::Content { problem, .. } => problem,
            TlsFileError::Read { .. } => error.to_string(),
        };
        if let Some(pem) = &self.authorities
            && let Some(text) = text(pem)
        {
            store(text.expose().as_bytes(), pem.argument).map_err(|error| ConfigError::Pem {
                argument: pem.argument,
                problem: refused(error),
            })?;
        }
        if let Some((certificate, key)) = &self.identity
            && let (Some(chain), Some(secret)) = (text(certificate), text(key))
        {
            let pair = identity(
                (chain.expose().as_bytes(), certificate.argument),
                (secret.expose().as_bytes(), key.argument),
            );
            let built = pair.and_then(|(chain, secret)| {
                rustls::sign::CertifiedKey::from_der(chain, secret, &provider()).map_err(|error| {
                    TlsFileError::Content {
                        origin: certificate.argument.to_owned(),
                        problem: format!("does not fit its key: {error}"),
                    }
                })
            });
            built.map_err(|error| ConfigError::Pem {
                argument: certificate.argument,
                problem: refused(error),
            })?;
        }
        Ok(())
    }
}

// === impl Pem ===

impl Pem {
    async fn read(&self) -> Result<Vec<u8>, TlsFileError> {
        use tokio::io::AsyncReadExt;
        let path = match &self.origin {
            Origin::Text(text) => return Ok(text.expose().as_bytes().to_vec()),
            Origin::File(path) => path,
        };
        let read = async {
            let mut bytes = Vec::new();
            let file = tokio::fs::File::open(path).await?;
            file.take(MAX_PEM_BYTES).read_to_end(&mut bytes).await?;
            Ok(bytes)
        };
        read.await.map_err(|source| TlsFileError::Read {
            path: path.clone(),
            source,
        })
    }

    fn name(&self) -> String {
        match &self.origin {
            Origin::Text(_) => self.argument.to_owned(),
            Origin::File(path) => path.display().to_string(),
        }
    }
}

impl std::fmt::Debug for Pem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

impl std::fmt::Debug for Built {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Built")
    }
}

// === impl Tls ===

impl Tls {
    pub(crate) fn new(settings: TlsSettings, http2: bool) -> Self {
        Self {
            settings,
            http2,
            built: Mutex::new(None),
        }
    }

    pub(crate) fn server_name(&self) -> Option<&ServerName<'static>> {
        self.settings.server_name.as_ref()
    }

    /// The configuration for a connection that is to be made now.
    pub(crate) async fn config(&self) -> Result<Arc<rustls::ClientConfig>, TlsFileError> {
        let last = self
            .built
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let fresh = match self.material().await {
            Ok(material) => {
                if let Some(built) = &last
                    && built.material == material
                {
                    return Ok(Arc::clone(&built.config));
                }
                self.build(&material)
                    .await
                    .map(|config| Built { material, config })
            }
            Err(error) => Err(error),
        };
        match (fresh, last) {
            (Ok(built), _) => {
                let config = Arc::clone(&built.config);
                *self.built.lock().unwrap_or_else(PoisonError::into_inner) = Some(built);
                Ok(config)
            }
            (Err(error), Some(last)) => {
                tracing::warn!(%error, "a file of tls_config is not usable now; using its last good content");
                Ok(last.config)
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn material(&self) -> Result<Material, TlsFileError> {
        Ok(Material {
            authorities: match &self.settings.authorities {
                Some(pem) => Some(pem.read().await?),
                None => None,
            },
            identity: match &self.settings.identity {
                Some((certificate, key)) => Some((certificate.read().await?, key.read().await?)),
                None => None,
            },
        })
    }

    async fn build(&self, material: &Material) -> Result<Arc<rustls::ClientConfig>, TlsFileError> {
        let settings = &self.settings;
        let versions: &[&SupportedProtocolVersion] = if settings.only_tls13 {
            &[&version::TLS13]
        } else {
            &[&version::TLS13, &version::TLS12]
        };
        let content = |error: &dyn std::fmt::Display| TlsFileError::Content {
            origin: "tls_config".to_owned(),
            problem: error.to_string(),
        };
        let verifier: Arc<dyn ServerCertVerifier> = if settings.insecure {
            Arc::new(verify::AcceptAny::new(provider()))
        } else if let (Some(bytes), Some(pem)) = (&material.authorities, &settings.authorities) {
            let (roots, certificates) = store(bytes, &pem.name())?;
            let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
                .build()
                .map_err(|error| content(&error))?;
            Arc::new(verify::Pinned::new(inner, certificates))
        } else {
            WebPkiServerVerifier::builder_with_provider(system_roots().await, provider())
                .build()
                .map_err(|error| content(&error))?
        };
        let builder = rustls::ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .map_err(|error| content(&error))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match (&material.identity, &settings.identity) {
            (Some((chain, key)), Some((chain_pem, key_pem))) => {
                let (chain_name, key_name) = (chain_pem.name(), key_pem.name());
                let (chain, key) = identity((chain, &chain_name), (key, &key_name))?;
                builder.with_client_auth_cert(chain, key).map_err(|error| {
                    TlsFileError::Content {
                        origin: chain_name,
                        problem: format!("does not fit its key: {error}"),
                    }
                })?
            }
            _ => builder.with_no_client_auth(),
        };
        config.alpn_protocols = if self.http2 {
            vec![b"h2".to_vec(), b"http/1.1".to_vec()]
        } else {
            vec![b"http/1.1".to_vec()]
        };
        Ok(Arc::new(config))
    }
}

/// The one provider of cryptography; never the process' default, which a library must not set.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

type Authorities = (RootCertStore, Vec<CertificateDer<'static>>);

fn store(pem: &[u8], origin: &str) -> Result<Authorities, TlsFileError> {
    let problem = |problem: String| TlsFileError::Content {
        origin: origin.to_owned(),
        problem,
    };
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| problem(format!("is no valid PEM: {error}")))?;
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates.iter().cloned());
    if added == 0 {
        return Err(problem("holds no certificate".to_owned()));
    }
    Ok((roots, certificates))
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(chain: (&[u8], &str), key: (&[u8], &str)) -> Result<Identity, TlsFileError> {
    let problem = |origin: &str, problem: String| TlsFileError::Content {
        origin: origin.to_owned(),
        problem,
    };
    let certificates = CertificateDer::pem_slice_iter(chain.0)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| problem(chain.1, format!("is no valid PEM: {error}")))?;
    if certificates.is_empty() {
        return Err(problem(chain.1, "holds no certificate".to_owned()));
    }
    // The parser's words could quote the key: they are left out.
    let key = PrivateKeyDer::from_pem_slice(key.0)
        .map_err(|_| problem(key.1, "holds no private key".to_owned()))?;
    Ok((certificates, key))
}
