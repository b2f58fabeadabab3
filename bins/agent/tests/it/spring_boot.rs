//! A real Spring Boot application, scraped by the agent and by a real Prometheus at once: both must see the same series.

use std::collections::BTreeSet;

use outpost_testbed::{Prometheus, SpringBoot, wait_until};
use serde_json::Value;

use crate::agent::Agent;

/// Both formats that a page of text can come in, one job each.
const CONFIG: &str = r#"
prometheus.scrape "text" {
  targets          = [{"__address__" = sys.env("APP"), "by" = "agent", "format" = "text"}]
  metrics_path     = "/actuator/prometheus"
  job_name         = "orders"
  scrape_interval  = "1s"
  scrape_timeout   = "1s"
  scrape_protocols = ["PrometheusText0.0.4"]
  forward_to       = [prometheus.remote_write.home.receiver]
}

prometheus.scrape "openmetrics" {
  targets          = [{"__address__" = sys.env("APP"), "by" = "agent", "format" = "openmetrics"}]
  metrics_path     = "/actuator/prometheus"
  job_name         = "orders"
  scrape_interval  = "1s"
  scrape_timeout   = "1s"
  scrape_protocols = ["OpenMetricsText1.0.0"]
  forward_to       = [prometheus.remote_write.home.receiver]
}

prometheus.remote_write "home" {
  endpoint {
    url = sys.env("PROMETHEUS_URL")
  }
}
"#;

/// Everything that once broke a reader of label values.
const NOTE: &str = r#"a=b, {c}="d\e" ü 終"#;

/// The same two jobs for Prometheus itself.
fn prometheus_config(app: &str) -> String {
    let job = |name: &str, protocol: &str| {
        format!(
            "- job_name: {name}\n  scrape_interval: 1s\n  scrape_timeout: 1s\n  metrics_path: /actuator/prometheus\n  \
             scrape_protocols: [{protocol}]\n  static_configs:\n  - targets: ['{app}']\n    \
             labels: {{job: orders, by: prometheus, format: {name}}}\n"
        )
    };
    format!(
        "scrape_configs:\n{}{}",
        job("text", "PrometheusText0.0.4"),
        job("openmetrics", "OpenMetricsText1.0.0")
    )
}

/// Every series of one reader and format, without the label that tells the readers apart. What a scraper says of its own
/// scrapes is left out: which of these exist depends on the flags of Prometheus.
fn series(prometheus: &Prometheus, by: &str, format: &str) -> BTreeSet<String> {
    let query = format!(r#"{{by="{by}", format="{format}", __name__!~"up|scrape_.+"}}"#);
    let without_reader = |row: Value| {
        let mut labels = row["metric"].as_object().unwrap().clone();
        labels.remove("by");
        labels.sort_keys();
        Value::Object(labels).to_string()
    };
    prometheus
        .query(&query)
        .into_iter()
        .map(without_reader)
        .collect()
}

#[test]
fn a_spring_boot_application_reads_the_same_as_through_prometheus() {
    let Some(app) = SpringBoot::start() else {
        return;
    };
    let address = format!("127.0.0.1:{}", app.port());
    let Some(prometheus) = Prometheus::start_configured(&prometheus_config(&address)) else {
        return;
    };
    for items in [1, 3, 40] {
        app.order(items, NOTE);
    }
    let mut agent = Agent::new(
        CONFIG,
        &[("APP", address), ("PROMETHEUS_URL", prometheus.write_url())],
    );
    agent.start();

    for format in ["text", "openmetrics"] {
        // The page grows while the application warms up, so the two are asked until they have seen the same page.
        let seen = wait_until("both readers to see the same series", || {
            let ours = series(&prometheus, "agent", format);
            (ours.len() > 50 && ours == series(&prometheus, "prometheus", format)).then_some(ours)
        });
        let note = serde_json::to_string(NOTE).unwrap();
        assert!(
            seen.iter()
                .any(|s| s.contains("orders_placed_total") && s.contains(&note)),
            "{seen:#?}"
        );
        for (query, expected) in [
            ("orders_placed_total", 3.0),
            ("orders_size_sum", 44.0),
            (r#"orders_size_bucket{le="3.0"}"#, 2.0),
            (r#"orders_size_bucket{le="+Inf"}"#, 3.0),
        ] {
            let rows = prometheus.query(&format!(
                r#"{query} and on (by, format) up{{by="agent", format="{format}"}}"#
            ));
            let values: Vec<f64> = rows
                .iter()
                .map(|row| row["value"][1].as_str().unwrap().parse().unwrap())
                .collect();
            assert_eq!(values, [expected], "{query}: {rows:?}");
        }
    }
    assert_eq!(agent.ailing(), Vec::<String>::new());
    agent.stop();
}
