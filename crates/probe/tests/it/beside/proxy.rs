//! http through a proxy: plain targets, and tunnels for encrypted ones.

use super::town::{Act, Town};
use super::{Case, compare};
use crate::site::Authority;

#[tokio::test]
async fn proxies_are_used_alike() {
    let mut town = Town::default();
    let authority = Authority::new();
    let dir = tempfile::tempdir().unwrap();
    let ca = authority.write(dir.path());
    let established = Act::send("HTTP/1.1 200 Connection established\r\n\r\n");
    // Tells what it was asked for once the tunnel stands.
    let tunnel = vec![
        Act::Request,
        established,
        Act::Tls(authority.plain_http("inner.test")),
        Act::Echo,
    ];
    let tunnel = town.tcp(tunnel).await;
    let refusing = town
        .tcp(vec![
            Act::Request,
            Act::send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
        ])
        .await;
    let closing = town.tcp(vec![Act::Request]).await;
    let direct = town.echo().await;
    let port = direct.trim_end_matches('/').rsplit(':').next().unwrap();
    let trust = format!("tls_config: {{ca_file: '{ca}'}}");
    let through = |port: u16, more: &str| {
        format!(
            "proxy_url: 'http://127.0.0.1:{port}', skip_resolve_phase_with_proxy: true, {trust}{more}"
        )
    };
    let line = |line: &str| format!(", fail_if_body_not_matches_regexp: ['(?mi)^{line}\\r?$']");
    let target = "https://inner.test/";
    let cases = vec![
        Case::passes(
            "a tunnel",
            &through(tunnel, &line("CONNECT inner.test:443 HTTP/1.1")),
            target,
        ),
        Case::passes(
            "a header for the proxy",
            &through(
                tunnel,
                &format!(
                    ", proxy_connect_header: {{X-Way: [in]}}{}",
                    line("x-way: in")
                ),
            ),
            target,
        ),
        Case::passes(
            "a user of the proxy",
            &format!(
                "proxy_url: 'http://me:pw@127.0.0.1:{tunnel}', skip_resolve_phase_with_proxy: true, {trust}{}",
                line("proxy-authorization: Basic bWU6cHc=")
            ),
            target,
        ),
        Case::fails("a proxy that refuses", &through(refusing, ""), target),
        Case::fails("a proxy that closes", &through(closing, ""), target),
        Case::fails("no proxy", &through(1, ""), target),
        Case::passes(
            "no proxy from the environment",
            "proxy_from_environment: true, fail_if_body_not_matches_regexp: ['GET / ']",
            format!("http://127.0.0.1:{port}/"),
        ),
    ];
    compare("http", cases).await;
}
