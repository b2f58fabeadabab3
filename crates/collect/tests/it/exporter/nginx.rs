//! The nginx exporter with a real nginx, beside the real nginx-prometheus-exporter.

use std::process::Command;
use std::time::Duration;

use outpost_collect::exporter::SharedExporter;
use outpost_collect::exporter::nginx::{NginxConfig, NginxExporter, StatusUrl};
use outpost_http_client::ClientConfig;
use outpost_testbed::{Nginx, Process, free_port, get, peer, wait_until};

use super::compare::{Allowed, differences};
use super::exposition::{self, Page};

fn exporter(url: &str) -> SharedExporter {
    SharedExporter::new(NginxExporter::new(NginxConfig {
        url: StatusUrl::parse(url).unwrap(),
        timeout: Duration::from_secs(30),
        client: ClientConfig::default(),
    }))
}

async fn page(exporter: &SharedExporter) -> Page {
    let text = exporter.text(Duration::from_secs(60)).await.unwrap();
    exposition::read(&String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn families_types_and_values_are_nginx_prometheus_exporters() {
    let Some(nginx) = Nginx::start() else { return };
    let Some(binary) = peer("prometheus-nginx-exporter") else {
        return;
    };
    let url = format!("http://127.0.0.1:{}/stub_status", nginx.port());
    let port = free_port();
    let mut command = Command::new(binary);
    command
        .arg(format!("--nginx.scrape-uri={url}"))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"));
    let _peer = Process::start(&mut command, nginx.dir().join("peer.log"));
    wait_until("the peer to answer", || get(port, "/").ok());

    let ours = exporter(&url);
    let before = page(&ours).await;
    let theirs = exposition::read(&get(port, "/metrics").unwrap().1);
    let after = page(&ours).await;
    let found = differences(
        &before,
        &theirs,
        &after,
        &Allowed {
            // Of the exporter itself.
            only_theirs: &["go_", "process_", "promhttp_", "nginx_exporter_build_info"],
            // Each of the two keeps a connection open, or not.
            restless: &["nginx_connections_active", "nginx_connections_waiting"],
            ..Allowed::default()
        },
    );
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn a_server_behind_a_unix_socket_is_read() {
    let socket = tempfile::tempdir().unwrap();
    let socket = socket.path().join("nginx.sock");
    let Some(_nginx) = Nginx::start_with(&format!("listen unix:{};", socket.display())) else {
        return;
    };
    let page = page(&exporter(&format!(
        "unix:{}:/stub_status",
        socket.display()
    )))
    .await;
    assert_eq!(page["nginx_up"].series["{}"].to_string(), "1");
    assert!(page["nginx_http_requests_total"].series["{}"] >= 1.0);
}

#[tokio::test]
async fn a_server_that_is_down_or_shows_another_page_is_up_0_and_nothing_else() {
    let Some(nginx) = Nginx::start() else { return };
    let urls = [
        format!("http://127.0.0.1:{}/stub_status", free_port()),
        format!("http://127.0.0.1:{}/", nginx.port()),
        "unix:/no/such/socket:/stub_status".to_owned(),
    ];
    for url in urls {
        let page = page(&exporter(&url)).await;
        let told: Vec<_> = page
            .iter()
            .map(|(name, f)| (name.as_str(), f.series["{}"].to_string()))
            .collect();
        assert_eq!(told, [("nginx_up", "0".to_owned())], "{url}");
    }
}
