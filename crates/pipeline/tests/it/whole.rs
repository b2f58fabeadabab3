//! The whole way in one process: host, scrape, relabel, write-ahead log, HTTP push; file, tail, relabel, HTTP push.

use std::fs;
use std::time::Duration;

use outpost_pipeline::{Agent, Registry, Surroundings, read_sources};
use outpost_receiver::{Limits, Receiver};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::http::get;

const CONFIG: &str = r#"
logging {
  level = "warn"
}

prometheus.exporter.unix "host" {
  set_collectors = ["loadavg", "uname", "stat"]
}

prometheus.exporter.self "agent" { }

discovery.relabel "host" {
  targets = array.concat(prometheus.exporter.unix.host.targets, prometheus.exporter.self.agent.targets)

  rule {
    target_label = "env"
    replacement  = "dev"
  }

  rule {
    source_labels = ["job"]
    regex         = "integrations/(.*)"
    target_label  = "job"
  }
}

prometheus.scrape "all" {
  targets         = discovery.relabel.host.output
  forward_to      = [prometheus.relabel.all.receiver]
  scrape_interval = "1s"
  scrape_timeout  = "1s"
}

prometheus.exporter.blackbox "doors" {
  config = "{ modules: { http_2xx: { prober: http, timeout: 1s } } }"

  target {
    name    = "open"
    address = "RECEIVER/api/v1/query?query=up"
    labels  = {"tier" = "front"}
  }

  target {
    name    = "shut"
    address = "http://127.0.0.1:1/"
    module  = "http_2xx"
  }

  target {
    name    = "unknown"
    address = "http://127.0.0.1:1/other"
    module  = "nope"
  }
}

prometheus.scrape "doors" {
  targets         = prometheus.exporter.blackbox.doors.targets
  forward_to      = [prometheus.remote_write.main.receiver]
  scrape_interval = "1s"
  scrape_timeout  = "1s"
}

prometheus.relabel "all" {
  forward_to = [prometheus.remote_write.main.receiver]

  rule {
    source_labels = ["__name__"]
    regex         = "node_load15"
    action        = "drop"
  }
}

prometheus.remote_write "main" {
  endpoint {
    url = "RECEIVER/api/v1/write"

    queue_config {
      batch_send_deadline = "100ms"
    }
  }
}

local.file_match "app" {
  path_targets = [{"__path__" = "DIRECTORY/*.log", "app" = "shop"}]
}

loki.source.file "app" {
  targets    = local.file_match.app.targets
  forward_to = [loki.relabel.app.receiver]
}

loki.relabel "app" {
  forward_to = [loki.write.main.receiver]

  rule {
    action = "labeldrop"
    regex  = "filename"
  }

  rule {
    target_label = "env"
    replacement  = "dev"
  }
}

loki.write "main" {
  endpoint {
    url        = "RECEIVER/loki/api/v1/push"
    batch_wait = "100ms"
  }
}
"#;

/// A development receiver and an agent that pushes to it.
struct Home {
    base: String,
    agent: Agent,
    directory: tempfile::TempDir,
    stop: CancellationToken,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Home {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let directory = tempfile::tempdir().expect("a directory");
        let shown = directory.path().display().to_string();
        let config = CONFIG
            .replace("RECEIVER", &base)
            .replace("DIRECTORY", &shown);
        fs::write(directory.path().join("config.alloy"), config).expect("written");
        fs::write(
            directory.path().join("app.log"),
            "first line\nsecond line\n",
        )
        .expect("written");
        let path = directory.path().join("config.alloy");
        let (agent, warnings) = Agent::load(
            Box::new(move || read_sources(&path)),
            Registry::standard(),
            Surroundings::new(directory.path().join("data")),
        )
        .unwrap_or_else(|wrong| panic!("{wrong}"));
        assert!(
            warnings.iter().all(|w| w.message.contains("container")),
            "{warnings}"
        );
        agent.open().unwrap_or_else(|wrong| panic!("{wrong}"));
        let stop = CancellationToken::new();
        let (run, told) = (agent.clone(), stop.clone());
        let running = tokio::spawn(async move { run.run(told, Duration::from_secs(10)).await });
        let told = stop.clone();
        let serving = tokio::spawn(async move {
            let receiver = Receiver::new(Limits::default());
            receiver
                .serve(listener, async move { told.cancelled().await })
                .await;
        });
        Self {
            base,
            agent,
            directory,
            stop,
            tasks: vec![running, serving],
        }
    }

    /// Asks until the answer has results.
    async fn results(&self, path: &str) -> Vec<Value> {
        loop {
            let (_, _, body) = get(&format!("{}{path}", self.base)).await;
            let answer: Value = serde_json::from_str(&body).expect("JSON");
            let results = answer["data"]["result"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            if !results.is_empty() {
                return results;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            task.await.expect("it ends");
        }
        drop(self.directory);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_of_the_host_and_lines_of_a_file_arrive_with_their_labels() {
    let home = Home::start().await;
    let up = home
        .results("/api/v1/query?query=up%7Bjob=%22unix%22%7D")
        .await;
    let labels = &up[0]["metric"];
    assert_eq!(labels["env"], "dev");
    assert_eq!(labels["instance"], home.agent.hostname());
    assert_eq!(up[0]["value"][1], "1");
    home.results("/api/v1/query?query=node_load1").await;
    home.results("/api/v1/query?query=process_resident_memory_bytes%7Bjob=%22self%22%7D")
        .await;
    let (_, _, dropped) = get(&format!("{}/api/v1/query?query=node_load15", home.base)).await;
    assert!(dropped.contains("\"result\":[]"), "{dropped}");
    let streams = home
        .results("/loki/api/v1/query_range?query=%7Bapp=%22shop%22%7D&direction=forward")
        .await;
    assert_eq!(
        streams[0]["stream"],
        serde_json::json!({"app": "shop", "env": "dev"})
    );
    let lines: Vec<&Value> = streams[0]["values"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| &entry[1])
        .collect();
    assert_eq!(lines, ["first line", "second line"]);
    assert_eq!(home.agent.unhealthy(), [""; 0]);
    let page = home.agent.metrics_text();
    let written = page
        .lines()
        .find_map(|line| line.strip_prefix("alloy_prometheus_relabel_metrics_written{"))
        .and_then(|rest| rest.split_whitespace().last())
        .expect("the relabel chain's counter");
    assert!(written.parse::<u64>().expect("a count") > 10, "{written}");
    home.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_of_a_probed_target_is_a_probe_and_each_target_has_its_own_instance() {
    let home = Home::start().await;
    let one = |query: &'static str| home.results(query);
    let open = one("/api/v1/query?query=probe_success%7Btier=%22front%22%7D").await;
    assert_eq!(open[0]["value"][1], "1");
    assert_eq!(open[0]["metric"]["job"], "integrations/blackbox/open");
    let address = format!("{}/api/v1/query?query=up", home.base);
    assert_eq!(open[0]["metric"]["instance"], address);
    let shut = "/api/v1/query?query=probe_success%7Binstance=%22http://127.0.0.1:1/%22%7D";
    assert_eq!(one(shut).await[0]["value"][1], "0");
    let shut = "/api/v1/query?query=up%7Bjob=%22integrations/blackbox/shut%22%7D";
    assert_eq!(
        one(shut).await[0]["value"][1],
        "1",
        "a failed probe has a page"
    );
    let unknown = "/api/v1/query?query=up%7Bjob=%22integrations/blackbox/unknown%22%7D";
    assert_eq!(one(unknown).await[0]["value"][1], "0");
    home.stop().await;
}
