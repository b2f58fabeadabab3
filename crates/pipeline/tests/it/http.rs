//! The HTTP server, asked over a real socket.

use std::time::Duration;

use outpost_http_client::{Client, ClientConfig, Deadline, Method, Request};
use outpost_pipeline::{PathPrefix, serve};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::stage::Play;

/// A play with its server.
struct Served {
    play: Play,
    base: String,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<()>,
}

impl Served {
    async fn start(text: &str) -> Self {
        let play = Play::start(text);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(
            listener,
            play.agent.clone(),
            PathPrefix::new("/"),
            stop.clone(),
        ));
        Self {
            play,
            base,
            stop,
            server,
        }
    }

    async fn ask(&self, method: Method, path: &str) -> (u16, String, String) {
        ask(method, &format!("{}{path}", self.base)).await
    }

    async fn get(&self, path: &str) -> (u16, String, String) {
        self.ask(Method::GET, path).await
    }

    async fn stop(mut self) {
        self.play.stop().await;
        self.stop.cancel();
        self.server.await.expect("the server ends");
    }
}

/// Asks a server: status, content type and body.
pub(crate) async fn ask(method: Method, url: &str) -> (u16, String, String) {
    let client = Client::new(ClientConfig::default());
    let request = Request::builder()
        .method(method)
        .uri(url)
        .body(bytes::Bytes::new())
        .expect("a request");
    let response = client
        .send(request, Deadline::after(Duration::from_secs(10)))
        .await
        .expect("an answer");
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type");
    let kind = kind
        .map_or("", |kind| kind.to_str().expect("text"))
        .to_owned();
    let mut body = Vec::new();
    response
        .read_into(&mut body, 1 << 20)
        .await
        .expect("a body");
    (status, kind, String::from_utf8(body).expect("text"))
}

pub(crate) async fn get(url: &str) -> (u16, String, String) {
    ask(Method::GET, url).await
}

const CONFIG: &str = r#"
test.source "a" { value = 1 }
test.sink "b" { of = [test.source.a.value] }
"#;

#[tokio::test]
async fn probes_say_whether_the_agent_runs_and_is_well() {
    let served = Served::start(CONFIG).await;
    served.play.saw("test.sink.b started", 1).await;
    let text = "text/plain; charset=utf-8".to_owned();
    let ready = served.get("/-/ready").await;
    assert_eq!(ready, (200, text.clone(), "Alloy is ready.\n".to_owned()));
    let healthy = served.get("/-/healthy").await;
    assert_eq!(
        healthy,
        (
            200,
            text.clone(),
            "All Alloy components are healthy.\n".to_owned()
        )
    );
    served
        .play
        .reload("test.fails \"f\" { at = \"run\" }")
        .await
        .expect("a good configuration");
    served.play.settle().await;
    let healthy = served.get("/-/healthy").await;
    assert_eq!(
        healthy,
        (500, text, "unhealthy components: test.fails\n".to_owned())
    );
    served.stop().await;
}

#[tokio::test]
async fn a_reload_answers_what_is_wrong_and_where() {
    let served = Served::start(CONFIG).await;
    let (status, _, body) = served.ask(Method::POST, "/-/reload").await;
    assert_eq!((status, body.as_str()), (200, "config reloaded\n"));
    // The stage reloads and refuses; the server then reads the same text.
    let _ = served
        .play
        .reload("test.sink \"b\" {\n  off = 1\n}\n")
        .await;
    let (status, _, body) = served.get("/-/reload").await;
    assert_eq!(status, 400);
    assert!(
        body.starts_with("config.alloy:2:3: error: unknown argument `off`"),
        "{body}"
    );
    assert!(body.contains("did you mean `of`?"), "{body}");
    assert_eq!(served.get("/-/ready").await.0, 200);
    let (status, ..) = served.ask(Method::PUT, "/-/reload").await;
    assert_eq!(status, 404);
    served.stop().await;
}

#[tokio::test]
async fn the_component_api_has_alloys_shape() {
    let served = Served::start(CONFIG).await;
    served.play.saw("test.sink.b started", 1).await;
    let (status, _, body) = served.get("/api/v0/web/components").await;
    let list: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(status, 200);
    assert_eq!(list[0]["localID"], "test.sink.b");
    let (_, _, body) = served.get("/api/v0/web/components/test.sink.b").await;
    let mut one: Value = serde_json::from_str(&body).expect("JSON");
    one["health"]["updatedTime"] = Value::Null;
    assert_eq!(
        one,
        serde_json::json!({
            "name": "test.sink",
            "type": "block",
            "localID": "test.sink.b",
            "moduleID": "",
            "label": "b",
            "referencesTo": ["test.source.a"],
            "referencedBy": [],
            "dataFlowEdgesTo": [],
            "health": {"state": "healthy", "message": "started component", "updatedTime": null},
            "original": "",
            "arguments": [{
                "name": "of",
                "type": "attr",
                "value": {"type": "array", "value": [{"type": "number", "value": 1}]},
            }],
            "exports": [{"name": "sum", "type": "attr", "value": {"type": "number", "value": 1}}],
            "debugInfo": [],
            "liveDebuggingEnabled": false,
        })
    );
    assert_eq!(
        served.get("/api/v0/web/components/test.sink.none").await.0,
        404
    );
    served.stop().await;
}

#[tokio::test]
async fn own_metrics_tell_about_the_configuration_and_the_process() {
    let served = Served::start(CONFIG).await;
    served.play.saw("test.sink.b started", 1).await;
    let (status, kind, page) = served.get("/metrics").await;
    assert_eq!(status, 200);
    assert_eq!(
        kind,
        "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"
    );
    for line in [
        "alloy_component_controller_running_components{controller_id=\"\",controller_path=\"/\",health_type=\"healthy\"} 2",
        "alloy_config_last_load_successful 1",
        "alloy_config_load_failures_total 0",
        "alloy_component_graph_connection{controller_id=\"\",controller_path=\"/\",from=\"test.sink.b\",to=\"test.source.a\"} 1",
    ] {
        assert!(page.lines().any(|l| l == line), "{line}\n{page}");
    }
    let resident = page
        .lines()
        .find_map(|line| line.strip_prefix("process_resident_memory_bytes "))
        .expect("resident memory");
    assert!(
        resident.parse::<f64>().expect("a number") > 1e6,
        "{resident}"
    );
    served.stop().await;
}

#[tokio::test]
async fn the_page_shows_components_and_needs_nothing_else() {
    let served = Served::start("test.sink \"b\" { }\n").await;
    served.play.saw("test.sink.b started", 1).await;
    let (status, kind, page) = served.get("/").await;
    assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
    assert!(page.contains("test.sink.b"), "{page}");
    assert!(page.contains("1 of 1 components are healthy"), "{page}");
    assert!(!page.contains("src="), "{page}");
    served.stop().await;
}

#[tokio::test]
async fn exporters_of_other_servers_have_a_page_an_instance_and_no_secret_on_show() {
    let served = Served::start(
        r#"
prometheus.exporter.mysql "db" { data_source_name = "root:hidden@tcp(127.0.0.1:1)/app" }
prometheus.exporter.nginx "web" { scrape_uri = "http://127.0.0.1:1/stub_status" }
"#,
    )
    .await;
    for (id, page, instance, job) in [
        (
            "prometheus.exporter.mysql.db",
            "mysql_up 0",
            "tcp(127.0.0.1:1)/app",
            "integrations/mysql",
        ),
        (
            "prometheus.exporter.nginx.web",
            "nginx_up 0",
            "127.0.0.1:1",
            "integrations/nginx",
        ),
    ] {
        let (status, _, body) = served.get(&format!("/api/v0/component/{id}/metrics")).await;
        assert_eq!(status, 200);
        assert!(body.lines().any(|line| line == page), "{body}");
        let (_, _, shown) = served.get(&format!("/api/v0/web/components/{id}")).await;
        assert!(!shown.contains("hidden"), "{shown}");
        for part in [instance, job] {
            assert!(shown.contains(&format!("{part:?}")), "{part}: {shown}");
        }
    }
    served.stop().await;
}
