//! The container exporter with real containers, and with recorded groups of version 2.

use std::time::Duration;

use outpost_collect::exporter::SharedExporter;
use outpost_collect::exporter::cadvisor::{CadvisorConfig, CadvisorExporter, ContainerLabels};
use outpost_docker::Client;
use outpost_http_client::ClientConfig;
use outpost_testbed::{Container, container_host};

use super::exposition::{self, Page};

fn exporter(host: &str, sysfs: &std::path::Path) -> SharedExporter {
    SharedExporter::new(CadvisorExporter::new(CadvisorConfig {
        docker: Client::connect(host, ClientConfig::default()).unwrap(),
        procfs_path: "/proc".into(),
        sysfs_path: sysfs.to_owned(),
        labels: ContainerLabels::All,
    }))
}

async fn page(exporter: &SharedExporter) -> Page {
    let text = exporter.text(Duration::from_secs(60)).await.unwrap();
    exposition::read(&String::from_utf8(text).unwrap())
}

/// The values of a family's rows that belong to the container.
fn of(page: &Page, family: &str, id: &str) -> Vec<f64> {
    page.get(family)
        .into_iter()
        .flat_map(|f| &f.series)
        .filter(|(series, _)| series.contains(id))
        .map(|(_, value)| *value)
        .collect()
}

#[tokio::test]
async fn limits_and_use_of_a_real_container_are_told() {
    let flags = [
        "--memory=64m",
        "--cpus=0.5",
        "--label=com.example.role=test",
        "--pids-limit=50",
    ];
    let Some(container) = Container::run(&flags, "while true; do :; done") else {
        return;
    };
    let host = container_host().unwrap();
    let exporter = exporter(&host, std::path::Path::new("/sys"));
    let first = page(&exporter).await;
    let second = page(&exporter).await;
    let id = container.id();
    let one = |page: &Page, family: &str| {
        let values = of(page, family, id);
        assert_eq!(values.len(), 1, "{family}: {values:?}");
        values[0]
    };
    assert_eq!(
        one(&second, "container_spec_memory_limit_bytes").to_string(),
        "67108864"
    );
    assert_eq!(
        one(&second, "container_spec_cpu_quota").to_string(),
        "50000"
    );
    assert_eq!(one(&second, "container_threads_max").to_string(), "50");
    assert!(one(&second, "container_memory_working_set_bytes") > 0.0);
    let used = |page: &Page| one(page, "container_cpu_usage_seconds_total");
    assert!(used(&first) > 0.0 && used(&second) >= used(&first));
    assert!(one(&second, "container_start_time_seconds") > 1.7e9);
    assert_eq!(
        of(&second, "container_network_receive_bytes_total", id).len(),
        1
    );
    let labels = &second["container_memory_usage_bytes"].labels;
    assert!(
        labels.contains("container_label_com_example_role"),
        "{labels:?}"
    );
    assert_eq!(
        second["container_scrape_error"].series["{}"].to_string(),
        "0"
    );
}

#[tokio::test]
async fn groups_of_version_2_made_by_systemd_are_read() {
    let Some(container) = Container::run(&[], "sleep 600") else {
        return;
    };
    let id = container.id();
    let sysfs = tempfile::tempdir().unwrap();
    let root = sysfs.path().join("fs/cgroup");
    let group = root.join(format!("system.slice/docker-{id}.scope"));
    std::fs::create_dir_all(&group).unwrap();
    for (file, text) in [
        (
            "cpu.stat",
            "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nnr_periods 10\nnr_throttled 4\nthrottled_usec 250000\n",
        ),
        ("cpu.max", "25000 100000\n"),
        ("cpu.weight", "39\n"),
        ("memory.current", "1000000\n"),
        ("memory.max", "max\n"),
        ("memory.swap.current", "0\n"),
        (
            "memory.stat",
            "anon 400000\nfile 500000\nfile_mapped 1000\ninactive_file 300000\npgfault 7\npgmajfault 1\n",
        ),
        ("memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\n"),
        (
            "io.stat",
            "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n",
        ),
        ("pids.current", "5\n"),
        ("pids.max", "max\n"),
    ] {
        std::fs::write(group.join(file), text).unwrap();
    }
    std::fs::write(root.join("cgroup.controllers"), "cpu memory io pids\n").unwrap();
    let exporter = exporter(&container_host().unwrap(), sysfs.path());
    let page = page(&exporter).await;
    for (family, expected) in [
        ("container_cpu_usage_seconds_total", "1.5"),
        ("container_cpu_cfs_throttled_periods_total", "4"),
        ("container_spec_cpu_quota", "25000"),
        ("container_spec_cpu_shares", "998"),
        ("container_memory_working_set_bytes", "700000"),
        ("container_spec_memory_limit_bytes", "0"),
        ("container_oom_events_total", "2"),
        ("container_fs_writes_bytes_total", "20"),
        ("container_processes", "5"),
    ] {
        let told: Vec<_> = of(&page, family, id).iter().map(f64::to_string).collect();
        assert_eq!(told, [expected], "{family}");
    }
}

#[tokio::test]
async fn without_a_daemon_the_page_says_so() {
    let exporter = exporter("unix:///no/such/socket", std::path::Path::new("/sys"));
    let page = page(&exporter).await;
    assert_eq!(page.keys().collect::<Vec<_>>(), ["container_scrape_error"]);
    assert_eq!(page["container_scrape_error"].series["{}"].to_string(), "1");
}
