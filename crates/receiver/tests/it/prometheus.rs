//! What the receiver answers as Prometheus, beside what a real one answers to the same after the same.

use outpost_receiver::Limits;
use outpost_testbed::{Prometheus, url_encode};
use serde_json::{Value, json};

use crate::message::{Message, Series, histogram, v1, v2};
use crate::{Running, ask, now_ms, send};

const PROTOBUF: &str = "application/x-protobuf";
const V2: &str = "application/x-protobuf;proto=io.prometheus.write.v2.Request";

fn stale() -> f64 {
    f64::from_bits(0x7ff0_0000_0000_0002)
}

/// Ten minutes of two instances' samples, one of which ends.
fn pushes(now: i64) -> Vec<(&'static str, Message)> {
    let at = |seconds: i64| now - seconds * 1000;
    let a: &[(&str, &str)] = &[
        ("__name__", "up"),
        ("env", "dev"),
        ("instance", "a"),
        ("job", "n"),
    ];
    let b: &[(&str, &str)] = &[("__name__", "up"), ("instance", "b"), ("job", "n")];
    let odd: &[(&str, &str)] = &[("__name__", "odd"), ("path", "/a\"b\\c\n한글")];
    let alive: Vec<(i64, f64)> = (0..40).rev().map(|n| (at(n * 15), 1.0)).collect();
    let ended = [
        (at(400), 1.0),
        (at(385), 0.5),
        (at(250), 0.25),
        (at(200), stale()),
    ];
    let values = [
        (at(280), 0.1),
        (at(270), 1e21),
        (at(260), -1.5e-7),
        (at(250), f64::INFINITY),
        (at(240), f64::from_bits(0x7ff8_0000_0000_0001)),
        (at(230) - 250, 12_345_678.0),
    ];
    let all: Vec<Series<'_>> = vec![(a, &alive), (b, &ended)];
    vec![
        (PROTOBUF, v1(&all)),
        (V2, v2(&[(odd, &values)])),
        (PROTOBUF, histogram("requests", at(30))),
    ]
}

fn questions(now: i64) -> Vec<String> {
    let t = now / 1000;
    let q = |query: &str| url_encode(query);
    let instant = |query: &str, at: i64| format!("/api/v1/query?query={}&time={at}", q(query));
    let ranges = |query: &str, from: i64, step: &str| {
        format!(
            "/api/v1/query_range?query={}&start={}&end={t}&step={step}",
            q(query),
            t - from
        )
    };
    let mut all = vec![
        instant("up", t),
        instant("up", t - 210),
        instant("up", t - 90_000),
        instant("up{instance=\"b\"}", t - 100),
        instant("up{env=~\"d.*\"}[1m]", t),
        instant("up[10m]", t),
        instant("{__name__=~\"up|odd\"}", t),
        instant("odd", t - 235),
        instant("odd[5m]", t),
        instant("requests", t),
        instant("requests[2m]", t),
        instant("nothing", t),
        ranges("up", 600, "15"),
        ranges("up", 600, "30s"),
        ranges("{job=\"n\",instance!=\"a\"}", 600, "15.5"),
        ranges("odd", 300, "10"),
        ranges("requests", 60, "15"),
        format!("/api/v1/series?match[]=up&match[]={}", q("{path!=\"\"}")),
        format!("/api/v1/series?match[]=up&start={}&end={t}", t - 60),
        "/api/v1/labels".to_owned(),
        "/api/v1/labels?match[]=odd".to_owned(),
        "/api/v1/label/instance/values".to_owned(),
        "/api/v1/label/__name__/values".to_owned(),
        "/api/v1/label/instance/values?match[]=nothing".to_owned(),
        "/api/v1/label/none/values".to_owned(),
    ];
    // Refused by both.
    for query in ["up{", "{}", "up{job=~\"(\"}"] {
        all.push(instant(query, t));
    }
    all.push(ranges("up[5m]", 60, "15"));
    all.push(format!(
        "/api/v1/query_range?query=up&start={t}&end={t}&step=0"
    ));
    all.push(format!(
        "/api/v1/query_range?query=up&start=0&end={t}&step=1"
    ));
    all.push("/api/v1/query?query=up&time=x".to_owned());
    all.push("/api/v1/series".to_owned());
    all
}

/// Results of a query in an order of their own, for Prometheus promises none.
fn sorted(mut answer: Value) -> Value {
    let result = answer.pointer_mut("/data/result");
    if let Some(list) = result.and_then(Value::as_array_mut) {
        list.sort_by_key(|series| series["metric"].to_string());
    }
    if let Some(list) = answer.pointer_mut("/data").and_then(Value::as_array_mut) {
        list.sort_by_key(Value::to_string);
    }
    answer
}

#[tokio::test]
async fn answers_are_those_of_a_real_prometheus() {
    let real = tokio::task::spawn_blocking(|| {
        Prometheus::start_with(&["--enable-feature=native-histograms"])
    });
    let Some(real) = real.await.expect("no panic") else {
        return;
    };
    let ours = Running::start(Limits::default()).await;
    let now = now_ms();
    for (kind, message) in pushes(now) {
        let body = message.snappy();
        for port in [real.port(), ours.port] {
            let (status, answer) = send(port, "/api/v1/write", kind, body.clone()).await;
            assert_eq!(status, 204, "{answer}");
        }
    }
    for question in questions(now) {
        let (real_status, real_answer) = ask(real.port(), &question).await;
        let (status, answer) = ask(ours.port, &question).await;
        assert_eq!(status, real_status, "{question}: {answer} {real_answer}");
        if status == 200 {
            assert_eq!(sorted(answer), sorted(real_answer), "{question}");
        } else {
            assert_eq!(answer["status"], real_answer["status"], "{question}");
            assert_eq!(answer["errorType"], real_answer["errorType"], "{question}");
        }
    }
    ours.stop().await;
}

#[tokio::test]
async fn the_runbooks_question_is_answered_as_it_stands() {
    let ours = Running::start(Limits::default()).await;
    let now = now_ms();
    let series: Series<'_> = (&[("__name__", "up"), ("env", "dev")], &[(now, 1.0)]);
    let body = v1(&[series]).snappy();
    assert_eq!(
        send(ours.port, "/api/v1/write", PROTOBUF, body).await.0,
        204
    );
    let (status, answer) = ask(ours.port, "/api/v1/query?query=up").await;
    assert_eq!(status, 200);
    let result = &answer["data"]["result"];
    assert_eq!(result[0]["metric"], json!({"__name__": "up", "env": "dev"}));
    assert_eq!(result[0]["value"][1], "1");
    let form = b"query=up%7Benv%3D%22dev%22%7D".to_vec();
    let kind = "application/x-www-form-urlencoded";
    let (status, posted) = send(ours.port, "/api/v1/query", kind, form).await;
    assert_eq!(status, 200);
    let posted: Value = serde_json::from_str(&posted).expect("JSON");
    assert_eq!(posted["data"]["result"][0]["metric"], result[0]["metric"]);
    for path in ["/-/healthy", "/-/ready", "/ready"] {
        assert_eq!(ask(ours.port, path).await.0, 200, "{path}");
    }
    ours.stop().await;
}

#[tokio::test]
async fn more_than_selectors_and_other_calls_need_a_real_prometheus() {
    let ours = Running::start(Limits::default()).await;
    let (status, answer) = ask(ours.port, "/api/v1/query?query=sum(up)").await;
    assert_eq!(status, 400);
    let words = answer["error"].as_str().expect("words");
    assert!(words.ends_with("needs a real Prometheus"), "{words}");
    let (status, answer) = ask(ours.port, "/api/v1/rules").await;
    assert_eq!(status, 404);
    assert!(
        answer
            .to_string()
            .contains("needs a real Prometheus or Loki"),
        "{answer}"
    );
    ours.stop().await;
}

#[tokio::test]
async fn pushes_that_are_none_are_refused_and_leave_nothing() {
    let ours = Running::start(Limits::default()).await;
    let good: Series<'_> = (&[("__name__", "good")], &[(now_ms(), 1.0)]);
    let twice: Series<'_> = (
        &[("__name__", "m"), ("a", "1"), ("a", "2")],
        &[(now_ms(), 1.0)],
    );
    let empty: Series<'_> = (&[], &[(now_ms(), 1.0)]);
    // A snappy block that says it holds 4 GiB.
    let bomb = vec![0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0];
    for (kind, body, wanted) in [
        (PROTOBUF, b"not snappy".to_vec(), 400),
        (PROTOBUF, Message::default().text(1, "\u{ff}").snappy(), 400),
        (PROTOBUF, v1(&[good, twice]).snappy(), 400),
        (PROTOBUF, v1(&[good, empty]).snappy(), 400),
        (PROTOBUF, bomb, 413),
        ("text/plain", v1(&[good]).snappy(), 415),
        (
            "application/x-protobuf;proto=other",
            v1(&[good]).snappy(),
            415,
        ),
    ] {
        let (status, answer) = send(ours.port, "/api/v1/write", kind, body).await;
        assert_eq!(status, wanted, "{answer}");
    }
    let counts = ours.receiver.counts();
    assert_eq!((counts.series, counts.samples, counts.refused), (0, 0, 7));
    ours.stop().await;
}

#[tokio::test]
async fn memory_is_bounded_and_what_had_to_go_is_counted() {
    let limits = Limits {
        metrics_bytes: 100_000,
        ..Limits::default()
    };
    let ours = Running::start(limits).await;
    let now = now_ms();
    for round in 0..50 {
        let samples: Vec<(i64, f64)> = (0..200).map(|n| (now + round * 200 + n, 1.0)).collect();
        let name = format!("m{}", round % 7);
        let labels = [("__name__", name.as_str())];
        let body = v1(&[(&labels, &samples)]).snappy();
        assert_eq!(
            send(ours.port, "/api/v1/write", PROTOBUF, body).await.0,
            204
        );
    }
    let counts = ours.receiver.counts();
    assert_eq!(counts.samples, 10_000);
    let kept = counts.samples - counts.samples_dropped;
    assert!((1000..4000).contains(&kept), "{kept} of 100 kB");
    let newest = format!("/api/v1/query?query=m0&time={}", (now + 10_000) / 1000 + 1);
    let (_, answer) = ask(ours.port, &newest).await;
    assert_eq!(answer["data"]["result"].as_array().map(Vec::len), Some(1));
    ours.stop().await;
}
