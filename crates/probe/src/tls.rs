//! TLS for probes: the chain that a server showed is kept whatever becomes of the handshake.

use std::sync::{Arc, Mutex};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
    SupportedProtocolVersion, version,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificate::report_chain;
use crate::prober::Notes;
use crate::{Failure, PemSource, Reason, TlsModule, TlsVersion};

/// A file of certificates larger than this is some other file.
const MAX_PEM_BYTES: u64 = 4 << 20;

/// Verifies as usual and remembers the chain, and with `insecure_skip_verify` only what it would have said.
#[derive(Debug)]
struct Witness {
    inner: Arc<WebPkiServerVerifier>,
    insecure: bool,
    seen: Mutex<Seen>,
}

/// What the server showed.
#[derive(Clone, Debug, Default)]
struct Seen {
    chain: Vec<CertificateDer<'static>>,
    verified: bool,
}

/// What to shake hands about.
pub(crate) struct Handshake<'a> {
    pub(crate) module: &'a TlsModule,
    /// The name that the certificate must have, unless the module names another.
    pub(crate) name: &'a str,
    /// The authorities to trust, unless the module names others.
    pub(crate) roots: &'a Arc<RootCertStore>,
    pub(crate) alpn: &'a [&'a [u8]],
    /// Whether the cipher suite is reported, which the real exporter does for http alone.
    pub(crate) cipher: bool,
}

// === impl Handshake ===

impl Handshake<'_> {
    /// Shakes hands over `stream`, and reports version, cipher and certificates.
    pub(crate) async fn connect<S>(
        &self,
        stream: S,
        notes: &mut Notes,
    ) -> Result<TlsStream<S>, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut provider = rustls::crypto::ring::default_provider();
        // In the order of the real exporter, so that a server that leaves the choice to us makes the same.
        provider.cipher_suites.sort_by_key(|suite| {
            let name = format!("{:?}", suite.suite());
            let place = |word| name.contains(word);
            (!place("TLS13"), place("CHACHA"), place("AES_256"))
        });
        let provider = Arc::new(provider);
        let name = self.module.server_name.as_deref().unwrap_or(self.name);
        let (witness, config) = self.config(&provider).await?;
        let bare = name
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let server_name = ServerName::try_from(bare).map_err(|_| {
            Failure::new(
                Reason::Target,
                format!("{name:?} is no name for a certificate"),
            )
        })?;
        let result = TlsConnector::from(Arc::new(config))
            .connect(server_name, stream)
            .await;
        let seen = witness.seen();
        report_chain(&seen.chain, seen.verified, notes);
        let stream = result
            .map_err(|error| Failure::new(Reason::Tls, format!("no TLS with {name}: {error}")))?;
        report_session(stream.get_ref().1, self.cipher, notes);
        Ok(stream)
    }

    async fn config(
        &self,
        provider: &Arc<CryptoProvider>,
    ) -> Result<(Arc<Witness>, ClientConfig), Failure> {
        let refused = |error: rustls::Error| Failure::new(Reason::Tls, error.to_string());
        let roots = match &self.module.ca {
            None => Arc::clone(self.roots),
            Some(source) => Arc::new(authorities(source).await?),
        };
        let witness = Arc::new(Witness::new(
            &roots,
            provider,
            self.module.insecure_skip_verify,
        )?);
        let versions = versions(self.module);
        let builder = ClientConfig::builder_with_provider(Arc::clone(provider))
            .with_protocol_versions(versions)
            .map_err(refused)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>);
        let mut config = match &self.module.identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let (chain, key) = identity(certificate, key).await?;
                builder.with_client_auth_cert(chain, key).map_err(refused)?
            }
        };
        config.alpn_protocols = self.alpn.iter().map(|protocol| protocol.to_vec()).collect();
        Ok((witness, config))
    }
}

fn versions(module: &TlsModule) -> &'static [&'static SupportedProtocolVersion] {
    static OLDER: [&SupportedProtocolVersion; 1] = [&version::TLS12];
    static NEWER: [&SupportedProtocolVersion; 1] = [&version::TLS13];
    static BOTH: [&SupportedProtocolVersion; 2] = [&version::TLS13, &version::TLS12];
    match (module.min, module.max) {
        (_, Some(TlsVersion::Tls12)) => &OLDER,
        (TlsVersion::Tls13, _) => &NEWER,
        (TlsVersion::Tls12, _) => &BOTH,
    }
}

async fn pem(source: &PemSource) -> Result<Vec<u8>, Failure> {
    match source {
        PemSource::Text(text) => Ok(text.expose().as_bytes().to_vec()),
        PemSource::File(path) => crate::file::read(path, MAX_PEM_BYTES).await,
    }
}

async fn authorities(source: &PemSource) -> Result<RootCertStore, Failure> {
    let bytes = pem(source).await?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .filter_map(Result::ok)
        .collect();
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(Failure::new(
            Reason::Config,
            "tls_config: the ca holds no certificate",
        ));
    }
    Ok(roots)
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

async fn identity(certificate: &PemSource, key: &PemSource) -> Result<Identity, Failure> {
    let (chain, key) = (pem(certificate).await?, pem(key).await?);
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&chain)
        .filter_map(Result::ok)
        .collect();
    // The parser's words could quote the key: they are left out.
    let key = PrivateKeyDer::from_pem_slice(&key)
        .map_err(|_| Failure::new(Reason::Config, "tls_config: the key holds no private key"))?;
    Ok((chain, key))
}

fn report_session(session: &ClientConnection, report_cipher: bool, notes: &mut Notes) {
    let version = match session.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "unknown",
    };
    notes.report.set_labelled(
        "probe_tls_version_info",
        "Version of TLS that was agreed on.",
        &[("version", version)],
        1.0,
    );
    if let Some(suite) = session.negotiated_cipher_suite() {
        let cipher = format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1);
        if report_cipher {
            notes.report.set_labelled(
                "probe_tls_cipher_info",
                "Cipher suite that was agreed on.",
                &[("cipher", &cipher)],
                1.0,
            );
        }
        notes.log.say(format!("TLS: {version}, {cipher}"));
    }
}

// === impl Witness ===

impl Witness {
    fn new(
        roots: &Arc<RootCertStore>,
        provider: &Arc<CryptoProvider>,
        insecure: bool,
    ) -> Result<Self, Failure> {
        let inner =
            WebPkiServerVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(provider))
                .build()
                .map_err(|error| Failure::new(Reason::Tls, error.to_string()))?;
        Ok(Self {
            inner,
            insecure,
            seen: Mutex::default(),
        })
    }

    fn seen(&self) -> Seen {
        self.seen
            .lock()
            .map(|seen| seen.clone())
            .unwrap_or_default()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        if let Ok(mut seen) = self.seen.lock() {
            let rest = intermediates.iter().map(|c| c.clone().into_owned());
            seen.chain = std::iter::once(end_entity.clone().into_owned())
                .chain(rest)
                .collect();
            seen.verified = verdict.is_ok();
        }
        if self.insecure {
            return Ok(ServerCertVerified::assertion());
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
