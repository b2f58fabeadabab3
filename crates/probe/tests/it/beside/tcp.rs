//! tcp: connections, conversations, and TLS from the start or in their midst.
#![expect(
    clippy::too_many_lines,
    reason = "a table of cases is as long as its cases are many"
)]

use super::town::{Act, Town};
use super::{Case, compare};
use crate::site::Authority;

#[tokio::test]
async fn conversations_go_alike() {
    let mut town = Town::default();
    let authority = Authority::new();
    let dir = tempfile::tempdir().unwrap();
    let ca = authority.write(dir.path());
    let acceptor = authority.acceptor("mail.test", 2040);
    let tls = Act::Tls(acceptor);
    let trust = format!("tls_config: {{ca_file: '{ca}', server_name: mail.test}}");
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let banner = vec![
        Act::send("220 mail.test ready\r\n"),
        Act::Line,
        Act::send("250 fine\r\n"),
        Act::Hold,
    ];
    let starttls = vec![
        Act::send("220 mail.test\r\n"),
        Act::Line,
        Act::send("250-mail.test\r\n250 STARTTLS\r\n"),
        Act::Line,
        Act::send("220 go\r\n"),
        tls.clone(),
        Act::Line,
        Act::send("250 safe\r\n"),
        Act::Hold,
    ];
    let binary = vec![Act::Send(vec![0, 200, 2, b'a', b'b', b'\n']), Act::Hold];
    let mut at = async |script: Vec<Act>| format!("127.0.0.1:{}", town.tcp(script).await);
    let (banner, starttls, binary) = (at(banner).await, at(starttls).await, at(binary).await);
    let letters = at(vec![Act::send("abcdef\n"), Act::Hold]).await;
    let silent = at(vec![Act::Hold]).await;
    let closing = at(vec![]).await;
    let reset = at(vec![Act::Line, Act::Reset]).await;
    let unfinished = at(vec![Act::send("no end of line")]).await;
    let encrypted = at(vec![tls, Act::Line, Act::send("hello\n"), Act::Hold]).await;
    let greeting = "query_response: [{expect: '^220 (\\S+)', labels: [{name: host, value: '$1'}], send: 'EHLO ${1}'}, {expect: '^250'}]";
    let upgrade = "query_response: [{expect: '^220'}, {send: 'EHLO x'}, {expect: '^250 STARTTLS'}, {send: STARTTLS}, {expect: '^220'}, {starttls: true}, {send: 'EHLO y'}, {expect: '^250 safe'}]";
    let cases = vec![
        Case::passes("a connection", "", &silent),
        Case::passes("a connection that is closed", "", &closing),
        Case::fails("a closed port", "", format!("127.0.0.1:{closed}")),
        Case::fails("no port", "", "127.0.0.1"),
        Case::fails("no such name", "", "name.invalid:1"),
        Case::passes("a greeting with labels", greeting, &banner),
        Case::fails(
            "another greeting",
            "query_response: [{expect: '^500'}]",
            &banner,
        ),
        Case::fails(
            "another greeting, then the end",
            "query_response: [{expect: '^500'}]",
            &unfinished,
        ),
        Case::passes(
            "a last line without an end",
            "query_response: [{expect: 'no end'}]",
            &unfinished,
        ),
        Case::fails("silence", "query_response: [{expect: '.'}]", &silent),
        Case::fails("the end", "query_response: [{expect: '.'}]", &closing),
        Case::fails(
            "a reset",
            "query_response: [{send: a}, {expect: '.'}]",
            &reset,
        ),
        Case::passes(
            "bytes",
            "query_response: [{expect_bytes: abc}, {expect_bytes: def}]",
            &letters,
        ),
        Case::fails(
            "other bytes",
            "query_response: [{expect_bytes: abd}]",
            &letters,
        ),
        Case::fails(
            "bytes that never come",
            "query_response: [{expect_bytes: abcdefghijkl}]",
            &letters,
        ),
        Case::fails(
            "bytes and the end",
            "query_response: [{expect_bytes: 'no end of line at all'}]",
            &unfinished,
        ),
        Case::passes(
            "an expression over bytes",
            "query_response: [{expect: 'ab$'}]",
            &binary,
        ),
        Case::passes("STARTTLS", &format!("{upgrade}, {trust}"), &starttls),
        Case::fails("STARTTLS with a stranger", upgrade, &starttls),
        Case::passes(
            "STARTTLS without verification",
            &format!("{upgrade}, tls_config: {{insecure_skip_verify: true}}"),
            &starttls,
        ),
        Case::passes(
            "TLS",
            &format!("tls: true, query_response: [{{send: hi}}, {{expect: hello}}], {trust}"),
            &encrypted,
        ),
        Case::fails("TLS with a stranger", "tls: true", &encrypted),
        Case::passes(
            "TLS without verification",
            "tls: true, tls_config: {insecure_skip_verify: true}",
            &encrypted,
        ),
        Case::fails("TLS where there is none", "tls: true", &banner),
        Case::passes("a source", "source_ip_address: 127.0.0.3", &silent),
        Case::fails(
            "the wrong family",
            "preferred_ip_protocol: ip6, ip_protocol_fallback: false",
            &silent,
        ),
    ];
    compare("tcp", cases).await;
}
