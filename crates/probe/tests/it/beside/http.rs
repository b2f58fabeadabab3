//! http: answers of all kinds, and the conditions on them.
#![expect(
    clippy::too_many_lines,
    reason = "a table of cases is as long as its cases are many"
)]

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use std::io::Write as _;

use super::town::{Act, Town};
use super::{Case, compare};
use crate::site::Site;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 12";
const BODY: &[u8] = b"hello world\n";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn answers_and_broken_answers_are_reported_alike() {
    let mut town = Town::default();
    let site = Site::plain().await;
    let at = |path: &str| format!("http://127.0.0.1:{}{path}", site.port);
    let script = |head: &str| vec![Act::Request, Act::send(head)];
    let local = |port: u16| format!("http://127.0.0.1:{port}/");
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let mut cases = vec![
        Case::passes("plain", "", at("/")),
        Case::passes("without a scheme", "", format!("127.0.0.1:{}", site.port)),
        Case::passes("a query", "", at("/a?b=c%20d")),
        Case::fails("missing", "", at("/missing")),
        Case::passes("a redirect", "", at("/moved")),
        Case::fails(
            "a redirect not followed",
            "follow_redirects: false",
            at("/moved"),
        ),
        Case::fails(
            "no_follow_redirects",
            "no_follow_redirects: true",
            at("/moved"),
        ),
        Case::passes(
            "a redirect accepted",
            "follow_redirects: false, valid_status_codes: [301]",
            at("/moved"),
        ),
        Case::fails("a redirect loop", "", at("/loop")),
        Case::fails("a closed port", "", local(closed)),
        Case::fails("no URL", "", "http://127.0.0.1:99999/"),
        Case::fails("another scheme", "", "ftp://127.0.0.1/"),
    ];
    for (name, success, head) in [
        (
            "an announced length",
            true,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        ),
        ("no length", true, "HTTP/1.1 200 OK\r\n\r\nok"),
        (
            "chunks",
            true,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        ),
        ("HTTP 1.0", true, "HTTP/1.0 200 OK\r\n\r\nok"),
        ("no content", true, "HTTP/1.1 204 No Content\r\n\r\n"),
        (
            "a server's error",
            false,
            "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy",
        ),
        ("no HTTP", false, "SSH-2.0-x\r\n\r\n"),
        ("an end before the head", false, ""),
        ("half a head", false, "HTTP/1.1 200 OK\r\nConte"),
        (
            "half a body",
            false,
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        ),
        (
            "half a chunk",
            false,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nha",
        ),
        (
            "an old date",
            true,
            "HTTP/1.1 200 OK\r\nLast-Modified: Thu, 01 Jan 1970 00:00:09 GMT\r\n\r\n",
        ),
        (
            "a wrong date",
            true,
            "HTTP/1.1 200 OK\r\nLast-Modified: yesterday\r\n\r\n",
        ),
        (
            "a redirect to nowhere",
            false,
            "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
        ),
        (
            "a redirect to nonsense",
            false,
            "HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n",
        ),
        ("not modified", false, "HTTP/1.1 304 Not Modified\r\n\r\n"),
        (
            "a hint before the answer",
            true,
            "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ),
    ] {
        let port = town.tcp(script(head)).await;
        let case = if success { Case::passes } else { Case::fails };
        cases.push(case(name, "", local(port)));
    }
    for (name, head) in [
        ("a slow head", "HTTP/1.1 200 OK\r\nX-A: b\r\n"),
        (
            "a slow body",
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        ),
    ] {
        let port = town.tcp([script(head), vec![Act::Hold]].concat()).await;
        cases.push(Case::fails(name, "", local(port)));
    }
    // A reset before the request is no case: which phases count depends on who is first, in the real one as here.
    let port = town.tcp(vec![Act::Request, Act::Reset]).await;
    cases.push(Case::fails("a reset after the request", "", local(port)));
    let port = town.tcp(vec![Act::Request, Act::Hold]).await;
    cases.push(Case::fails("silence", "", local(port)));
    cases.push(Case::fails("no such name", "", "http://name.invalid/"));
    cases.push(Case::passes(
        "a redirect loop accepted",
        "valid_status_codes: [302]",
        at("/loop"),
    ));
    cases.push(Case::fails(
        "an expression on a redirect not followed",
        "follow_redirects: false, valid_status_codes: [301], fail_if_body_not_matches_regexp: [hello]",
        at("/moved"),
    ));
    compare("http", cases).await;
}

#[tokio::test]
async fn every_condition_on_an_answer_decides_alike() {
    let mut town = Town::default();
    let site = Site::plain().await;
    let page = town
        .page(
            &format!("{OK}\r\nX-Kind: tea\r\nX-Kind: coffee\r\nServer: x"),
            BODY,
        )
        .await;
    let missing = format!("http://127.0.0.1:{}/missing", site.port);
    let header = |key: &str, header: &str, regexp: &str, allow: bool| {
        format!("{key}: [{{header: {header}, regexp: '{regexp}', allow_missing: {allow}}}]")
    };
    let (bad, needed) = ("fail_if_header_matches", "fail_if_header_not_matches");
    let cases = vec![
        Case::passes(
            "a status by number",
            "valid_status_codes: [200, 404]",
            &missing,
        ),
        Case::fails("another status", "valid_status_codes: [201]", &page),
        Case::passes(
            "a body that must match",
            "fail_if_body_not_matches_regexp: ['^hello', 'world']",
            page.trim(),
        ),
        Case::fails(
            "a body that does not match",
            "fail_if_body_not_matches_regexp: [hello, bye]",
            &page,
        ),
        Case::fails(
            "a body that matches",
            "fail_if_body_matches_regexp: [bye, wor.d]",
            &page,
        ),
        Case::passes(
            "a body that may not match",
            "fail_if_body_matches_regexp: [bye]",
            &page,
        ),
        Case::fails(
            "a bad status and a bad body",
            "fail_if_body_matches_regexp: [hello]",
            &missing,
        ),
        Case::fails(
            "a header that matches",
            &header(bad, "X-Kind", "^tea$", false),
            &page,
        ),
        Case::fails(
            "a second value that matches",
            &header(bad, "X-Kind", "coffee", false),
            &page,
        ),
        Case::passes(
            "a header that may not match",
            &header(bad, "X-Kind", "milk", false),
            &page,
        ),
        Case::fails(
            "a header that is not there",
            &header(bad, "X-None", "a", false),
            &page,
        ),
        Case::passes(
            "a header that may be missing",
            &header(bad, "X-None", "a", true),
            &page,
        ),
        Case::passes(
            "a header that must match",
            &header(needed, "X-Kind", "coffee", false),
            &page,
        ),
        Case::fails(
            "a header that does not match",
            &header(needed, "X-Kind", "milk", false),
            &page,
        ),
        Case::fails(
            "a needed header missing",
            &header(needed, "X-None", "a", false),
            &page,
        ),
        Case::passes(
            "a needed header may be missing",
            &header(needed, "X-None", "a", true),
            &page,
        ),
        Case::passes("a version", "valid_http_versions: ['HTTP/1.1']", &page),
        Case::fails(
            "another version",
            "valid_http_versions: ['HTTP/2.0']",
            &page,
        ),
        Case::fails("no encryption", "fail_if_not_ssl: true", &page),
        Case::passes("no encryption wanted", "fail_if_ssl: true", &page),
        Case::fails("a body over the limit", "body_size_limit: 4B", &page),
        Case::passes("a body at the limit", "body_size_limit: 12B", &page),
        Case::fails(
            "a body over the limit, expressions",
            "body_size_limit: 4B, fail_if_body_matches_regexp: [hell]",
            &page,
        ),
    ];
    compare("http", cases).await;
}

#[tokio::test]
async fn compressed_bodies_are_unpacked_alike() {
    let mut town = Town::default();
    let head = |encoding: &str| format!("HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}");
    let text = "hello world ".repeat(50);
    let packed = gzip(text.as_bytes());
    let gzipped = town.page(&head("gzip"), &packed).await;
    let deflated = town.page(&head("deflate"), &deflate(text.as_bytes())).await;
    let plain = town.page("HTTP/1.1 200 OK", text.as_bytes()).await;
    let broken = town.page(&head("gzip"), &packed[..packed.len() / 2]).await;
    let check = "fail_if_body_not_matches_regexp: ['^hello world']";
    let with = |compression: &str| format!("compression: {compression}, {check}");
    let cases = vec![
        Case::passes("gzip", &with("gzip"), &gzipped),
        Case::passes("deflate", &with("deflate"), &deflated),
        Case::passes("identity", &with("identity"), &plain),
        Case::fails("plain where gzip is wanted", &with("gzip"), &plain),
        Case::fails("deflate where gzip is wanted", &with("gzip"), &deflated),
        Case::fails("half a packed body", &with("gzip"), &broken),
        Case::fails("packed and not asked for", check, &gzipped),
        Case::fails(
            "a packed bomb",
            "compression: gzip, body_size_limit: 100B",
            &gzipped,
        ),
        Case::passes(
            "accepting by header",
            &format!("{}, headers: {{Accept-Encoding: '*'}}", with("gzip")),
            &gzipped,
        ),
    ];
    compare("http", cases).await;
}
