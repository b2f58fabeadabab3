//! A deployment like the one that Outpost was made for, with nothing in it that is not real: the host, nginx and its
//! exporter, containers on a Docker daemon, Prometheus. Only Loki is a sink that keeps every line, to see duplicates.

use std::collections::BTreeMap;
use std::process::Command;

use outpost_testbed::{
    Container, LogSink, Nginx, Process, Prometheus, Site, SiteAnswer, container_host, free_port,
    get, peer, wait_until,
};
use serde_json::Value;

use crate::agent::Agent;

/// In the shape of the original's configuration; every place and name comes from the environment.
const CONFIG: &str = include_str!("deployment.alloy");

/// Lines that each container writes.
const LINES: usize = 500;

struct Deployment {
    prometheus: Prometheus,
    loki: LogSink,
    nginx: Nginx,
    agent: Agent,
    _exporter: Process,
    _actuators: [Site; 2],
    _containers: Vec<Container>,
    _dir: tempfile::TempDir,
}

impl Deployment {
    fn start() -> Option<Self> {
        let host = container_host()?;
        let prometheus = Prometheus::start()?;
        let nginx = Nginx::start()?;
        let dir = tempfile::tempdir().unwrap();
        let exporter_port = free_port();
        let mut exporter = Command::new(peer("prometheus-nginx-exporter")?);
        exporter
            .arg(format!(
                "--nginx.scrape-uri=http://127.0.0.1:{}/stub_status",
                nginx.port()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{exporter_port}"));
        let exporter = Process::start(&mut exporter, dir.path().join("exporter"));
        wait_until("the nginx exporter", || get(exporter_port, "/metrics").ok());
        let actuators = [actuator(), actuator()];
        let loki = LogSink::start();
        let tag = format!("outpost-{}", std::process::id());
        let containers = ["api", "worker", "noise"].map(|name| {
            let script = format!(
                "i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo {name} line $i; done; sleep 600"
            );
            Container::run(&["--name", &format!("{tag}-{name}")], &script)
        });
        let containers = containers.into_iter().collect::<Option<Vec<_>>>()?;
        let agent = Agent::new(
            CONFIG,
            &[
                ("DEPLOY_ENV", "dev".to_owned()),
                ("PROMETHEUS_URL", prometheus.write_url()),
                ("LOKI_URL", loki.url()),
                ("DOCKER_URL", host),
                ("CONTAINER_TAG", tag),
                ("API_ADDRESS", format!("127.0.0.1:{}", actuators[0].port())),
                (
                    "WORKER_ADDRESS",
                    format!("127.0.0.1:{}", actuators[1].port()),
                ),
                ("NGINX_EXPORTER", format!("127.0.0.1:{exporter_port}")),
            ],
        );
        Some(Self {
            prometheus,
            loki,
            nginx,
            agent,
            _exporter: exporter,
            _actuators: actuators,
            _containers: containers,
            _dir: dir,
        })
    }
}

/// A Spring Boot application's page, as recorded.
fn actuator() -> Site {
    let page = outpost_golden::text("spring_boot_3.5_text.txt");
    Site::start(move |request| match request.path.as_str() {
        "/actuator/prometheus" => SiteAnswer::page("text/plain; version=0.0.4", page.clone()),
        _ => SiteAnswer::status(404),
    })
}

fn label<'a>(row: &'a Value, name: &str) -> &'a str {
    row["metric"][name].as_str().unwrap_or_default()
}

fn value(row: &Value) -> f64 {
    row["value"][1].as_str().unwrap().parse().unwrap()
}

#[test]
fn every_target_is_up_with_its_labels_and_every_line_arrives_once_and_in_order() {
    let Some(mut deployment) = Deployment::start() else {
        return;
    };
    deployment.agent.start();
    let Deployment {
        prometheus,
        loki,
        agent,
        nginx,
        ..
    } = &mut deployment;

    let up = wait_until("four targets to be up", || {
        let rows = prometheus.query(r#"up{env="dev"} == 1"#);
        (rows.len() == 4).then_some(rows)
    });
    let mut seen: Vec<_> = up
        .iter()
        .map(|row| (label(row, "job"), label(row, "instance")))
        .collect();
    seen.sort_unstable();
    let hostname = hostname();
    let mut expected = vec![
        ("node", hostname.as_str()),
        ("spring", "api"),
        ("spring", "worker"),
        ("nginx", "nginx"),
    ];
    expected.sort_unstable();
    assert_eq!(seen, expected, "{}", agent.log());

    // The host's own figures.
    wait_until("a second scrape of the host", || {
        prometheus
            .query("count_over_time(node_time_seconds[1m]) >= 2")
            .pop()
    });
    cpu_agrees_with_proc(prometheus);
    memory_agrees_with_proc(prometheus);
    file_systems_agree_with_statvfs(prometheus);

    // What the applications and nginx say.
    let heap = prometheus.query(r#"jvm_memory_used_bytes{area="heap", job="spring"}"#);
    assert!(!heap.is_empty());
    assert!(get(nginx.port(), "/").is_ok());
    let requests = prometheus.query(r#"nginx_http_requests_total{job="nginx"}"#);
    assert_eq!(requests.len(), 1);

    // Every line, once, in order, under its labels; the container that the keep rule leaves out is not there.
    let streams = wait_until("every line", || {
        let streams = loki.streams();
        (streams.values().map(Vec::len).sum::<usize>() >= 2 * LINES).then_some(streams)
    });
    let expected: BTreeMap<String, Vec<String>> = ["api", "worker"]
        .into_iter()
        .map(|app| {
            let lines = (1..=LINES).map(|i| format!("{app} line {i}")).collect();
            (
                format!(r#"{{app="{app}", env="dev", instance="{app}"}}"#),
                lines,
            )
        })
        .collect();
    assert_eq!(streams, expected);
    assert_eq!(agent.ailing(), Vec::<String>::new());
    agent.stop();
}

/// Whole numbers of bytes below 2^53, so that nothing is rounded.
fn equal(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.5
}

fn hostname() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .unwrap()
        .trim()
        .to_owned()
}

/// The sum over all CPUs and modes lies between what `/proc/stat` says before and after the question.
fn cpu_agrees_with_proc(prometheus: &Prometheus) {
    // node_cpu_seconds_total has no guest time: the kernel counts it into user and nice already.
    let total = || {
        let stat = std::fs::read_to_string("/proc/stat").unwrap();
        let ticks = stat
            .lines()
            .next()
            .unwrap()
            .split_whitespace()
            .skip(1)
            .take(8);
        ticks.map(|t| t.parse::<f64>().unwrap()).sum::<f64>() / 100.0
    };
    let before = total();
    let rows = wait_until("a scrape after the first look", || {
        let rows = prometheus.query("sum(node_cpu_seconds_total)");
        rows.into_iter().find(|row| value(row) >= before)
    });
    assert!(
        value(&rows) <= total(),
        "{rows} is more than the kernel counted by now"
    );
    let modes = prometheus.query("count by (mode) (node_cpu_seconds_total)");
    assert_eq!(modes.len(), 8, "{modes:?}");
}

fn memory_agrees_with_proc(prometheus: &Prometheus) {
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap();
    let kib = |key: &str| -> f64 {
        let line = meminfo.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let total = value(&prometheus.query("node_memory_MemTotal_bytes")[0]);
    assert!(equal(total, kib("MemTotal:") * 1024.0), "{total}");
    let available = value(&prometheus.query("node_memory_MemAvailable_bytes")[0]);
    let drift = (available - kib("MemAvailable:") * 1024.0).abs();
    assert!(
        drift < total / 4.0,
        "available memory {available} is far from /proc/meminfo's"
    );
}

fn file_systems_agree_with_statvfs(prometheus: &Prometheus) {
    let rows = prometheus.query(r#"node_filesystem_size_bytes{mountpoint="/"}"#);
    assert_eq!(rows.len(), 1, "{rows:?}");
    let stat = Command::new("stat")
        .args(["-f", "-c", "%S %b", "/"])
        .output()
        .unwrap();
    let text = String::from_utf8(stat.stdout).unwrap();
    let product: f64 = text
        .split_whitespace()
        .map(|n| n.parse::<f64>().unwrap())
        .product();
    assert!(equal(value(&rows[0]), product), "{rows:?} is not {product}");
}
