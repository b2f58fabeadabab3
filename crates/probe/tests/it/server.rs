//! `/probe` and its neighbours over a real connection.

use outpost_probe::{Prober, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::site::{Authority, Site};

struct Lookout {
    port: u16,
    _task: JoinSet<()>,
}

impl Lookout {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Server::new(Prober::with_roots(Authority::new().roots()));
        let mut task = JoinSet::new();
        task.spawn(async move {
            server
                .serve(listener, std::future::pending())
                .await
                .unwrap();
        });
        Self { port, _task: task }
    }

    async fn ask(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let request = format!("{request}\r\nHost: lookout\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (
            head.split(' ').nth(1).unwrap().parse().unwrap(),
            body.to_owned(),
        )
    }
}

#[tokio::test]
async fn a_probe_answers_with_the_targets_metrics() {
    let site = Site::plain().await;
    let target = format!("http%3A%2F%2F127.0.0.1:{}%2F", site.port);
    let lookout = Lookout::start().await;
    let (status, body) = lookout
        .ask(&format!("GET /probe?target={target} HTTP/1.1"))
        .await;
    assert_eq!(status, 200);
    assert!(body.contains("\nprobe_success 1\n"), "{body}");
    let (status, body) = lookout
        .ask(&format!("GET /probe?target={target}&debug=true HTTP/1.1"))
        .await;
    assert_eq!(status, 200);
    for part in [
        "Logs for the probe:",
        "Metrics that would have been returned:",
        "Module configuration:",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test]
async fn a_failed_probe_is_an_answer_and_not_an_error() {
    let lookout = Lookout::start().await;
    let (status, body) = lookout
        .ask("GET /probe?target=http://127.0.0.1:1/ HTTP/1.1")
        .await;
    assert_eq!(status, 200);
    assert!(body.contains("\nprobe_success 0\n"), "{body}");
}

#[tokio::test]
async fn what_cannot_be_probed_is_said() {
    let lookout = Lookout::start().await;
    let (status, body) = lookout.ask("GET /probe HTTP/1.1").await;
    assert_eq!(
        (status, body.as_str()),
        (400, "Target parameter is missing\n")
    );
    let (status, body) = lookout
        .ask("GET /probe?target=x&module=nope HTTP/1.1")
        .await;
    assert_eq!((status, body.as_str()), (400, "Unknown module \"nope\"\n"));
    let (_, page) = lookout.ask("GET /metrics HTTP/1.1").await;
    assert!(
        page.contains("\nblackbox_module_unknown_total 1\n"),
        "{page}"
    );
    let (status, _) = lookout.ask("POST /probe?target=x HTTP/1.1").await;
    assert_eq!(status, 405);
    let (status, _) = lookout.ask("GET /nothing HTTP/1.1").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn the_scrapers_patience_bounds_the_probe() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let target = format!("http://{}/", silent.local_addr().unwrap());
    let lookout = Lookout::start().await;
    let request =
        format!("GET /probe?target={target} HTTP/1.1\r\nX-Prometheus-Scrape-Timeout-Seconds: 0.6");
    let (status, body) = lookout.ask(&request).await;
    assert_eq!(status, 200);
    assert!(
        body.contains(r#"probe_failure_info{reason="timeout"} 1"#),
        "{body}"
    );
    let (status, body) = lookout
        .ask("GET /probe?target=x HTTP/1.1\r\nX-Prometheus-Scrape-Timeout-Seconds: soon")
        .await;
    assert_eq!(status, 500);
    assert!(body.contains("\"soon\""), "{body}");
}
