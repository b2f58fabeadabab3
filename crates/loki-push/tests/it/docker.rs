//! Containers on the real daemon: every line once, in order.

use std::collections::BTreeMap;
use std::time::Duration;

use outpost_loki_push::{Checkpoints, DEFAULT_BUDGET, EndpointConfig, Position, Timestamp};
use outpost_model::{RuleConfig, Rules, TargetNames};
use outpost_testbed::{Container, container_host};

use crate::agent::{Agent, Setting, target};
use crate::loki::FakeLoki;

fn stream_rule() -> Rules {
    let rule = RuleConfig {
        source_labels: Some(vec!["__meta_docker_container_log_stream".into()]),
        target_label: "stream".into(),
        ..RuleConfig::default()
    };
    Rules::compile([&rule], TargetNames::Legacy).unwrap()
}

fn setting(directory: &tempfile::TempDir) -> Setting<'_> {
    Setting {
        host: container_host().unwrap(),
        directory: directory.path(),
        budget: DEFAULT_BUDGET,
        rules: stream_rule(),
    }
}

/// Lines by stream, without exact repeats (which Loki drops).
fn stored(loki: &FakeLoki) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<(Timestamp, Vec<u8>)>> = BTreeMap::new();
    for request in loki.requests().into_iter().filter(|r| r.answered == 204) {
        for stream in request.streams {
            let lines = all.entry(stream.labels).or_default();
            for entry in stream.entries {
                let line = (entry.timestamp, entry.line);
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
    }
    all.into_iter()
        .map(|(labels, lines)| {
            let text = |(_, line)| String::from_utf8(line).unwrap();
            (labels, lines.into_iter().map(text).collect())
        })
        .collect()
}

fn count(loki: &FakeLoki) -> usize {
    stored(loki).values().map(Vec::len).sum()
}

fn numbered(from: usize, to: usize) -> Vec<String> {
    (from..=to).map(|n| format!("line {n}")).collect()
}

#[tokio::test]
async fn lines_arrive_once_with_dockers_times_through_every_oddity() {
    let script = "echo one; echo err >&2; printf 'crlf\\r\\n\\n\\ttab\\n'; \
        head -c 40000 /dev/zero | tr '\\0' x; echo; sleep 0.2; printf half";
    let Some(container) = Container::run(&[], script) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let loki = FakeLoki::start().await;
    let agent = Agent::start(loki.endpoint(), setting(&directory));
    agent
        .source
        .set_targets([target(container.id(), &[("app", "odd")])]);
    loki.wait_for(|loki| count(loki) >= 6).await;
    let long = "x".repeat(40_000);
    let expected = BTreeMap::from([
        (
            r#"{app="odd", stream="stderr"}"#.to_owned(),
            vec!["err".to_owned()],
        ),
        (
            r#"{app="odd", stream="stdout"}"#.to_owned(),
            ["one", "crlf", "\ttab", &long, "half"]
                .map(str::to_owned)
                .to_vec(),
        ),
    ]);
    assert_eq!(stored(&loki), expected);
    let times = container.docker(&["logs", "--timestamps"]);
    for request in loki.requests() {
        for entry in &request.streams[0].entries {
            let nanos = format!(".{:09}Z", entry.timestamp.nanos);
            assert!(
                times.contains(&nanos) || request.streams[0].labels.contains("stderr"),
                "{nanos}"
            );
        }
    }
    agent.stop().await;
    let agent = Agent::start(loki.endpoint(), setting(&directory));
    agent
        .source
        .set_targets([target(container.id(), &[("app", "odd")])]);
    container.docker(&["restart", "-t", "0"]);
    loki.wait_for(|loki| count(loki) >= 12).await;
    let doubled: Vec<_> = expected
        .values()
        .flatten()
        .chain(expected.values().flatten())
        .cloned()
        .collect();
    assert_eq!(
        loki.lines(204).len(),
        doubled.len(),
        "a restart repeats nothing"
    );
    agent.stop().await;
}

#[tokio::test]
async fn a_terminal_is_one_stream_and_its_long_lines_are_whole() {
    let script = "echo one; head -c 40000 /dev/zero | tr '\\0' y; echo; echo end";
    let Some(container) = Container::run(&["--tty"], script) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let loki = FakeLoki::start().await;
    let agent = Agent::start(loki.endpoint(), setting(&directory));
    agent
        .source
        .set_targets([target(container.id(), &[("app", "tty")])]);
    loki.wait_for(|loki| count(loki) >= 3).await;
    let lines = stored(&loki);
    let long = "y".repeat(40_000);
    assert_eq!(
        lines[r#"{app="tty", stream="stdout"}"#],
        ["one", long.as_str(), "end"]
    );
    agent.stop().await;
}

/// Kills, refusals, restarts of the container, all while it writes.
#[tokio::test]
async fn every_line_arrives_once_and_in_order_through_kills() {
    let script = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; [ $((i % 50)) = 0 ] && sleep 0.05; done; sleep 600";
    let Some(container) = Container::run(&[], script) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let loki = FakeLoki::start().await;
    for round in 0..10 {
        loki.always(if round % 3 == 1 { 503 } else { 204 });
        let agent = Agent::start(loki.endpoint(), setting(&directory));
        agent
            .source
            .set_targets([target(container.id(), &[("app", "kill")])]);
        tokio::time::sleep(Duration::from_millis(100 + 37 * round)).await;
        agent.kill().await;
    }
    loki.always(204);
    let agent = Agent::start(loki.endpoint(), setting(&directory));
    agent
        .source
        .set_targets([target(container.id(), &[("app", "kill")])]);
    loki.wait_for(|loki| count(loki) >= 3000).await;
    assert_eq!(
        stored(&loki)[r#"{app="kill", stream="stdout"}"#],
        numbered(1, 3000)
    );
    let sent = loki.lines(204).len();
    agent.stop().await;
    assert!(
        sent < 3000 + 10 * 200,
        "{} lines were sent again",
        sent - 3000
    );
}

#[tokio::test]
async fn an_outage_fills_the_budget_closes_the_stream_and_loses_nothing() {
    let script = "i=0; while [ $i -lt 8000 ]; do i=$((i+1)); echo line $i; done; sleep 600";
    let Some(container) = Container::run(&[], script) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let loki = FakeLoki::start().await;
    loki.always(500);
    let small = Setting {
        budget: 64 * 1024,
        ..setting(&directory)
    };
    let agent = Agent::start(
        EndpointConfig {
            batch_size: 4096,
            ..loki.endpoint()
        },
        small,
    );
    agent
        .source
        .set_targets([target(container.id(), &[("app", "outage")])]);
    let closed =
        "loki_source_docker_closed_for_room_total{component_id=\"loki.source.docker.s\"} 0";
    while agent.registry.text().contains(closed) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    loki.always(204);
    loki.wait_for(|loki| count(loki) >= 8000).await;
    assert_eq!(
        loki.lines(204)
            .into_iter()
            .map(|(_, l)| l)
            .collect::<Vec<_>>(),
        numbered(1, 8000)
    );
    agent.stop().await;
}

#[tokio::test]
async fn a_container_that_removes_itself_is_read_to_its_end() {
    let Some(container) = Container::run(&["--rm"], "echo one; sleep 1; echo two; printf three")
    else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let loki = FakeLoki::start().await;
    let agent = Agent::start(loki.endpoint(), setting(&directory));
    agent
        .source
        .set_targets([target(container.id(), &[("app", "rm")])]);
    loki.wait_for(|loki| count(loki) >= 2).await;
    assert_eq!(
        stored(&loki)[r#"{app="rm", stream="stdout"}"#][..2],
        ["one", "two"]
    );
    agent.source.set_targets([]);
    agent.stop().await;
}

#[tokio::test]
async fn a_driver_that_cannot_be_read_is_said_once() {
    let Some(container) = Container::run(&["--log-driver", "none"], "echo one; sleep 600") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let loki = FakeLoki::start().await;
    let agent = Agent::start(loki.endpoint(), setting(&directory));
    agent.source.set_targets([target(container.id(), &[])]);
    let error = loop {
        if let Some(error) = agent
            .source
            .status()
            .first()
            .and_then(|c| c.last_error.clone())
        {
            break error;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert!(error.contains("does not support reading"), "{error}");
    agent.stop().await;
}

#[tokio::test]
async fn the_positions_of_an_alloy_are_taken_over() {
    let Some(container) = Container::run(&[], "echo old; sleep 2.1; echo new; sleep 600") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let second = Timestamp::now().seconds + 1;
    let positions = format!(
        "positions:\n  ? path: cursor-{}\n    labels: '{{}}'\n  : \"{second}\"\n",
        container.id()
    );
    std::fs::write(directory.path().join("positions.yml"), positions).unwrap();
    let loki = FakeLoki::start().await;
    let agent = Agent::start(loki.endpoint(), setting(&directory));
    agent
        .source
        .set_targets([target(container.id(), &[("app", "alloy")])]);
    loki.wait_for(|loki| count(loki) >= 1).await;
    assert_eq!(stored(&loki)[r#"{app="alloy", stream="stdout"}"#], ["new"]);
    agent.stop().await;
    let kept = Checkpoints::open(directory.path()).unwrap();
    let kept = kept.get("loki.source.docker.s", container.id());
    assert!(
        matches!(kept, Some(Position::Docker(p)) if p.at_or_after == 1),
        "{kept:?}"
    );
}
