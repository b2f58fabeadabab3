//! TLS for probes: the chain that a server showed is kept whatever becomes of the handshake.

use std::sync::{Arc, Mutex};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificate::report_chain;
use crate::prober::Notes;
use crate::{Failure, Reason};

/// Verifies as usual and remembers the chain.
#[derive(Debug)]
struct Witness {
    inner: Arc<WebPkiServerVerifier>,
    chain: Mutex<Vec<CertificateDer<'static>>>,
}

/// Shakes hands over `stream` as `name`, and reports version, cipher and certificates.
pub(crate) async fn connect(
    stream: TcpStream,
    name: &str,
    roots: &Arc<RootCertStore>,
    http2: bool,
    notes: &mut Notes,
) -> Result<TlsStream<TcpStream>, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let witness = Arc::new(Witness::new(roots, &provider)?);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(Reason::Tls, error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    if http2 {
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
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
    report_chain(&witness.chain(), result.is_ok(), notes);
    let stream = result
        .map_err(|error| Failure::new(Reason::Tls, format!("no TLS with {name}: {error}")))?;
    report_session(&stream, notes);
    Ok(stream)
}

fn report_session(stream: &TlsStream<TcpStream>, notes: &mut Notes) {
    let (_, session) = stream.get_ref();
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
        notes.report.set_labelled(
            "probe_tls_cipher_info",
            "Cipher suite that was agreed on.",
            &[("cipher", &cipher)],
            1.0,
        );
        notes.log.say(format!("TLS: {version}, {cipher}"));
    }
}

// === impl Witness ===

impl Witness {
    fn new(roots: &Arc<RootCertStore>, provider: &Arc<CryptoProvider>) -> Result<Self, Failure> {
        let inner =
            WebPkiServerVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(provider))
                .build()
                .map_err(|error| Failure::new(Reason::Tls, error.to_string()))?;
        Ok(Self {
            inner,
            chain: Mutex::default(),
        })
    }

    fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.chain
            .lock()
            .map(|chain| chain.clone())
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
        if let Ok(mut chain) = self.chain.lock() {
            chain.clear();
            chain.push(end_entity.clone().into_owned());
            chain.extend(intermediates.iter().map(|c| c.clone().into_owned()));
        }
        self.inner
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
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
