//! Every recorded push, over a real socket: its answer and the entries that came of it.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outpost_alloy_syntax::{
    Constants, Host, Scope as Names, Source, Statement, Value, decode, parse,
};
use outpost_golden::{Verdicts, cases};
use outpost_loki_push::{
    ApiError, ApiMetrics, ApiSource, Budget, Entry, LogsReceiver, Timestamp, VERDICT_WAIT,
    serve_api,
};
use outpost_model::Labels;
use outpost_self_metrics::{Registry, Scope};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::SourceApiArguments;
use crate::arguments::{RuleArguments, rules_capsule};

/// The rules that `loki.relabel.x` had in the recording.
const RULES: &str = r#"
rule {
  source_labels = ["job"]
  regex         = "drop-me"
  action        = "drop"
}
rule {
  source_labels = ["__secret"]
  target_label  = "shown"
}
rule {
  source_labels = ["zone"]
  target_label  = "z"
}
"#;

#[derive(Default)]
struct Collector(Mutex<Vec<Json>>);

impl LogsReceiver for Collector {
    fn push(&self, batch: Vec<Entry>) {
        let mut seen = self.0.lock().expect("not poisoned");
        for entry in batch {
            seen.push(shown(&entry));
            entry.settle();
        }
    }
}

/// Keeps what it is given, and so gives no verdict.
#[derive(Default)]
struct Silent(Mutex<Vec<Entry>>);

impl LogsReceiver for Silent {
    fn push(&self, batch: Vec<Entry>) {
        self.0.lock().expect("not poisoned").extend(batch);
    }
}

/// Knows `loki.relabel.x.rules`.
struct WithRules;

impl Names for WithRules {
    fn resolve(&self, path: &[&str]) -> Option<(Value, usize)> {
        let rules: Rules = decoded(RULES, &Constants).expect("rules");
        (path.first() == Some(&"loki")).then(|| (rules_capsule(&rules.rule), 4))
    }

    fn host(&self) -> &Host {
        Constants.host()
    }
}

outpost_alloy_syntax::arguments! {
    /// The recorded rules.
    struct Rules {
        /// In order.
        block rule: Vec<RuleArguments>,
    }
}

fn decoded<A: outpost_alloy_syntax::Arguments>(body: &str, names: &dyn Names) -> Result<A, String> {
    let text = format!("block {{\n{body}\n}}\n");
    let source = Source::new("case", text).map_err(|e| e.to_string())?;
    let file = parse(&source).map_err(|e| e.to_string())?;
    let block = file
        .body
        .statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Block(block) => Some(block),
            Statement::Attribute(_) => None,
        });
    decode(block.expect("the block above"), &source, names).map_err(|e| e.to_string())
}

/// An entry as the recording shows it.
fn shown(entry: &Entry) -> Json {
    let labels: serde_json::Map<_, _> = entry
        .labels
        .iter()
        .filter(|(name, _)| !name.starts_with("__"))
        .map(|(n, v)| (n.to_owned(), v.into()))
        .collect();
    let mut out = json!({"labels": labels, "ts_ns": entry.timestamp.unix_nanos()});
    match std::str::from_utf8(&entry.line) {
        Ok(line) => out["line"] = line.into(),
        Err(_) => out["line_b64"] = STANDARD.encode(&entry.line).into(),
    }
    if !entry.metadata.is_empty() {
        let pairs = entry.metadata.iter().map(|(n, v)| json!([**n, **v]));
        out["structured_metadata"] = pairs.collect();
    }
    if let Some(tenant) = entry.labels.get("__tenant_id__") {
        out["tenant"] = tenant.into();
    }
    out
}

fn body(case: &Json) -> Vec<u8> {
    match case.get("body_b64").and_then(Json::as_str) {
        Some(body) => STANDARD.decode(body).expect("base64"),
        None => case["body"].as_str().expect("a body").into(),
    }
}

/// Sends a case's request; the status and the body of the answer.
async fn ask(port: u16, case: &Json) -> (u64, String) {
    let body = body(case);
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {}\r\n",
        case["method"].as_str().expect("a method"),
        case["path"].as_str().expect("a path"),
        body.len()
    );
    for (name, value) in case["headers"].as_object().expect("headers") {
        head += &[name, ": ", value.as_str().expect("text"), "\r\n"].concat();
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("it listens");
    let request = [head.as_bytes(), b"\r\n", &body].concat();
    stream.write_all(&request).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).expect("a status");
    (status.parse().expect("a number"), body.to_owned())
}

fn source(
    settings: &str,
    next: Arc<dyn LogsReceiver>,
    budget: Budget,
) -> Result<ApiSource, String> {
    let body = format!("forward_to = []\n{settings}");
    let arguments: SourceApiArguments = decoded(&body, &WithRules)?;
    let settings = arguments.settings().map_err(|e| e.to_string())?;
    let registry = Registry::new();
    let metrics = ApiMetrics::new(&Scope::new(&registry, []));
    Ok(ApiSource::new(settings, budget, next, &metrics))
}

async fn run(case: &Json) -> Result<(), String> {
    let collector = Arc::new(Collector::default());
    let settings = case["config"].as_str().expect("a configuration");
    let source = source(settings, Arc::clone(&collector) as _, Budget::default())?;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let arguments: SourceApiArguments = decoded("forward_to = []", &Constants)?;
    let server = arguments.place().map_err(|e| e.to_string())?.server;
    let mut tasks = JoinSet::new();
    tasks.spawn(serve_api(
        listener,
        Arc::new(source),
        server,
        std::future::pending(),
    ));
    let before = Timestamp::now().unix_nanos();
    let (status, answer) = ask(port, case).await;
    tasks.shutdown().await;
    let mut got = collector.0.lock().expect("not poisoned").clone();
    let wanted = case["entries"].as_array().expect("entries");
    for (got, wanted) in got.iter_mut().zip(wanted) {
        if wanted["ts_ns"] == "now" && got["ts_ns"].as_i64().is_some_and(|time| time >= before) {
            got["ts_ns"] = "now".into();
        }
    }
    let response = case.get("response").and_then(Json::as_str);
    if case["status"] != status || got != *wanted || response.is_some_and(|r| r != answer) {
        return Err(format!(
            "\n    got    {status} {got:?} {answer:?}\n    wanted {} {wanted:?}",
            case["status"]
        ));
    }
    Ok(())
}

#[tokio::test]
async fn recorded_pushes_give_what_alloy_gave() {
    let mut verdicts = Verdicts::new("loki_source_api.jsonl");
    for case in cases("alloy/loki_source_api.jsonl") {
        let name = case["name"].as_str().expect("a name").to_owned();
        verdicts.add(&name, run(&case).await);
    }
    verdicts.finish();
}

#[tokio::test(start_paused = true)]
async fn a_push_is_taken_once_its_lines_have_their_verdict() {
    let silent = Arc::new(Silent::default());
    let source = source("", Arc::clone(&silent) as _, Budget::default()).expect("arguments");
    let push = source.push_raw(b"one\ntwo\n");
    tokio::pin!(push);
    let early = tokio::time::timeout(VERDICT_WAIT / 2, &mut push).await;
    assert!(early.is_err(), "no verdict yet: {early:?}");
    let entries: Vec<_> = silent.0.lock().expect("not poisoned").drain(..).collect();
    assert_eq!(entries.len(), 2);
    entries.into_iter().for_each(Entry::settle);
    push.await.expect("delivered");
}

#[tokio::test(start_paused = true)]
async fn a_push_without_a_verdict_or_with_a_lost_line_is_to_be_sent_again() {
    let silent = Arc::new(Silent::default());
    let source = source("", Arc::clone(&silent) as _, Budget::default()).expect("arguments");
    let late = source.push_raw(b"one\n").await;
    assert!(matches!(late, Err(ApiError::Busy)), "{late:?}");
    let push = source.push_raw(b"two\n");
    let giving_up = async { silent.0.lock().expect("not poisoned").clear() };
    let (lost, ()) = tokio::join!(push, giving_up);
    assert!(matches!(lost, Err(ApiError::Lost)), "{lost:?}");
}

#[tokio::test(start_paused = true)]
async fn a_source_never_holds_more_than_its_share_of_the_budget() {
    let budget = Budget::new(1 << 20);
    let silent = Arc::new(Silent::default());
    let source = source("", Arc::clone(&silent) as _, budget.clone()).expect("arguments");
    let line = vec![b'x'; 200 * 1024];
    let held = source.push_raw(&line).await;
    assert!(matches!(held, Err(ApiError::Busy)), "{held:?}");
    let second = source.push_raw(&line).await;
    assert!(matches!(second, Err(ApiError::Busy)), "{second:?}");
    let all = silent.0.lock().expect("not poisoned").len();
    assert_eq!((all, budget.used()), (1, 200 * 1024 + 64));
    silent.0.lock().expect("not poisoned").clear();
    drop(source);
    assert_eq!(budget.used(), 0, "what was given up is given back");
}

#[test]
fn every_argument_of_the_documentation_is_there() {
    let labels = Labels::from_pairs([("zone", "kr")]);
    let arguments: SourceApiArguments = decoded(
        r#"
        forward_to                = []
        use_incoming_timestamp    = true
        labels                    = { zone = "kr" }
        relabel_rules             = loki.relabel.x.rules
        graceful_shutdown_timeout = "5s"
        max_send_message_size     = "1MiB"
        http {
          listen_address       = "127.0.0.2"
          listen_port          = 3500
          conn_limit           = 7
          server_read_timeout  = "3s"
          server_write_timeout = "4s"
          server_idle_timeout  = "5s"
        }
        "#,
        &WithRules,
    )
    .expect("arguments");
    let (settings, place) = (arguments.settings(), arguments.place());
    let (settings, place) = (settings.expect("settings"), place.expect("a place"));
    assert_eq!(Labels::from_pairs(settings.labels), labels);
    assert_eq!(settings.max_message_size, 1 << 20);
    assert_eq!((place.address.as_str(), place.port), ("127.0.0.2", 3500));
    assert_eq!(place.server.connections, 7);
}
