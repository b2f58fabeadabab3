//! What the real daemon says about real containers.

use outpost_docker::{Client, DockerError, Filters, LogOptions, LogStream, Logs, split_timestamp};
use outpost_http_client::ClientConfig;
use outpost_testbed::{Container, container_host};

fn docker() -> Option<Client> {
    let host = container_host()?;
    Some(Client::connect(&host, ClientConfig::default()).expect("a host"))
}

/// The rest of a log: stream and payload without its time.
async fn rest(mut logs: Logs) -> Vec<(LogStream, String)> {
    let mut records = Vec::new();
    while let Some(frame) = logs.next().await.expect("a record") {
        let (_, line) = split_timestamp(&frame.payload).expect("a time in front");
        let line = String::from_utf8(line.to_vec()).expect("text");
        records.push((frame.stream, line));
    }
    records
}

fn with_times() -> LogOptions {
    LogOptions {
        follow: true,
        timestamps: true,
        ..LogOptions::default()
    }
}

#[tokio::test]
async fn a_followed_log_brings_both_streams_and_ends_with_the_container() {
    let Some(docker) = docker() else { return };
    let Some(container) = Container::run(
        &["--label", "outpost.test=logs"],
        "echo one; echo two >&2; head -c 40000 /dev/zero | tr '\\0' x; echo; echo three",
    ) else {
        return;
    };
    let logs = docker
        .logs(container.id(), with_times())
        .await
        .expect("a log");
    let records = rest(logs).await;
    let of = |wanted: LogStream| -> Vec<String> {
        let own = records.iter().filter(|(stream, _)| *stream == wanted);
        own.map(|(_, line)| line.clone()).collect()
    };
    assert_eq!(of(LogStream::Stderr), ["two\n"]);
    let stdout = of(LogStream::Stdout);
    assert_eq!(stdout.first().map(String::as_str), Some("one\n"));
    assert_eq!(stdout.last().map(String::as_str), Some("three\n"));
    let long: Vec<usize> = stdout[1..stdout.len() - 1]
        .iter()
        .map(String::len)
        .collect();
    assert_eq!(long, [16384, 16384, 40000 - 2 * 16384 + 1]);
}

#[tokio::test]
async fn since_begins_at_exactly_that_record() {
    let Some(docker) = docker() else { return };
    let Some(container) = Container::run(&[], "for i in 1 2 3 4 5; do echo line $i; done") else {
        return;
    };
    let mut logs = docker
        .logs(container.id(), with_times())
        .await
        .expect("a log");
    let mut times = Vec::new();
    while let Some(frame) = logs.next().await.expect("a record") {
        times.push(split_timestamp(&frame.payload).expect("a time").0);
    }
    let options = LogOptions {
        since: Some(times[2]),
        ..with_times()
    };
    let again = docker.logs(container.id(), options).await.expect("a log");
    let lines: Vec<String> = rest(again)
        .await
        .into_iter()
        .map(|(_, line)| line)
        .collect();
    assert_eq!(lines, ["line 3\n", "line 4\n", "line 5\n"]);
}

#[tokio::test]
async fn a_terminals_log_has_no_frames() {
    let Some(docker) = docker() else { return };
    let Some(container) = Container::run(&["--tty"], "echo out; echo err >&2") else {
        return;
    };
    let details = docker.inspect(container.id()).await.expect("details");
    assert!(details.tty);
    let options = LogOptions {
        tty: details.tty,
        ..with_times()
    };
    let records = rest(docker.logs(container.id(), options).await.expect("a log")).await;
    let wanted = [
        (LogStream::Stdout, "out\r\n".to_owned()),
        (LogStream::Stdout, "err\r\n".to_owned()),
    ];
    assert_eq!(records, wanted);
}

#[tokio::test]
async fn lists_and_details_tell_what_discovery_needs() {
    let Some(docker) = docker() else { return };
    let flags = [
        "--label",
        "outpost.test=list",
        "--expose",
        "8081",
        "--publish",
        "127.0.0.1::9000",
    ];
    let Some(container) = Container::run(&flags, "sleep 600") else {
        return;
    };
    let ours = Filters::default().with("id", [container.id()]);
    let running = docker.list(&ours, false).await.expect("a list");
    let [listed] = running.as_slice() else {
        panic!("one container: {running:?}");
    };
    assert_eq!(listed.id, container.id());
    assert_eq!(listed.state, "running");
    assert_eq!(listed.labels["outpost.test"], "list");
    assert!(listed.names[0].starts_with('/'));
    let mut ports: Vec<_> = listed
        .ports
        .iter()
        .map(|port| (port.private, port.public > 0))
        .collect();
    ports.sort_unstable();
    assert_eq!(ports, [(8081, false), (9000, true)]);
    let attachment = listed.networks["bridge"].as_ref().expect("an attachment");
    let networks = docker.networks().await.expect("networks");
    let bridge = networks
        .iter()
        .find(|network| network.name == "bridge")
        .expect("bridge");
    assert_eq!(attachment.network_id, bridge.id);

    let details = docker.inspect(container.id()).await.expect("details");
    assert_eq!(details.name, listed.names[0]);
    assert!(details.running && !details.auto_remove && !details.tty);
    assert_eq!(details.log_driver, "json-file");

    container.docker(&["stop", "--time", "0"]);
    assert_eq!(docker.list(&ours, false).await.expect("a list").len(), 0);
    let all = docker.list(&ours, true).await.expect("a list");
    assert_eq!(all[0].state, "exited");
}

#[tokio::test]
async fn events_tell_of_a_container_from_start_to_end() {
    let Some(docker) = docker() else { return };
    let filters = Filters::default()
        .with("type", ["container"])
        .with("label", ["outpost.test=events"])
        .with("event", ["start", "die", "destroy"]);
    let mut events = docker.events(None, &filters).await.expect("events");
    let Some(container) = Container::run(&["--label", "outpost.test=events"], "true") else {
        return;
    };
    let id = container.id().to_owned();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let event = events.next().await.expect("an event").expect("no end");
        assert_eq!(
            (event.kind.as_str(), event.id.as_str()),
            ("container", id.as_str())
        );
        assert!(event.time.0 > 0);
        seen.push(event.action);
    }
    drop(container);
    let last = events.next().await.expect("an event").expect("no end");
    seen.push(last.action.clone());
    assert_eq!(seen, ["start", "die", "destroy"]);

    // Events of the past come again, from exactly the time of one of them.
    let mut again = docker
        .events(Some(last.time), &filters)
        .await
        .expect("events");
    assert_eq!(again.next().await.expect("an event"), Some(last));
}

#[tokio::test]
async fn what_is_gone_and_what_cannot_be_read_are_told_apart() {
    let Some(docker) = docker() else { return };
    let gone = docker
        .logs("no-such-container", with_times())
        .await
        .expect_err("gone");
    assert!(matches!(gone, DockerError::NotFound { .. }), "{gone}");
    let Some(container) = Container::run(&["--log-driver", "none"], "true") else {
        return;
    };
    let closed = docker
        .logs(container.id(), with_times())
        .await
        .expect_err("no log");
    assert!(
        matches!(closed, DockerError::NotReadable { .. }),
        "{closed:?}"
    );
}
