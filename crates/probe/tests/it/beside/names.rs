//! A small DNS server over UDP, TCP or TLS, whose answers depend on the name that is asked for.
#![expect(
    clippy::indexing_slicing,
    reason = "a question that is cut short is a test's surprise"
)]

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The server; dropping it stops it.
pub(crate) struct Names {
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
    _tasks: JoinSet<()>,
}

// === impl Names ===

impl Names {
    pub(crate) async fn start(acceptor: TlsAcceptor) -> Self {
        let mut tasks = JoinSet::new();
        let udp = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
        let port = udp.local_addr().unwrap().port();
        let tcp = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let tls = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let tls_port = tls.local_addr().unwrap().port();
        tasks.spawn(async move {
            let mut buffer = vec![0; 4096];
            while let Ok((count, from)) = udp.recv_from(&mut buffer).await {
                if let Some(answer) = answer(&buffer[..count]) {
                    udp.send_to(&answer, from).await.unwrap();
                }
            }
        });
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = tcp.accept().await {
                connections.spawn(serve(stream));
            }
        });
        let acceptor = Arc::new(acceptor);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = tls.accept().await {
                let acceptor = Arc::clone(&acceptor);
                connections.spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream).await;
                    }
                });
            }
        });
        Self {
            port,
            tls_port,
            _tasks: tasks,
        }
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    while let Ok(length) = stream.read_u16().await {
        let mut question = vec![0; usize::from(length)];
        if stream.read_exact(&mut question).await.is_err() {
            return;
        }
        let Some(answer) = answer(&question) else {
            std::future::pending().await
        };
        let length = u16::try_from(answer.len()).unwrap();
        let framed = [&length.to_be_bytes()[..], &answer].concat();
        if stream.write_all(&framed).await.is_err() {
            return;
        }
    }
}

/// A record: type, data.
type Record = (u16, Vec<u8>);

/// The answer to a question; `None` for silence.
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let mut at = 12;
    let mut labels = Vec::new();
    while question[at] != 0 {
        let length = usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..=at + length]).into_owned());
        at += length + 1;
    }
    let section = &question[12..at + 5];
    let kind = u16::from_be_bytes([question[at + 1], question[at + 2]]);
    let class = u16::from_be_bytes([question[at + 3], question[at + 4]]);
    let recursion = question[2] & 1;
    let mut id = [question[0], question[1]];
    let (mut code, mut flags) = (0, 0x80 | recursion);
    let mut sections: [Vec<Record>; 3] = Default::default();
    match labels[0].as_str() {
        "silent" => return None,
        "garbage" => return Some([&id[..], b"xyz"].concat()),
        "stranger" => id[0] ^= 0xFF,
        "refused" => code = 5,
        "broken" => code = 2,
        "missing" => {
            code = 3;
            sections[1].push((6, soa()));
        }
        "empty" => {}
        "cut" => flags |= 2,
        // Says what was asked.
        "said" => sections[0].push((
            16,
            text(&format!("type {kind} class {class} recursion {recursion}")),
        )),
        "soa" => sections[0].push((6, soa())),
        "all" => sections[0].extend([
            (1, vec![127, 0, 0, 2]),
            (
                28,
                vec![0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            ),
            (2, name("ns.test")),
            (5, name("other.test")),
            (15, [vec![0, 10], name("mail.test")].concat()),
            (16, text("a \"b\" \\ ü")),
            (33, [vec![0, 1, 0, 2, 0, 80], name("srv.test")].concat()),
            (257, [&[0, 5][..], b"issueca.test"].concat()),
            (65_280, vec![1, 2, 3]),
        ]),
        _ => {
            sections[0].push((1, vec![127, 0, 0, 2]));
            sections[0].push((1, vec![127, 0, 0, 3]));
            sections[1].push((2, name("ns.test")));
            sections[2].push((1, vec![127, 0, 0, 4]));
        }
    }
    let mut message = vec![id[0], id[1], flags, code, 0, 1];
    for records in &sections {
        message.extend(u16::try_from(records.len()).unwrap().to_be_bytes());
    }
    message.extend(section);
    for (kind, data) in sections.iter().flatten() {
        // The name is the question's.
        message.extend([0xC0, 12]);
        message.extend(kind.to_be_bytes());
        message.extend([0, 1, 0, 0, 0, 60]);
        message.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        message.extend(data);
    }
    Some(message)
}

fn name(text: &str) -> Vec<u8> {
    let labels = text.split('.').flat_map(|label| {
        let length = u8::try_from(label.len()).unwrap();
        [&[length], label.as_bytes()].concat()
    });
    labels.chain([0]).collect()
}

fn text(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&[length], text.as_bytes()].concat()
}

fn soa() -> Vec<u8> {
    let numbers = [2_026_010_203_u32, 7200, 3600, 1_209_600, 300];
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    [name("ns.test"), name("admin.test"), numbers.collect()].concat()
}
