//! grpc: the health service in all its states.

use super::health::Health;
use super::town::{Act, Town};
use super::{Case, compare};
use crate::site::{Authority, Site};

#[tokio::test]
async fn health_is_asked_and_reported_alike() {
    let mut town = Town::default();
    let authority = Authority::new();
    let dir = tempfile::tempdir().unwrap();
    let ca = authority.write(dir.path());
    let health = Health::start(None).await;
    let safe = Health::start(Some(authority.acceptor("health.test", 2040))).await;
    let site = Site::plain().await;
    let local = |port: u16| format!("127.0.0.1:{port}");
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let reset = town.tcp(vec![Act::Line, Act::Reset]).await;
    let trust = format!("tls: true, tls_config: {{ca_file: '{ca}', server_name: health.test}}");
    let by_name = format!("tls: true, tls_config: {{ca_file: '{ca}'}}");
    let skip = "tls: true, tls_config: {insecure_skip_verify: true}";
    let plain = local(health.port);
    let encrypted = local(safe.port);
    let cases = vec![
        Case::passes("serving", "", &plain),
        Case::passes("a service", "service: some.service", &plain),
        Case::fails("not serving", "service: down", &plain),
        Case::fails("a service that is lost", "service: lost", &plain),
        Case::fails("a state that is not known yet", "service: new", &plain),
        Case::fails("a state of the future", "service: strange", &plain),
        Case::fails("an unknown service", "service: unknown", &plain),
        Case::fails("no health service", "service: closed", &plain),
        Case::fails("no metadata", "service: locked", &plain),
        Case::passes(
            "metadata",
            "service: locked, metadata: {x-key: [abc]}",
            &plain,
        ),
        Case::fails("a closed port", "", local(closed)),
        Case::fails("a reset", "", local(reset)),
        Case::fails("a web site", "", local(site.port)),
        Case::fails("no such name", "", "name.invalid:1"),
        Case::passes("a URL", "", format!("http://{plain}/")),
        Case::passes("TLS", &trust, &encrypted),
        Case::passes("TLS by the parameter's name", &by_name, &encrypted).under("health.test"),
        Case::fails("TLS with another name", &by_name, &encrypted),
        Case::fails("TLS with a stranger", "tls: true", &encrypted),
        Case::passes("TLS without verification", skip, &encrypted),
        Case::fails("TLS where there is none", &trust, &plain),
        Case::fails("no TLS where there is some", "", &encrypted),
        Case::fails(
            "the wrong family",
            "preferred_ip_protocol: ip6, ip_protocol_fallback: false",
            &plain,
        ),
    ];
    compare("grpc", cases).await;
}
