//! The runner: what it tells, and when.

use std::time::Duration;

use outpost_collect::discovery::{Discovery, DockerDiscovery, DockerTargets, Targets};
use outpost_docker::{Client, Filters};
use outpost_http_client::ClientConfig;
use outpost_model::Labels;
use outpost_testbed::{Container, container_host};

/// Longer than the test: only events can bring news.
const NEVER: Duration = Duration::from_secs(3600);

fn discovery(label: &str) -> Option<DockerDiscovery> {
    let client = Client::connect(&container_host()?, ClientConfig::default()).expect("a host");
    let filters = Filters::default().with("label", [label]);
    let rules = DockerTargets::default();
    Some(DockerDiscovery::new(client, filters, rules, NEVER))
}

fn names(targets: &Targets) -> Vec<String> {
    let name = |labels: &Labels| {
        labels
            .get("__meta_docker_container_name")
            .map(str::to_owned)
    };
    targets.iter().filter_map(name).collect()
}

#[tokio::test]
async fn events_bring_each_change_long_before_the_interval() {
    let Some(mut discovery) = discovery("outpost.test=discovery-events") else {
        return;
    };
    assert_eq!(discovery.next().await.expect("a list"), Targets::new());
    let run = || Container::run(&["--label", "outpost.test=discovery-events"], "sleep 600");
    let Some(first) = run() else { return };
    assert_eq!(discovery.next().await.expect("a change").len(), 1);
    let Some(second) = run() else { return };
    let both = discovery.next().await.expect("a change");
    assert_eq!(both.len(), 2);

    let before = names(&both);
    drop(first);
    let left = discovery.next().await.expect("a change");
    assert_eq!(left.len(), 1);
    assert!(before.contains(&names(&left)[0]));
    second.docker(&["stop", "--time", "0"]);
    assert_eq!(discovery.next().await.expect("a change"), Targets::new());
}

#[tokio::test]
async fn a_daemon_that_is_away_is_an_error_each_time_and_asked_again_later() {
    let client =
        Client::connect("unix:///nonexistent.sock", ClientConfig::default()).expect("a host");
    let rules = DockerTargets::default();
    let mut discovery = DockerDiscovery::new(client, Filters::default(), rules, NEVER);
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let mut waits = Vec::new();
    for _ in 0..4 {
        let error = discovery.next().await.expect_err("nobody");
        assert!(error.is_unreachable());
        waits.push(begun.elapsed().as_secs());
    }
    assert_eq!(waits[0], 0);
    assert!(
        (1..=2).contains(&waits[1]) && (3..=5).contains(&waits[2]),
        "{waits:?}"
    );
}
