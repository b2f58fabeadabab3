//! Discovery over HTTP from a server that changes its mind.

use std::time::Duration;

use outpost_collect::discovery::{Discovery, HttpDiscovery, HttpError};
use outpost_http_client::{Client, ClientConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn answer(status: &str, kind: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n{body}")
}

#[tokio::test]
async fn an_endpoint_is_asked_again_and_its_faults_are_told() {
    let json = "application/json; charset=utf-8";
    let answers = [
        answer(
            "200 OK",
            json,
            r#"[{"targets": ["a:1"], "labels": {"x": "y"}}]"#,
        ),
        answer(
            "500 Internal Server Error",
            "text/plain",
            "out of targets\n",
        ),
        answer("200 OK", "text/html", "[]"),
        answer("200 OK", json, "[{]"),
        answer("200 OK", json, "[]"),
        answer("200 OK", json, "[]"),
        answer("200 OK", json, r#"[{"targets": ["b:1"]}]"#),
    ];
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!(
        "http://{}/targets",
        listener.local_addr().expect("an address")
    );
    let server = tokio::spawn(async move {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.expect("a request"));
            }
            heads.push(String::from_utf8(head).expect("text"));
            stream.write_all(answer.as_bytes()).await.expect("sent");
        }
        heads
    });
    let client = Client::new(ClientConfig::default());
    let interval = Duration::from_millis(20);
    let uri = url.parse().expect("a URL");
    let mut discovery = HttpDiscovery::new(client, uri, interval);
    let first = discovery.next().await.expect("a target");
    let wanted = format!(r#"{{__address__="a:1", __meta_url="{url}", x="y"}}"#);
    let shown: Vec<String> = first.iter().map(ToString::to_string).collect();
    assert_eq!(shown, [wanted]);
    for words in [
        "500 Internal Server Error: out of targets",
        "not application/json",
        "line 1",
    ] {
        match discovery.next().await {
            Err(HttpError::Answer { problem, .. }) => assert!(problem.contains(words), "{problem}"),
            other => panic!("{words}: {other:?}"),
        }
    }
    assert_eq!(discovery.next().await.expect("a set").len(), 0);
    // The same again is no news.
    assert_eq!(discovery.next().await.expect("news").len(), 1);
    let heads = server.await.expect("no panic");
    let head = heads[0].to_lowercase();
    assert!(
        head.contains("x-prometheus-refresh-interval-seconds: 0.02\r\n"),
        "{head}"
    );
}
