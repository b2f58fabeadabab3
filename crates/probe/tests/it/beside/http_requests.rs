//! http: every key that shapes the request, held against what a server was sent.
#![expect(
    clippy::too_many_lines,
    reason = "a table of cases is as long as its cases are many"
)]

use super::town::{Act, Town};
use super::{Case, compare};
use crate::site::Site;

/// A check that the request, as the server echoes it, has a line.
fn sent(line: &str) -> String {
    format!("fail_if_body_not_matches_regexp: ['(?mi)^{line}\\r?$']")
}

#[tokio::test]
async fn requests_are_made_alike() {
    let mut town = Town::default();
    let echo = town.echo().await;
    let address = echo
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (body, secret, user) = (
        file("body", "from a file"),
        file("secret", "hush\n"),
        file("user", "eve\n"),
    );
    let with = |keys: &str, line: &str| format!("{keys}, {}", sent(line));
    let cases = vec![
        Case::passes(
            "a path",
            &sent("GET /a/b\\?c=d HTTP/1.1"),
            format!("{echo}a/b?c=d"),
        ),
        Case::passes("the host", &sent(&format!("host: {address}")), &echo),
        Case::passes("a method", &with("method: PUT", "PUT / HTTP/1.1"), &echo),
        Case::passes(
            "a body",
            &with("method: POST, body: some text", "some text"),
            &echo,
        ),
        Case::passes(
            "a body's length",
            &with("method: POST, body: some text", "content-length: 9"),
            &echo,
        ),
        Case::passes(
            "a body's file",
            &with(&format!("method: POST, body_file: '{body}'"), "from a file"),
            &echo,
        ),
        Case::passes(
            "a header",
            &with("headers: {X-One: two}", "x-one: two"),
            &echo,
        ),
        Case::passes(
            "an agent",
            &with("headers: {User-Agent: me}", "user-agent: me"),
            &echo,
        ),
        Case::passes(
            "a host by header",
            &with("headers: {Host: other.test}", "host: other.test"),
            &echo,
        ),
        Case::passes("a host by parameter", &sent("host: other.test"), &echo).under("other.test"),
        Case::passes(
            "values",
            &with("http_headers: {X-A: {values: [b]}}", "x-a: b"),
            &echo,
        ),
        Case::passes(
            "secrets",
            &with("http_headers: {X-A: {secrets: [b]}}", "x-a: b"),
            &echo,
        ),
        Case::passes(
            "files",
            &with(
                &format!("http_headers: {{X-A: {{files: ['{secret}']}}}}"),
                "x-a: hush",
            ),
            &echo,
        ),
        Case::passes(
            "a compression",
            &with("compression: identity", "accept-encoding: identity"),
            &echo,
        ),
        Case::passes(
            "a user",
            &with(
                "basic_auth: {username: eve, password: hush}",
                "authorization: Basic ZXZlOmh1c2g=",
            ),
            &echo,
        ),
        Case::passes(
            "a password's file",
            &with(
                &format!("basic_auth: {{username: eve, password_file: '{secret}'}}"),
                "authorization: Basic ZXZlOmh1c2g=",
            ),
            &echo,
        ),
        Case::passes(
            "a user's file",
            &with(
                &format!("basic_auth: {{username_file: '{user}', password: hush}}"),
                "authorization: Basic ZXZlOmh1c2g=",
            ),
            &echo,
        ),
        Case::passes(
            "a token",
            &with("bearer_token: abc", "authorization: Bearer abc"),
            &echo,
        ),
        Case::passes(
            "a token's file",
            &with(
                &format!("bearer_token_file: '{secret}'"),
                "authorization: Bearer hush",
            ),
            &echo,
        ),
        Case::passes(
            "a scheme",
            &with(
                "authorization: {type: Token, credentials: abc}",
                "authorization: Token abc",
            ),
            &echo,
        ),
        Case::passes(
            "credentials' file",
            &with(
                &format!("authorization: {{credentials_file: '{secret}'}}"),
                "authorization: Bearer hush",
            ),
            &echo,
        ),
        Case::passes(
            "a proxy",
            &with(
                &format!("proxy_url: 'http://{address}', skip_resolve_phase_with_proxy: true"),
                "GET http://name.invalid/x HTTP/1.1",
            ),
            "http://name.invalid/x",
        ),
        Case::fails(
            "a proxy, and the target's address",
            &format!("proxy_url: 'http://{address}'"),
            "http://name.invalid/x",
        ),
        Case::passes(
            "no proxy for a host",
            &with(
                "proxy_url: 'http://127.0.0.1:1', no_proxy: '127.0.0.1'",
                "GET / HTTP/1.1",
            ),
            &echo,
        ),
        Case::fails(
            "no file",
            "basic_auth: {username: eve, password_file: /nonexistent}",
            &echo,
        ),
    ];
    compare("http", cases).await;
}

#[tokio::test]
async fn requests_after_a_redirect_are_made_alike() {
    let mut town = Town::default();
    let echo = town.echo().await;
    let with = |keys: &str, line: &str| format!("{keys}, {}", sent(line));
    let mut to = async |status: u16, location: &str| {
        let head =
            format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let port = town.tcp(vec![Act::Request, Act::send(&head)]).await;
        format!("http://127.0.0.1:{port}/")
    };
    let (found, kept) = (to(302, &echo).await, to(307, &echo).await);
    let strange = to(302, &echo.replace("127.0.0.1", "localhost")).await;
    let site = Site::plain().await;
    let relative = format!("http://127.0.0.1:{}/moved-host", site.port);
    let ip4 = "preferred_ip_protocol: ip4";
    let post = "method: POST, body: some text";
    let cases = vec![
        Case::passes(
            "a POST that becomes a GET",
            &with(post, "GET / HTTP/1.1"),
            &found,
        ),
        Case::passes(
            "a POST that stays one",
            &with(post, "POST / HTTP/1.1"),
            &kept,
        ),
        Case::passes("a body that is sent again", &with(post, "some text"), &kept),
        Case::passes(
            "a header that is sent again",
            &with("headers: {X-One: two}", "x-one: two"),
            &found,
        ),
        Case::passes(
            "a host that is not sent again",
            &with("headers: {Host: other.test}", "host: 127.*"),
            &found,
        ),
        Case::passes(
            "a cookie for another host",
            &format!("{ip4}, headers: {{Cookie: a=b}}, fail_if_body_matches_regexp: [a=b]"),
            &strange,
        ),
        Case::passes(
            "credentials for another host",
            &format!("{ip4}, bearer_token: abc, fail_if_body_matches_regexp: [abc]"),
            &strange,
        ),
        Case::passes(
            "a host kept on the way",
            "headers: {Host: other.test}, fail_if_body_not_matches_regexp: ['^other.test$']",
            &relative,
        ),
        Case::passes(
            "credentials that are sent again",
            &with("bearer_token: abc", "authorization: Bearer abc"),
            &found,
        ),
    ];
    compare("http", cases).await;
}
