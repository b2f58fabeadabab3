//! What the writer promises about delivery.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use outpost_loki_push::{
    EndpointConfig, Entry, Limits, LogsReceiver as _, Timestamp, WriteConfig, WriteMetrics, Writer,
};
use outpost_self_metrics::{Registry, Scope};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::loki::{Answer, FakeLoki};
use crate::source::{Numbered, labels};

/// A writer at work.
struct Running {
    writer: Arc<Writer>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    registry: Registry,
    _scope: Scope,
}

fn start(endpoints: Vec<EndpointConfig>, change: impl FnOnce(&mut WriteConfig)) -> Running {
    let registry = Registry::new();
    let scope = Scope::new(&registry, [("component_id", "loki.write.out")]);
    let mut config = WriteConfig {
        endpoints,
        external_labels: Vec::new(),
        max_streams: 0,
    };
    change(&mut config);
    let writer = Arc::new(Writer::new(config, &WriteMetrics::new(&scope)).unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn({
        let writer = Arc::clone(&writer);
        async move {
            writer
                .run(async { drop(stopped.await) }, Duration::from_secs(2))
                .await;
        }
    });
    Running {
        writer,
        stop: Some(stop),
        task,
        registry,
        _scope: scope,
    }
}

impl Running {
    async fn stop(mut self) -> BTreeMap<&'static str, u64> {
        drop(self.stop.take());
        self.task.await.unwrap();
        let status = self.writer.status();
        status.endpoints[0].dropped.clone()
    }

    /// Waits until nothing is pending.
    async fn drained(&self) {
        while self.writer.status().endpoints.iter().any(|e| e.pending > 0) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn answer(status: u16) -> Answer {
    Answer(status, "", Duration::ZERO)
}

#[tokio::test]
async fn lines_reach_loki_by_stream_and_the_checkpoint_follows() {
    let loki = FakeLoki::start().await;
    let running = start(vec![loki.endpoint()], |c| {
        c.external_labels = vec![
            ("env".into(), "dev".into()),
            ("app".into(), "external".into()),
        ];
    });
    let mut source = Numbered::new();
    let (shop, none) = (labels(&[("app", "shop"), ("__x", "hidden")]), labels(&[]));
    running.writer.push(source.lines(&[&shop, &none, &shop]));
    running.drained().await;
    let mut lines = loki.lines(204);
    lines.sort();
    let line = |labels: &str, text: &str| (labels.to_owned(), text.to_owned());
    assert_eq!(
        lines,
        [
            line(r#"{app="external", env="dev"}"#, "line 2"),
            line(r#"{app="shop", env="dev"}"#, "line 1"),
            line(r#"{app="shop", env="dev"}"#, "line 3"),
        ]
    );
    assert_eq!((source.passed(), source.budget.used()), (3, 0));
    assert_eq!(loki.requests().len(), 2, "one stream per request");
    let page = running.registry.text();
    assert!(
        page.contains(
            r#"loki_write_sent_entries_total{component_id="loki.write.out",host="127.0.0.1"#
        ),
        "{page}"
    );
    assert_eq!(running.stop().await, BTreeMap::new());
}

/// Whatever goes wrong on the way, with an endpoint that comes back.
#[tokio::test]
async fn a_stream_stays_in_order_and_whole_through_failures() {
    let loki = FakeLoki::start().await;
    let failures = [500, 429, 503, 260, 401, 413, 500, 413, 404];
    loki.script(failures.map(answer));
    let running = start(
        vec![EndpointConfig {
            batch_size: 60,
            ..loki.endpoint()
        }],
        |_| {},
    );
    let mut source = Numbered::new();
    let stream = labels(&[("app", "shop")]);
    for _ in 0..40 {
        running
            .writer
            .push(source.lines(&[&stream, &stream, &stream]));
    }
    running.drained().await;
    let got: Vec<_> = loki.lines(204).into_iter().map(|(_, line)| line).collect();
    let expected: Vec<_> = (1..=120).map(|n| format!("line {n}")).collect();
    assert_eq!(got, expected);
    assert_eq!(source.passed(), 120);
    assert_eq!(running.stop().await, BTreeMap::new());
}

#[tokio::test]
async fn a_stream_that_is_slowed_down_does_not_hold_up_another() {
    let loki = FakeLoki::start().await;
    loki.script([answer(429)]);
    let endpoint = EndpointConfig {
        min_backoff: Duration::from_secs(3600),
        max_backoff: Duration::from_secs(3600),
        ..loki.endpoint()
    };
    let running = start(vec![endpoint], |_| {});
    let mut source = Numbered::new();
    let (noisy, quiet) = (labels(&[("app", "noisy")]), labels(&[("app", "quiet")]));
    running.writer.push(source.lines(&[&noisy]));
    loki.wait_for(|loki| loki.requests().len() == 1).await;
    running.writer.push(source.lines(&[&noisy, &quiet]));
    loki.wait_for(|loki| loki.lines(204).len() == 1).await;
    assert_eq!(loki.lines(204)[0].1, "line 3");
    assert_eq!(source.passed(), 0, "line 1 has no verdict yet");
    while running.writer.status().endpoints[0].sent < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let status = running.writer.status();
    assert_eq!(status.endpoints[0].parked_streams, 1);
    assert_eq!(
        status.endpoints[0].last_error.as_deref(),
        Some("status 429")
    );
    running.stop().await;
}

#[tokio::test]
async fn what_is_refused_is_counted_by_reason_and_settled() {
    let loki = FakeLoki::start().await;
    loki.script([Answer(
        400,
        "entry with timestamp 2026 ignored, reason: 'entry too far behind, entry timestamp is: x',\nuser 'fake', total ignored: 1 out of 3 for stream: {}",
        Duration::ZERO,
    )]);
    let running = start(vec![loki.endpoint()], |_| {});
    let mut source = Numbered::new();
    let stream = labels(&[("app", "shop")]);
    running
        .writer
        .push(source.lines(&[&stream, &stream, &stream]));
    running.drained().await;
    assert_eq!(source.passed(), 3);
    assert_eq!(running.writer.status().endpoints[0].sent, 2);
    assert_eq!(
        running.stop().await,
        BTreeMap::from([("too_far_behind", 1)])
    );
}

#[tokio::test]
async fn a_refusal_for_age_is_learned_and_later_lines_of_that_age_stay_here() {
    let loki = FakeLoki::start().await;
    loki.script([Answer(
        400,
        "entry for stream '{}' has timestamp too old: 1970-01-01T00:00:01Z, oldest acceptable timestamp is: 2020-01-01T00:00:00Z",
        Duration::ZERO,
    )]);
    let running = start(vec![loki.endpoint()], |_| {});
    let stream = labels(&[("app", "shop")]);
    let old = || {
        vec![Entry::new(
            Arc::clone(&stream),
            Timestamp {
                seconds: 1,
                nanos: 0,
            },
            "old",
        )]
    };
    running.writer.push(old());
    running.drained().await;
    running.writer.push(old());
    running.drained().await;
    assert_eq!(loki.requests().len(), 1);
    assert_eq!(
        running.stop().await,
        BTreeMap::from([("greater_than_max_sample_age", 2)])
    );
}

#[tokio::test]
async fn known_limits_hold_before_anything_is_sent() {
    let loki = FakeLoki::start().await;
    let endpoint = EndpointConfig {
        limits: Limits::of_loki(),
        ..loki.endpoint()
    };
    let running = start(vec![endpoint], |_| {});
    let stream = labels(&[("app", "shop")]);
    let names: Vec<_> = (0..15).map(|n| format!("l{n}")).collect();
    let many: Vec<_> = names.iter().map(|n| (n.as_str(), "v")).collect();
    running.writer.push(vec![
        Entry::new(
            Arc::clone(&stream),
            Timestamp::now(),
            vec![b'x'; 256 * 1024 + 1],
        ),
        Entry::new(labels(&many), Timestamp::now(), "many labels"),
        Entry::new(
            Arc::clone(&stream),
            Timestamp {
                seconds: 1,
                nanos: 0,
            },
            "old",
        ),
        Entry::new(stream, Timestamp::now(), "good"),
    ]);
    running.drained().await;
    assert_eq!(loki.lines(204).len(), 1);
    let expected = [
        ("greater_than_max_sample_age", 1),
        ("line_too_long", 1),
        ("max_label_names_per_series", 1),
    ];
    assert_eq!(running.stop().await, BTreeMap::from(expected));
}

#[tokio::test]
async fn tries_that_the_user_limits_run_out() {
    let loki = FakeLoki::start().await;
    loki.always(500);
    let endpoint = EndpointConfig {
        max_tries: Some(3),
        ..loki.endpoint()
    };
    let running = start(vec![endpoint], |_| {});
    let mut source = Numbered::new();
    running
        .writer
        .push(source.lines(&[&labels(&[("app", "shop")])]));
    running.drained().await;
    assert_eq!((loki.requests().len(), source.passed()), (3, 1));
    assert_eq!(
        running.stop().await,
        BTreeMap::from([("ingester_error", 1)])
    );
}

#[tokio::test]
async fn every_endpoint_must_have_a_verdict() {
    let (good, bad) = (FakeLoki::start().await, FakeLoki::start().await);
    bad.always(503);
    let running = start(vec![good.endpoint(), bad.endpoint()], |_| {});
    let mut source = Numbered::new();
    running
        .writer
        .push(source.lines(&[&labels(&[("app", "shop")])]));
    good.wait_for(|loki| loki.lines(204).len() == 1).await;
    bad.wait_for(|loki| loki.requests().len() > 3).await;
    assert_eq!(source.passed(), 0);
    bad.always(204);
    running.drained().await;
    assert_eq!(
        (good.lines(204).len(), bad.lines(204).len(), source.passed()),
        (1, 1, 1)
    );
    running.stop().await;
}

#[tokio::test]
async fn a_stop_sends_what_waits_and_leaves_the_rest_to_its_source() {
    let loki = FakeLoki::start().await;
    let endpoint = || EndpointConfig {
        batch_wait: Duration::from_secs(3600),
        ..loki.endpoint()
    };
    let running = start(vec![endpoint()], |_| {});
    let mut source = Numbered::new();
    let stream = labels(&[("app", "shop")]);
    running.writer.push(source.lines(&[&stream]));
    running.stop().await;
    assert_eq!((loki.lines(204).len(), source.passed()), (1, 1));

    loki.always(500);
    let running = start(
        vec![EndpointConfig {
            min_backoff: Duration::from_secs(3600),
            max_backoff: Duration::from_secs(3600),
            ..endpoint()
        }],
        |_| {},
    );
    running.writer.push(source.lines(&[&stream]));
    running.stop().await;
    assert_eq!(source.passed(), 1);
    assert!(
        source.tracker.is_lost(),
        "the source must read line 2 again"
    );
}

#[tokio::test]
async fn tenants_are_streams_and_headers_of_their_own() {
    let loki = FakeLoki::start().await;
    let endpoint = EndpointConfig {
        tenant_id: "fixed".into(),
        ..loki.endpoint()
    };
    let running = start(vec![endpoint], |_| {});
    let mut source = Numbered::new();
    let (plain, own) = (
        labels(&[("a", "b")]),
        labels(&[("a", "b"), ("__tenant_id__", "own")]),
    );
    running.writer.push(source.lines(&[&plain, &own]));
    running.drained().await;
    let tenants: BTreeMap<_, _> = loki
        .requests()
        .into_iter()
        .map(|r| {
            let tenant = r.headers["x-scope-orgid"].to_str().unwrap().to_owned();
            let line = String::from_utf8(r.streams[0].entries[0].line.clone()).unwrap();
            assert_eq!(r.headers["content-type"], "application/x-protobuf");
            assert_eq!(r.headers["content-encoding"], "snappy");
            (tenant, line)
        })
        .collect();
    assert_eq!(
        tenants,
        BTreeMap::from([
            ("fixed".into(), "line 1".into()),
            ("own".into(), "line 2".into())
        ])
    );
    running.stop().await;
}

#[tokio::test]
async fn streams_beyond_the_limit_are_dropped_and_counted() {
    let loki = FakeLoki::start().await;
    let endpoint = EndpointConfig {
        batch_wait: Duration::from_millis(300),
        ..loki.endpoint()
    };
    let running = start(vec![endpoint], |c| c.max_streams = 2);
    let mut source = Numbered::new();
    let sets: Vec<_> = ["1", "2", "3"]
        .iter()
        .map(|v| labels(&[("s", v)]))
        .collect();
    running
        .writer
        .push(source.lines(&[&sets[0], &sets[1], &sets[2], &sets[0]]));
    running.drained().await;
    let mut lines: Vec<_> = loki.lines(204).into_iter().map(|(_, l)| l).collect();
    lines.sort();
    assert_eq!(lines, ["line 1", "line 2", "line 4"]);
    assert_eq!(
        running.stop().await,
        BTreeMap::from([("stream_limited", 1)])
    );
}
