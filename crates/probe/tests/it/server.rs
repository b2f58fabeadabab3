//! `/probe` and its neighbours over a real connection.

use outpost_probe::{Config, Prober, Server, ServerOptions};
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
        Self::with(ServerOptions::default()).await
    }

    async fn with(options: ServerOptions) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Server::new(Prober::with_roots(Authority::new().roots()), options);
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

fn options(text: &str) -> ServerOptions {
    ServerOptions {
        config: Config::parse(text).unwrap(),
        ..ServerOptions::default()
    }
}

#[tokio::test]
async fn only_targets_of_the_allow_list_are_probed() {
    let site = Site::plain().await;
    let text = format!(
        "modules: {{http_2xx: {{prober: http}}}}\nallow: ['127.0.0.1:{}']",
        site.port
    );
    let lookout = Lookout::with(options(&text)).await;
    let ask = |target: String| format!("GET /probe?target={target} HTTP/1.1");
    let (status, _) = lookout.ask(&ask(format!("127.0.0.1:{}", site.port))).await;
    assert_eq!(status, 200);
    let (status, body) = lookout
        .ask(&ask(format!("x.test/127.0.0.1:{}", site.port)))
        .await;
    assert_eq!(status, 403, "a part that matches is not enough");
    assert!(body.contains("allow list"), "{body}");
}

#[tokio::test]
async fn probes_stay_readable_with_their_logs_and_the_configuration_is_shown() {
    let site = Site::plain().await;
    let lookout = Lookout::start().await;
    let ask = format!("GET /probe?target=127.0.0.1:{}/missing HTTP/1.1", site.port);
    lookout.ask(&ask).await;
    let (status, log) = lookout.ask("GET /logs?id=1 HTTP/1.1").await;
    assert_eq!(status, 200);
    assert!(log.contains("status 404, expected 2xx"), "{log}");
    assert_eq!(lookout.ask("GET /logs?id=9 HTTP/1.1").await.0, 404);
    assert_eq!(lookout.ask("GET /logs?id=x HTTP/1.1").await.0, 400);
    let (_, page) = lookout.ask("GET / HTTP/1.1").await;
    assert!(
        page.contains("/missing</td>") && page.contains("/logs?id=1"),
        "{page}"
    );
    let (_, config) = lookout.ask("GET /config HTTP/1.1").await;
    assert!(config.contains("http_2xx:"), "{config}");
}

#[tokio::test]
async fn a_wrong_configuration_changes_nothing_and_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("blackbox.yml");
    std::fs::write(&file, "modules: {old: {prober: icmp}}").unwrap();
    let config = outpost_probe::load(&file).await.unwrap();
    let lookout = Lookout::with(ServerOptions {
        config,
        config_file: Some(file.clone()),
        ..ServerOptions::default()
    })
    .await;
    std::fs::write(&file, "modules: {a: {prober: none}}").unwrap();
    assert_eq!(lookout.ask("GET /-/reload HTTP/1.1").await.0, 405);
    let (status, body) = lookout.ask("POST /-/reload HTTP/1.1").await;
    assert_eq!(status, 500);
    assert!(
        body.contains("line 1") && body.contains("\"none\""),
        "{body}"
    );
    let (_, page) = lookout.ask("GET /metrics HTTP/1.1").await;
    assert!(
        page.contains("\nblackbox_exporter_config_last_reload_successful 0\n"),
        "{page}"
    );
    assert!(lookout.ask("GET /config HTTP/1.1").await.1.contains("old"));
    std::fs::write(&file, "modules: {new: {prober: icmp}}").unwrap();
    assert_eq!(lookout.ask("POST /-/reload HTTP/1.1").await.0, 200);
    let (_, page) = lookout.ask("GET /metrics HTTP/1.1").await;
    assert!(
        page.contains("\nblackbox_exporter_config_last_reload_successful 1\n"),
        "{page}"
    );
    assert!(lookout.ask("GET /config HTTP/1.1").await.1.contains("new"));
}
