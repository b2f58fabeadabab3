//! What the receiver answers as Loki.

use outpost_receiver::Limits;
use outpost_testbed::url_encode;
use serde_json::{Value, json};

use crate::message::push;
use crate::{Running, ask, now_ms, send};

const PROTOBUF: &str = "application/x-protobuf";
const SECOND: i64 = 1_000_000_000;

async fn push_json(port: u16, body: Value) -> (u16, String) {
    let body = body.to_string().into_bytes();
    send(port, "/loki/api/v1/push", "application/json", body).await
}

/// The lines of an answer in its order, stream by stream.
fn lines(answer: &Value) -> Vec<String> {
    let streams = answer.pointer("/data/result").and_then(Value::as_array);
    let streams = streams.expect("streams");
    let values = streams.iter().flat_map(|stream| {
        stream
            .get("values")
            .and_then(Value::as_array)
            .expect("values")
    });
    values
        .map(|value| {
            value
                .get(1)
                .and_then(Value::as_str)
                .expect("a line")
                .to_owned()
        })
        .collect()
}

fn range(query: &str, more: &str) -> String {
    format!("/loki/api/v1/query_range?query={}{more}", url_encode(query))
}

#[tokio::test]
async fn lines_come_back_as_they_were_pushed_and_duplicates_once() {
    let ours = Running::start(Limits::default()).await;
    let t = now_ms() * 1_000_000 - 10 * SECOND;
    let web = [
        (t, "GET /a"),
        (t + 1, "error: \u{1f980} \"quoted\""),
        (t + 2, "GET /b"),
        (t, "GET /a"),
    ];
    let db = [(t + SECOND, "checkpoint")];
    let body = push(&[
        (r#"{app="web", env="dev"}"#, &web),
        (r#"{app="db", env="dev"}"#, &db),
    ]);
    let (status, answer) = send(ours.port, "/loki/api/v1/push", PROTOBUF, body.snappy()).await;
    assert_eq!((status, answer.as_str()), (204, ""));

    // The runbook's question, as curl's -G --data-urlencode writes it.
    let (status, answer) = ask(ours.port, "/loki/api/v1/query?query=%7Benv%3D%22dev%22%7D").await;
    assert_eq!(status, 200);
    assert_eq!(answer["data"]["resultType"], "streams");
    assert_eq!(
        answer["data"]["result"][1]["stream"],
        json!({"app": "web", "env": "dev"})
    );
    assert_eq!(
        answer["data"]["result"][0]["values"],
        json!([[(t + SECOND).to_string(), "checkpoint"]])
    );
    assert_eq!(lines(&answer).len(), 4);

    for (query, more, wanted) in [
        (
            r#"{app="web"}"#,
            "&direction=forward",
            vec!["GET /a", "error: \u{1f980} \"quoted\"", "GET /b"],
        ),
        (r#"{app="web"} |= "GET""#, "", vec!["GET /b", "GET /a"]),
        (
            r#"{app=~".+"} != "GET" |~ "check|none""#,
            "",
            vec!["checkpoint"],
        ),
        (
            r#"{app="web"} !~ "GET|x""#,
            "",
            vec!["error: \u{1f980} \"quoted\""],
        ),
        (r#"{app="web"}"#, "&limit=1", vec!["GET /b"]),
        (
            r#"{app="web"}"#,
            "&limit=1&direction=FORWARD",
            vec!["GET /a"],
        ),
    ] {
        let (status, answer) = ask(ours.port, &range(query, more)).await;
        assert_eq!(status, 200, "{query}: {answer}");
        assert_eq!(lines(&answer), wanted, "{query}{more}");
    }
    // Closed on the left, open on the right.
    let window = format!("&start={}&end={}", t + 1, t + 2);
    let (_, answer) = ask(ours.port, &range(r#"{app="web"}"#, &window)).await;
    assert_eq!(lines(&answer), ["error: \u{1f980} \"quoted\""]);
    ours.stop().await;
}

#[tokio::test]
async fn names_values_and_series_are_told() {
    let ours = Running::start(Limits::default()).await;
    let t = now_ms() * 1_000_000;
    let old = t - 7200 * SECOND;
    let body = json!({"streams": [
        {"stream": {"app": "web", "env": "dev"}, "values": [[t.to_string(), "x"]]},
        {"stream": {"app": "old", "zone": "a"}, "values": [[old.to_string(), "y"]]},
    ]});
    assert_eq!(push_json(ours.port, body).await.0, 204);
    let later = format!("end={}", t + SECOND);
    for (path, wanted) in [
        (
            format!("/loki/api/v1/labels?{later}"),
            json!(["app", "env"]),
        ),
        (
            format!("/loki/api/v1/label/app/values?{later}"),
            json!(["web"]),
        ),
        (
            format!("/loki/api/v1/label/app/values?{later}&since=3h"),
            json!(["old", "web"]),
        ),
        (
            format!("/loki/api/v1/series?match[]=%7Bapp%3D~%22.%2B%22%7D&{later}"),
            json!([{"app": "web", "env": "dev"}]),
        ),
    ] {
        let (status, answer) = ask(ours.port, &path).await;
        assert_eq!(
            (status, &answer["data"]),
            (200, &wanted),
            "{path}: {answer}"
        );
    }
    ours.stop().await;
}

#[tokio::test]
async fn structured_metadata_stand_among_the_labels() {
    let ours = Running::start(Limits::default()).await;
    let t = now_ms() * 1_000_000;
    let body = json!({"streams": [{"stream": {"app": "web"}, "values": [
        [t.to_string(), "with", {"trace": "abc"}],
        [(t + 1).to_string(), "without"],
    ]}]});
    assert_eq!(push_json(ours.port, body).await.0, 204);
    let (_, answer) = ask(
        ours.port,
        &format!(
            "/loki/api/v1/query?query=%7Bapp%3D%22web%22%7D&time={}",
            t + 1
        ),
    )
    .await;
    assert_eq!(
        answer["data"]["result"],
        json!([
            {"stream": {"app": "web"}, "values": [[(t + 1).to_string(), "without"]]},
            {"stream": {"app": "web", "trace": "abc"}, "values": [[t.to_string(), "with"]]},
        ])
    );
    ours.stop().await;
}

#[tokio::test]
async fn what_cannot_be_answered_or_taken_is_refused_in_words() {
    let ours = Running::start(Limits::default()).await;
    for (query, words) in [
        ("rate({a=\"b\"}[5m])", "needs a real Loki"),
        ("{a=\"b\"} | json", "needs a real Loki"),
        ("{}", "at least one matcher"),
        ("{a=\"b\"} |~ \"(\"", "cannot read the query"),
    ] {
        let (status, answer) = ask(ours.port, &range(query, "")).await;
        assert_eq!(status, 400, "{query}");
        assert!(answer.to_string().contains(words), "{query}: {answer}");
    }
    for more in [
        "&limit=0",
        "&limit=x",
        "&direction=up",
        "&start=5&end=4",
        "&start=x",
    ] {
        let (status, answer) = ask(ours.port, &range("{a=\"b\"}", more)).await;
        assert_eq!(status, 400, "{more}: {answer}");
    }
    let t = now_ms() * 1_000_000;
    let good = json!({"stream": {"app": "web"}, "values": [[t.to_string(), "x"]]});
    for bad in [
        json!({"stream": {"app": 1}, "values": []}),
        json!({"stream": {"app": "web"}, "values": [[t, "x"]]}),
        json!({"stream": {"app": "web"}, "values": [[t.to_string()]]}),
        json!({"stream": {"app": "web"}, "values": [[t.to_string(), "x", {"a": 1}]]}),
    ] {
        let (status, answer) = push_json(ours.port, json!({"streams": [good, bad]})).await;
        assert_eq!(status, 400, "{bad}: {answer}");
    }
    let body = push(&[("{app=web}", &[(t, "x")])]).snappy();
    assert_eq!(
        send(ours.port, "/loki/api/v1/push", PROTOBUF, body).await.0,
        400
    );
    assert_eq!(ours.receiver.counts().lines, 0);
    ours.stop().await;
}
