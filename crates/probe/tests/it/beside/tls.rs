//! http over TLS: certificates of all kinds, and the keys of `tls_config`.
#![expect(
    clippy::too_many_lines,
    reason = "a table of cases is as long as its cases are many"
)]

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use super::{Case, compare};
use crate::site::{Authority, Site};

fn self_signed(name: &str) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn certificates_are_judged_and_reported_alike() {
    let authority = Authority::new();
    let dir = tempfile::tempdir().unwrap();
    let ca = authority.write(dir.path());
    let good = Site::tls(&authority, "site.test", 2040).await;
    let expired = Site::tls(&authority, "site.test", 2020).await;
    let by_address = Site::tls(&authority, "127.0.0.1", 2040).await;
    let selfish = Site::start(Some(self_signed("site.test"))).await;
    let plain = Site::plain().await;
    let old = Site::start(Some(
        authority.versions("site.test", &rustls::version::TLS12),
    ))
    .await;
    let new = Site::start(Some(
        authority.versions("site.test", &rustls::version::TLS13),
    ))
    .await;
    let strict = Site::start(Some(authority.strict("site.test"))).await;
    let at = |site: &Site| format!("https://127.0.0.1:{}/", site.port);
    let trust =
        |more: &str| format!("tls_config: {{ca_file: '{ca}', server_name: site.test{more}}}");
    let (certificate, key) = authority.identity(dir.path());
    let pem = std::fs::read_to_string(&ca).unwrap().replace('\n', "\\n");
    let inline = format!("tls_config: {{ca: \"{pem}\", server_name: site.test}}");
    let own = format!(", cert_file: '{certificate}', key_file: '{key}'");
    let skip = "tls_config: {insecure_skip_verify: true}";
    let cases = vec![
        Case::passes("good", &trust(""), at(&good)),
        Case::passes("an authority in the text", &inline, at(&good)),
        Case::passes(
            "HTTP/2",
            &format!("{}, valid_http_versions: ['HTTP/2.0']", trust("")),
            at(&good),
        ),
        Case::passes(
            "no HTTP/2",
            &format!(
                "{}, enable_http2: false, valid_http_versions: ['HTTP/1.1']",
                trust("")
            ),
            at(&good),
        ),
        Case::fails(
            "HTTP/2 not wanted",
            &format!("{}, valid_http_versions: ['HTTP/1.1']", trust("")),
            at(&good),
        ),
        Case::passes(
            "encryption wanted",
            &format!("{}, fail_if_not_ssl: true", trust("")),
            at(&good),
        ),
        Case::fails(
            "encryption not wanted",
            &format!("{}, fail_if_ssl: true", trust("")),
            at(&good),
        ),
        Case::fails(
            "an unknown authority",
            "tls_config: {server_name: site.test}",
            at(&good),
        ),
        Case::passes("an unknown authority accepted", skip, at(&good)),
        Case::fails(
            "another name",
            &format!("tls_config: {{ca_file: '{ca}', server_name: other.test}}"),
            at(&good),
        ),
        Case::fails(
            "no such address",
            &format!("tls_config: {{ca_file: '{ca}'}}"),
            at(&good),
        ),
        Case::passes(
            "the target's address",
            &format!("tls_config: {{ca_file: '{ca}'}}"),
            at(&by_address),
        ),
        Case::passes(
            "the name of the parameter",
            &format!("tls_config: {{ca_file: '{ca}'}}"),
            at(&good),
        )
        .under("site.test"),
        Case::passes(
            "the name of the header",
            &format!("tls_config: {{ca_file: '{ca}'}}, headers: {{Host: site.test}}"),
            at(&good),
        ),
        Case::fails("expired", &trust(""), at(&expired)),
        Case::passes("expired and accepted", skip, at(&expired)),
        Case::fails("self-signed", &trust(""), at(&selfish)),
        Case::passes("self-signed and accepted", skip, at(&selfish)),
        Case::fails("no TLS", &trust(""), at(&plain)),
        Case::fails(
            "TLS where none is spoken",
            "",
            format!("http://127.0.0.1:{}/", good.port),
        ),
        Case::passes("TLS 1.2", &trust(""), at(&old)),
        Case::fails("only TLS 1.3", &trust(", min_version: TLS13"), at(&old)),
        Case::fails("only TLS 1.2", &trust(", max_version: TLS12"), at(&new)),
        Case::passes("our own certificate", &trust(&own), at(&strict)),
        Case::fails("no certificate of our own", &trust(""), at(&strict)),
        Case::fails(
            "no authority's file",
            "tls_config: {ca_file: /nonexistent/ca.pem}",
            at(&good),
        ),
    ];
    compare("http", cases).await;
}
