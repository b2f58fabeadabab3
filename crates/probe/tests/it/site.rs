//! A local web site, plain or over TLS, with the answers that the tests ask for by path.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// A running site; dropping it stops it.
pub(crate) struct Site {
    pub(crate) port: u16,
    _tasks: JoinSet<()>,
}

/// An authority and the certificates it signs.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Site {
    pub(crate) async fn plain() -> Self {
        Self::start(None).await
    }

    /// A site whose certificate is signed by `authority` for `name`, with the given last day.
    pub(crate) async fn tls(authority: &Authority, name: &str, year: i32) -> Self {
        Self::start(Some(authority.acceptor(name, year))).await
    }

    /// A site behind `acceptor`.
    pub(crate) async fn start(acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, acceptor.clone()));
            }
        });
        Self {
            port,
            _tasks: tasks,
        }
    }
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Test Authority");
        let key = KeyPair::generate().unwrap();
        Self {
            issuer: CertifiedIssuer::self_signed(params, key).unwrap(),
        }
    }

    pub(crate) fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        Arc::new(roots)
    }

    /// Writes the authority's certificate into `dir`, for `ca_file`.
    pub(crate) fn write(&self, dir: &Path) -> String {
        let file = dir.join("ca.pem");
        std::fs::write(&file, self.issuer.pem()).unwrap();
        file.display().to_string()
    }

    /// What a server shakes hands with.
    pub(crate) fn acceptor(&self, name: &str, year: i32) -> TlsAcceptor {
        self.server(name, year, rustls::DEFAULT_VERSIONS, None)
    }

    /// A server that speaks one version of TLS.
    pub(crate) fn versions(
        &self,
        name: &str,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> TlsAcceptor {
        self.server(name, 2040, &[version], None)
    }

    /// A server that speaks nothing but HTTP/1.1.
    pub(crate) fn plain_http(&self, name: &str) -> TlsAcceptor {
        let offered = self.acceptor(name, 2040);
        let mut config = rustls::ServerConfig::clone(offered.config());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    /// A server that wants the client's certificate, signed by this authority.
    pub(crate) fn strict(&self, name: &str) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(self.roots(), provider);
        self.server(name, 2040, rustls::DEFAULT_VERSIONS, verifier.build().ok())
    }

    /// Writes a client's certificate and key into `dir`, for `cert_file` and `key_file`.
    pub(crate) fn identity(&self, dir: &Path) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["client.test".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let files = (dir.join("client.pem"), dir.join("client.key"));
        std::fs::write(&files.0, certificate.pem()).unwrap();
        std::fs::write(&files.1, key.serialize_pem()).unwrap();
        (files.0.display().to_string(), files.1.display().to_string())
    }

    fn server(
        &self,
        name: &str,
        year: i32,
        versions: &[&'static rustls::SupportedProtocolVersion],
        clients: Option<Arc<dyn ClientCertVerifier>>,
    ) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params
            .distinguished_name
            .push(rcgen::DnType::OrganizationName, "Test");
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => builder.with_client_cert_verifier(clients),
        };
        let mut config = builder
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

async fn serve(stream: TcpStream, acceptor: Option<TlsAcceptor>) {
    let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    let service = service_fn(|request| async move { Ok::<_, Infallible>(answer(&request)) });
    match acceptor {
        None => drop(
            builder
                .serve_connection(TokioIo::new(stream), service)
                .await,
        ),
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                drop(
                    builder
                        .serve_connection(TokioIo::new(stream), service)
                        .await,
                );
            }
        }
    }
}

fn answer<B>(request: &Request<B>) -> Response<String> {
    let path = request.uri().path();
    let response = Response::builder();
    let response = match path {
        "/missing" => response.status(404),
        "/loop" => response.status(302).header("location", "/loop"),
        "/moved-host" => response.status(302).header("location", "/host"),
        "/moved" => response.status(301).header("location", "/"),
        _ => response.header("last-modified", "Wed, 01 Jan 2025 00:00:00 GMT"),
    };
    let host = request
        .headers()
        .get("host")
        .and_then(|h| h.to_str().ok())
        .unwrap_or_default();
    response
        .body(if path == "/host" {
            host.to_owned()
        } else {
            "hello world\n".to_owned()
        })
        .unwrap()
}
