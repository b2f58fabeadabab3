//! Discovery over DNS from a server on loopback that speaks UDP and TCP.

use std::time::Duration;

use outpost_collect::discovery::{
    Discovery, DnsDiscovery, DnsError, RecordType, Resolver, Targets,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

const NO_SUCH_NAME: u8 = 3;
const REFUSED: u8 = 5;

/// An answer: the question with other flags, and records whose names point at the question's.
fn answer(question: &[u8], flags: [u8; 2], records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut message = question.to_vec();
    message[2..4].copy_from_slice(&flags);
    message[7] = u8::try_from(records.len()).expect("few");
    for (kind, data) in records {
        message.extend([0xc0, 12]);
        message.extend(kind.to_be_bytes());
        message.extend([0, 1, 0, 0, 0, 60]);
        message.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
        message.extend(data);
    }
    message
}

fn service(host: &str, port: u16) -> (u16, Vec<u8>) {
    let mut data = vec![0, 0, 0, 0];
    data.extend(port.to_be_bytes());
    for label in host.split('.') {
        data.push(u8::try_from(label.len()).expect("short"));
        data.extend(label.bytes());
    }
    data.push(0);
    (33, data)
}

fn asked_name(question: &[u8]) -> String {
    let mut labels = Vec::new();
    let mut at = 12;
    while question[at] > 0 {
        let end = at + 1 + usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..end]).into_owned());
        at = end;
    }
    labels.join(".")
}

/// Answers every question as its name says.
async fn server() -> (Resolver, JoinSet<()>) {
    let udp = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = udp.local_addr().expect("an address");
    let tcp = TcpListener::bind(address).await.expect("the same port");
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut buffer = [0; 512];
        loop {
            let (length, from) = udp.recv_from(&mut buffer).await.expect("a question");
            let question = &buffer[..length];
            let answer = match asked_name(question).as_str() {
                "_web._tcp.x" => {
                    // A stray datagram first.
                    udp.send_to(b"stray", from).await.expect("sent");
                    let both = [service("b.x", 81), service("a.x", 80)];
                    answer(question, [0x81, 0x80], &both)
                }
                "hosts.x" => answer(question, [0x81, 0x80], &[(1, vec![10, 0, 0, 1])]),
                "long.x" => answer(question, [0x83, 0x80], &[]),
                "gone.x" => answer(question, [0x81, 0x80 | NO_SUCH_NAME], &[]),
                _ => answer(question, [0x81, 0x80 | REFUSED], &[]),
            };
            udp.send_to(&answer, from).await.expect("sent");
        }
    });
    tasks.spawn(async move {
        loop {
            let (mut stream, _) = tcp.accept().await.expect("a client");
            let length = stream.read_u16().await.expect("a length");
            let mut question = vec![0; length.into()];
            stream.read_exact(&mut question).await.expect("a question");
            let many: Vec<_> = (0..100).map(|n| service(&format!("h{n}.x"), 80)).collect();
            let answer = answer(&question, [0x81, 0x80], &many);
            let length = u16::try_from(answer.len()).expect("short").to_be_bytes();
            let whole = [&length[..], &answer].concat();
            stream.write_all(&whole).await.expect("sent");
        }
    });
    (Resolver::new(vec![address]), tasks)
}

async fn first(name: &str, records: RecordType) -> Result<Targets, DnsError> {
    let (resolver, _tasks) = server().await;
    let names = vec![name.to_owned()];
    let mut discovery = DnsDiscovery::new(resolver, names, records, 9100, Duration::from_secs(30));
    let set = discovery.next().await?;
    if set.is_empty() {
        // An empty set comes first; what is behind it comes at once.
        return tokio::time::timeout(Duration::from_millis(500), discovery.next())
            .await
            .unwrap_or(Ok(set));
    }
    Ok(set)
}

#[tokio::test]
async fn services_and_addresses_become_targets() {
    let found = first("_web._tcp.x", RecordType::Srv)
        .await
        .expect("records");
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown[0],
        "{__address__=\"a.x:80\", __meta_dns_mx_record_target=\"\", \
         __meta_dns_name=\"_web._tcp.x\", __meta_dns_ns_record_target=\"\", \
         __meta_dns_srv_record_port=\"80\", __meta_dns_srv_record_target=\"a.x.\"}"
    );
    assert_eq!(shown.len(), 2);
    let found = first("hosts.x", RecordType::A).await.expect("records");
    assert_eq!(found[0].get("__address__"), Some("10.0.0.1:9100"));
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_got_over_tcp() {
    let found = first("long.x", RecordType::Srv).await.expect("records");
    assert_eq!(found.len(), 100);
}

#[tokio::test]
async fn a_name_that_does_not_exist_has_no_targets_and_a_refusal_is_an_error() {
    let none = first("gone.x", RecordType::A).await.expect("no such name");
    assert_eq!(none, Targets::new());
    let refused = first("secret.x", RecordType::A).await.expect_err("refused");
    assert!(
        matches!(refused, DnsError::Refused { code: REFUSED, .. }),
        "{refused}"
    );
}
