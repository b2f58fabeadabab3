//! Kept connections, limits, deadlines.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use outpost_http_client::{Client, ClientConfig, Deadline, Phase, ReadError, Request, SendError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::server::{Server, ok};
use crate::{body, client, get, patient, words};

/// Reads one request without a body.
async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a request"));
    }
    String::from_utf8(head).expect("text")
}

#[tokio::test]
async fn one_connection_serves_exchange_after_exchange() {
    let server = Server::start(|_| ok("page")).await;
    let client = client(|_| {});
    for _ in 0..5 {
        let answer = get(&client, &server.url("/metrics?a=b"))
            .await
            .expect("an answer");
        assert_eq!(body(answer).await.expect("a body"), "page");
    }
    assert_eq!(server.connections(), 1);
    let asked = server.asked();
    assert_eq!(asked[0].uri(), "/metrics?a=b");
    assert_eq!(
        asked[0].headers()["host"],
        format!("127.0.0.1:{}", server.port)
    );
    assert!(server.last_header("user-agent").starts_with("outpost/"));
}

#[tokio::test]
async fn a_discarded_body_keeps_its_connection_and_a_dropped_answer_does_not() {
    let server = Server::start(|_| ok(vec![b'x'; 100_000])).await;
    let client = client(|_| {});
    get(&client, &server.url("/"))
        .await
        .expect("an answer")
        .discard()
        .await;
    drop(get(&client, &server.url("/")).await.expect("an answer"));
    assert_eq!(server.connections(), 1);
    get(&client, &server.url("/"))
        .await
        .expect("an answer")
        .discard()
        .await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move {
        // Promises to keep the connection, and closes it when the second request has come.
        let (mut first, _) = listener.accept().await.expect("a client");
        read_head(&mut first).await;
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none";
        first.write_all(answer).await.expect("sent");
        read_head(&mut first).await;
        drop(first);
        let (mut second, _) = listener.accept().await.expect("a client");
        let head = read_head(&mut second).await;
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo";
        second.write_all(answer).await.expect("sent");
        head
    });
    let client = client(|_| {});
    let first = get(&client, &url).await.expect("an answer");
    assert_eq!(body(first).await.expect("a body"), "one");
    let second = get(&client, &url).await.expect("an answer");
    assert_eq!(body(second).await.expect("a body"), "two");
    assert!(
        server
            .await
            .expect("no panic")
            .starts_with("GET / HTTP/1.1")
    );
}

#[tokio::test]
async fn a_new_connection_that_closes_is_an_error_and_no_loop() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        read_head(&mut stream).await;
        drop(stream);
    });
    let error = get(&client(|_| {}), &format!("http://{address}/"))
        .await
        .expect_err("no answer");
    assert_eq!(
        error.to_string(),
        format!("{address} closed the connection before it answered")
    );
    server.await.expect("no panic");
}

#[tokio::test]
async fn nobody_listening_and_no_such_name_are_told_apart() {
    let free = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("an address")
    };
    let refused = get(&client(|_| {}), &format!("http://{free}/"))
        .await
        .expect_err("nobody");
    assert!(matches!(&refused, SendError::Refused { address, .. } if *address == free.to_string()));
    let nowhere = get(&client(|_| {}), "http://no-such-host.invalid/")
        .await
        .expect_err("no name");
    assert!(matches!(&nowhere, SendError::Resolve { host, .. } if host == "no-such-host.invalid"));
    for url in ["/no/host", "ftp://127.0.0.1/"] {
        let error = get(&client(|_| {}), url).await.expect_err("no URL");
        assert!(matches!(error, SendError::Url { .. }), "{url}: {error}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_said_to_be_none() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        stream
            .write_all(b"SSH-2.0-OpenSSH_9.2\r\n")
            .await
            .expect("sent");
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let error = get(&client(|_| {}), &format!("http://{address}/"))
        .await
        .expect_err("no HTTP");
    assert!(
        matches!(error, SendError::Protocol { .. }),
        "{}",
        words(&error)
    );
    server.await.expect("no panic");
}

#[tokio::test]
async fn bodies_are_read_up_to_the_limit_and_no_further() {
    let server = Server::start(|_| ok(vec![b'x'; 300_000])).await;
    let client = client(|_| {});
    let mut buffer = b"kept ".to_vec();
    let answer = get(&client, &server.url("/")).await.expect("an answer");
    answer
        .read_into(&mut buffer, 300_000)
        .await
        .expect("it fits");
    assert_eq!(buffer.len(), 300_005);
    let answer = get(&client, &server.url("/")).await.expect("an answer");
    let error = answer
        .read_into(&mut buffer, 299_999)
        .await
        .expect_err("too large");
    assert!(matches!(error, ReadError::TooLarge { limit: 299_999 }));
}

#[tokio::test]
async fn a_gzip_bomb_stops_at_the_limit() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b'0'; 6 << 20]).expect("memory");
    let bomb = Bytes::from(encoder.finish().expect("memory"));
    assert!(bomb.len() < 100_000);
    let server = Server::start(move |_| {
        let mut answer = ok(bomb.clone());
        answer
            .headers_mut()
            .insert("content-encoding", "gzip".parse().expect("a value"));
        answer
    })
    .await;
    let answer = get(&client(|_| {}), &server.url("/"))
        .await
        .expect("an answer");
    let mut buffer = Vec::new();
    let error = answer
        .read_into(&mut buffer, 1 << 20)
        .await
        .expect_err("too large");
    assert!(matches!(error, ReadError::TooLarge { limit: 1_048_576 }));
    assert!(buffer.capacity() <= 2 << 20);
}

#[tokio::test]
async fn a_refusal_is_quoted_up_to_a_limit() {
    let server = Server::start(|_| ok("out of bounds: sample is too old\n")).await;
    let answer = get(&client(|_| {}), &server.url("/"))
        .await
        .expect("an answer");
    assert_eq!(answer.excerpt(13).await, "out of bounds");
}

#[tokio::test]
async fn the_deadline_names_the_phase_that_it_struck_in() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let silent = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.expect("a client");
        let (mut second, _) = listener.accept().await.expect("a client");
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        second.write_all(head).await.expect("sent");
        let _ = first.read_to_end(&mut Vec::new()).await;
        let _ = second.read_to_end(&mut Vec::new()).await;
    });
    let client = client(|_| {});
    let ask = || Request::get(&url).body(Bytes::new()).expect("a request");
    let short = || Deadline::after(Duration::from_millis(300));
    let error = client.send(ask(), short()).await.expect_err("silence");
    assert!(error.is_timeout());
    assert!(
        matches!(
            error,
            SendError::Timeout {
                phase: Phase::Answer,
                ..
            }
        ),
        "{error}"
    );
    let answer = client.send(ask(), short()).await.expect("a head");
    let error = answer
        .read_into(&mut Vec::new(), 100)
        .await
        .expect_err("half a body");
    assert!(matches!(error, ReadError::Timeout { .. }), "{error}");
    silent.await.expect("no panic");
}

#[tokio::test]
async fn a_body_that_is_cut_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        read_head(&mut stream).await;
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        stream.write_all(head).await.expect("sent");
    });
    let answer = get(&client(|_| {}), &url).await.expect("a head");
    let error = answer
        .read_into(&mut Vec::new(), 100)
        .await
        .expect_err("half");
    assert!(matches!(error, ReadError::Broken(_)), "{error}");
    server.await.expect("no panic");
}

#[tokio::test]
async fn a_unix_socket_serves_whatever_the_url_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let server = Server::start_unix(&path, |_| ok("pong"));
    let client = Client::new(ClientConfig::default().with_unix_socket(&path));
    let answer = get(&client, "http://docker/_ping")
        .await
        .expect("an answer");
    assert_eq!(body(answer).await.expect("a body"), "pong");
    assert_eq!(server.last_header("host"), "docker");

    let gone = Client::new(ClientConfig::default().with_unix_socket(folder.path().join("none")));
    let error = get(&gone, "http://docker/_ping")
        .await
        .expect_err("no socket");
    assert!(
        words(&error).contains("none: No such file"),
        "{}",
        words(&error)
    );
}

#[tokio::test]
async fn a_push_sends_its_body_and_its_own_headers_win() {
    let server = Server::start(|_| ok("")).await;
    let client = client(|config| {
        config
            .http_headers
            .insert("X-Both".to_owned(), vec!["config".into()]);
        config
            .http_headers
            .insert("X-Two".to_owned(), vec!["a".into(), "b".into()]);
    });
    let request = Request::post(server.url("/push"))
        .header("x-both", "request")
        .header("user-agent", "mine/1")
        .body(Bytes::from_static(b"payload"))
        .expect("a request");
    client
        .send(request, patient())
        .await
        .expect("an answer")
        .discard()
        .await;
    let asked = server.asked();
    assert_eq!(asked[0].body().as_ref(), b"payload");
    assert_eq!(asked[0].headers()["content-length"], "7");
    assert_eq!(server.last_header("x-both"), "request");
    assert_eq!(server.last_header("user-agent"), "mine/1");
    let two: Vec<_> = asked[0].headers().get_all("x-two").iter().collect();
    assert_eq!(two, ["a", "b"]);
}
