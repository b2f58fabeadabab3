//! TLS: which certificates pass, which check fails, and client certificates.

use std::fs;

use outpost_http_client::{SendError, TlsCheck};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use crate::server::{Pair, Server, ok};
use crate::{body, client, get, words};

struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params
            .distinguished_name
            .push(DnType::CommonName, "test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    fn sign(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Pair {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        Pair {
            certificate: params
                .signed_by(&key, &self.issuer)
                .expect("a certificate")
                .pem(),
            key: key.serialize_pem(),
        }
    }
}

fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> Pair {
    let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    let key = KeyPair::generate().expect("a key");
    Pair {
        certificate: params.self_signed(&key).expect("a certificate").pem(),
        key: key.serialize_pem(),
    }
}

fn url(server: &Server) -> String {
    format!("https://localhost:{}/", server.port)
}

fn failed_check(error: &SendError) -> TlsCheck {
    match error {
        SendError::Tls { check, .. } => check.clone(),
        other => panic!("no TLS failure: {}", words(other)),
    }
}

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_passes_over_both_versions_of_http() {
    let authority = Authority::new();
    let pair = authority.sign("localhost", |_| {});
    let server = Server::start_tls(&pair, None, |request| {
        ok(format!("{:?}", request.version()))
    })
    .await;
    for (http2, version) in [(true, "HTTP/2.0"), (false, "HTTP/1.1")] {
        let client = client(|config| {
            config.tls.ca_pem = authority.certificate.clone();
            config.enable_http2 = http2;
        });
        for _ in 0..3 {
            let answer = get(&client, &url(&server)).await.expect("an answer");
            assert_eq!(body(answer).await.expect("a body"), version);
        }
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn each_fault_of_a_certificate_is_named() {
    let authority = Authority::new();
    let expired = authority.sign("localhost", |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    let early = authority.sign("localhost", |params| {
        params.not_before = date_time_ymd(2099, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
    });
    let other_name = authority.sign("elsewhere.example", |_| {});
    let stranger = Authority::new().sign("localhost", |_| {});
    let alone = self_signed(|_| {});
    let wrong_name = TlsCheck::WrongName {
        name: "localhost".to_owned(),
    };
    for (pair, wanted) in [
        (&expired, TlsCheck::Expired),
        (&early, TlsCheck::NotYetValid),
        (&other_name, wrong_name),
        (&stranger, TlsCheck::UnknownIssuer),
        (&alone, TlsCheck::UnknownIssuer),
    ] {
        let server = Server::start_tls(pair, None, |_| ok("")).await;
        let trusting = client(|config| config.tls.ca_pem = authority.certificate.clone());
        let error = get(&trusting, &url(&server)).await.expect_err("a fault");
        assert_eq!(failed_check(&error), wanted, "{}", words(&error));

        let careless = client(|config| config.tls.insecure_skip_verify = true);
        get(&careless, &url(&server))
            .await
            .expect("anything goes")
            .discard()
            .await;
    }
    let named = client(|config| {
        config.tls.ca_pem = authority.certificate.clone();
        config.tls.server_name = "elsewhere.example".to_owned();
    });
    let server = Server::start_tls(&other_name, None, |_| ok("")).await;
    get(&named, &url(&server))
        .await
        .expect("the name that was asked for")
        .discard()
        .await;
}

#[tokio::test]
async fn a_self_signed_certificate_passes_when_it_is_the_ca_file_itself() {
    let pair = self_signed(|_| {});
    let server = Server::start_tls(&pair, None, |_| ok("")).await;
    let trusting = client(|config| config.tls.ca_pem = pair.certificate.clone());
    get(&trusting, &url(&server))
        .await
        .expect("an answer")
        .discard()
        .await;

    let by_address = format!("https://127.0.0.1:{}/", server.port);
    let error = get(&trusting, &by_address).await.expect_err("another name");
    let wanted = TlsCheck::WrongName {
        name: "127.0.0.1".to_owned(),
    };
    assert_eq!(failed_check(&error), wanted);

    let expired = self_signed(|params| params.not_after = date_time_ymd(2002, 1, 1));
    let server = Server::start_tls(&expired, None, |_| ok("")).await;
    let trusting = client(|config| config.tls.ca_pem = expired.certificate.clone());
    let error = get(&trusting, &url(&server)).await.expect_err("too old");
    assert_eq!(failed_check(&error), TlsCheck::Expired);
}

#[tokio::test]
async fn the_systems_authorities_do_not_trust_a_strangers_certificate() {
    let pair = Authority::new().sign("localhost", |_| {});
    let server = Server::start_tls(&pair, None, |_| ok("")).await;
    let error = get(&client(|_| {}), &url(&server))
        .await
        .expect_err("unknown");
    assert_eq!(failed_check(&error), TlsCheck::UnknownIssuer);
}

#[tokio::test]
async fn a_client_certificate_opens_what_is_closed_without_it() {
    let authority = Authority::new();
    let server_pair = authority.sign("localhost", |_| {});
    let own = authority.sign("agent", |_| {});
    let server = Server::start_tls(&server_pair, Some(&authority.certificate), |_| {
        ok("come in")
    })
    .await;
    let nameless = client(|config| config.tls.ca_pem = authority.certificate.clone());
    let error = get(&nameless, &url(&server))
        .await
        .expect_err("no certificate");
    assert_eq!(failed_check(&error), TlsCheck::ClientCertificateWanted);

    let known = client(|config| {
        config.tls.ca_pem = authority.certificate.clone();
        config.tls.cert_pem = own.certificate.clone();
        config.tls.key_pem = own.key.as_str().into();
    });
    let answer = get(&known, &url(&server)).await.expect("an answer");
    assert_eq!(body(answer).await.expect("a body"), "come in");
}

#[tokio::test]
async fn a_renewed_ca_file_is_picked_up_and_a_broken_one_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.pem");
    let (old, new) = (Authority::new(), Authority::new());
    let client = client(|config| config.tls.ca_file = Some(path.clone()));

    let missing = get(&client, "https://localhost:1/").await;
    assert!(
        matches!(missing, Err(SendError::Refused { .. })),
        "not needed before a connection"
    );
    let server = Server::start_tls(&old.sign("localhost", |_| {}), None, |_| ok("")).await;
    let error = get(&client, &url(&server)).await.expect_err("no file");
    assert!(
        words(&error).contains("ca.pem: No such file"),
        "{}",
        words(&error)
    );

    fs::write(&path, &old.certificate).expect("written");
    get(&client, &url(&server))
        .await
        .expect("an answer")
        .discard()
        .await;
    client.close_idle();
    fs::write(&path, "half a certif").expect("written");
    get(&client, &url(&server))
        .await
        .expect("the last good one")
        .discard()
        .await;
    fs::write(&path, &new.certificate).expect("written");
    let renewed = Server::start_tls(&new.sign("localhost", |_| {}), None, |_| ok("")).await;
    get(&client, &url(&renewed))
        .await
        .expect("the new one")
        .discard()
        .await;
}

#[tokio::test]
async fn a_plain_port_is_said_to_speak_no_tls() {
    let server = Server::start(|_| ok("")).await;
    let error = get(&client(|_| {}), &url(&server))
        .await
        .expect_err("no TLS");
    assert_eq!(failed_check(&error), TlsCheck::NotTls, "{}", words(&error));
}
