//! A real proxy between client and server.

use outpost_http_client::SendError;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::server::{Server, ok};
use crate::{body, client, get};

/// A proxy for tunnels; tells the heads of the CONNECT requests that it got.
struct Proxy {
    port: u16,
    heads: mpsc::Receiver<String>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// `target`: where every tunnel leads; none: every tunnel is refused.
    async fn start(target: Option<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (told, heads) = mpsc::channel(8);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.expect("a head"));
                }
                told.send(String::from_utf8(head).expect("text"))
                    .await
                    .expect("a test");
                let Some(target) = target else {
                    let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
                    stream.write_all(answer).await.expect("sent");
                    continue;
                };
                stream
                    .write_all(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
                    .await
                    .expect("sent");
                let mut server = TcpStream::connect(("127.0.0.1", target))
                    .await
                    .expect("a server");
                let _ = copy_bidirectional(&mut stream, &mut server).await;
            }
        });
        Self {
            port,
            heads,
            _tasks: tasks,
        }
    }
}

fn pair() -> crate::server::Pair {
    let made = rcgen::generate_simple_self_signed(["far.example".to_owned()]).expect("a pair");
    crate::server::Pair {
        certificate: made.cert.pem(),
        key: made.signing_key.serialize_pem(),
    }
}

#[tokio::test]
async fn tls_goes_through_a_tunnel_and_the_proxy_gets_its_own_headers() {
    let pair = pair();
    let server = Server::start_tls(&pair, None, |_| ok("far away")).await;
    let mut proxy = Proxy::start(Some(server.port)).await;
    let client = client(|config| {
        config.tls.ca_pem = pair.certificate.clone();
        config.proxy.proxy_url = format!("http://user:pass@127.0.0.1:{}", proxy.port);
        config
            .proxy
            .connect_header
            .insert("X-Way".to_owned(), vec!["this".into()]);
    });
    for _ in 0..2 {
        let answer = get(&client, "https://far.example:8443/x")
            .await
            .expect("an answer");
        assert_eq!(body(answer).await.expect("a body"), "far away");
    }
    let head = proxy.heads.recv().await.expect("a tunnel");
    assert!(head.starts_with("CONNECT far.example:8443 HTTP/1.1\r\nHost: far.example:8443\r\n"));
    assert!(head.contains("x-way: this\r\n"), "{head}");
    assert!(
        head.contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"),
        "{head}"
    );
    assert_eq!(server.last_header("proxy-authorization"), "");
    assert_eq!(server.last_header("x-way"), "");
    assert!(proxy.heads.try_recv().is_err(), "the tunnel is kept");
}

#[tokio::test]
async fn plain_requests_are_handed_to_the_proxy_with_their_whole_url() {
    let proxy = Server::start(|_| ok("from the proxy")).await;
    let client = client(|config| {
        config.proxy.proxy_url = proxy.url("").replace("http://", "http://u:p@");
        config.proxy.no_proxy = "near.example".to_owned();
    });
    let answer = get(&client, "http://far.example/x?y")
        .await
        .expect("an answer");
    assert_eq!(body(answer).await.expect("a body"), "from the proxy");
    assert_eq!(proxy.asked()[0].uri(), "http://far.example/x?y");
    assert_eq!(proxy.last_header("host"), "far.example");
    assert_eq!(proxy.last_header("proxy-authorization"), "Basic dTpw");

    // Loopback is reached directly once no_proxy is given.
    let server = Server::start(|_| ok("direct")).await;
    let answer = get(&client, &server.url("/")).await.expect("an answer");
    assert_eq!(body(answer).await.expect("a body"), "direct");
    assert_eq!(proxy.asked().len(), 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_quoted() {
    let proxy = Proxy::start(None).await;
    let client = client(|config| {
        config.proxy.proxy_url = format!("http://127.0.0.1:{}", proxy.port);
    });
    let error = get(&client, "https://far.example/")
        .await
        .expect_err("no tunnel");
    assert!(matches!(error, SendError::Proxy { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "the proxy 127.0.0.1:{} refused to connect to far.example:443: \
             HTTP/1.1 407 Proxy Authentication Required",
            proxy.port
        )
    );
}
