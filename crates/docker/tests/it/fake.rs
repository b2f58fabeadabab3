//! A daemon on a unix socket that gives one written answer after another.

use std::path::PathBuf;

use outpost_docker::{Client, DockerError, Filters, LogOptions};
use outpost_http_client::ClientConfig;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::task::JoinSet;

struct Daemon {
    docker: Client,
    _folder: TempDir,
    _tasks: JoinSet<()>,
}

impl Daemon {
    /// Gives each answer to one connection and closes it.
    fn start(answers: Vec<Vec<u8>>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path: PathBuf = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&path).expect("a socket");
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a client");
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.expect("a request"));
                }
                stream.write_all(&answer).await.expect("sent");
            }
        });
        let host = format!("unix://{}", path.display());
        Self {
            docker: Client::connect(&host, ClientConfig::default()).expect("a host"),
            _folder: folder,
            _tasks: tasks,
        }
    }
}

fn answer(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

const FRAMES: &str = "application/vnd.docker.multiplexed-stream";

#[tokio::test]
async fn a_daemon_that_fails_in_the_middle_says_why() {
    let mut body = b"\x01\0\0\0\0\0\0\x04one\n".to_vec();
    body.extend(b"\x03\0\0\0\0\0\0\x1cError grabbing logs: no disk");
    let daemon = Daemon::start(vec![answer("200 OK", FRAMES, &body)]);
    let mut logs = daemon
        .docker
        .logs("web", LogOptions::default())
        .await
        .expect("a log");
    let first = logs.next().await.expect("a record").expect("a record");
    assert_eq!(first.payload.as_ref(), b"one\n");
    let error = logs.next().await.expect_err("the daemon failed");
    assert_eq!(
        error.to_string(),
        "the Docker daemon cannot read the logs of web any further: Error grabbing logs: no disk"
    );
}

#[tokio::test]
async fn a_newer_daemons_word_about_frames_beats_ours() {
    let body = b"\x02\0\0\0\0\0\0\x04err\n";
    let daemon = Daemon::start(vec![answer("200 OK", FRAMES, body)]);
    let options = LogOptions {
        tty: true,
        ..LogOptions::default()
    };
    let mut logs = daemon.docker.logs("web", options).await.expect("a log");
    let frame = logs.next().await.expect("a record").expect("a record");
    assert_eq!(frame.payload.as_ref(), b"err\n");
    assert_eq!(logs.next().await.expect("the end"), None);
}

#[tokio::test]
async fn each_refusal_has_its_own_error() {
    let refusal = |status: &str, message: &str| {
        let body = format!("{{\"message\":\"{message}\"}}\n");
        answer(status, "application/json", body.as_bytes())
    };
    let daemon = Daemon::start(vec![
        refusal("404 Not Found", "No such container: web"),
        refusal(
            "501 Not Implemented",
            "configured logging driver does not support reading",
        ),
        refusal("500 Internal Server Error", "out of luck"),
        answer("200 OK", "application/json", b"[{\"Id\": 7}]"),
        answer("200 OK", "application/json", b"null"),
    ]);
    let logs = || daemon.docker.logs("web", LogOptions::default());
    let gone = logs().await.expect_err("404");
    assert!(matches!(gone, DockerError::NotFound { .. }), "{gone}");
    let closed = logs().await.expect_err("501");
    assert_eq!(
        closed.to_string(),
        "the logs of web cannot be read: configured logging driver does not support reading"
    );
    let refused = logs().await.expect_err("500");
    assert!(
        matches!(&refused, DockerError::Refused { status: 500, message, .. } if message == "out of luck"),
        "{refused}"
    );
    for _ in 0..2 {
        let nonsense = daemon
            .docker
            .list(&Filters::default(), false)
            .await
            .expect_err("no list");
        assert!(matches!(nonsense, DockerError::Json { .. }), "{nonsense}");
    }
}

#[tokio::test]
async fn a_daemon_that_is_down_is_unreachable() {
    let docker = Client::connect("unix:///nonexistent/docker.sock", ClientConfig::default())
        .expect("a host");
    let error = docker.ping().await.expect_err("nobody");
    assert!(error.is_unreachable());
    assert_eq!(
        error.to_string(),
        "cannot reach the Docker daemon at unix:///nonexistent/docker.sock"
    );
}

#[tokio::test]
async fn go_writes_nothing_as_null() {
    let body =
        br#"[{"Id":"a","Names":null,"Labels":null,"Ports":null,"HostConfig":{"NetworkMode":"none"},
        "NetworkSettings":{"Networks":{"none":null}}},{"Id":"b","NetworkSettings":null}]"#;
    let daemon = Daemon::start(vec![answer("200 OK", "application/json", body)]);
    let list = daemon
        .docker
        .list(&Filters::default(), true)
        .await
        .expect("a list");
    assert_eq!(list[0].networks["none"], None);
    assert_eq!(list[0].network_mode, "none");
    assert!(list[1].networks.is_empty());
}
