//! Every recorded message, over real sockets: the entries, the counters, and who closed the connection.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outpost_alloy_syntax::{
    Arguments, Constants, Host, Scope as Names, Source, Statement, Value, decode, parse,
};
use outpost_golden::{Verdicts, cases};
use outpost_loki_push::{
    Budget, Entry, LogsReceiver, SyslogListener, SyslogMetrics, SyslogSettings, Timestamp,
};
use outpost_self_metrics::{Registry, Scope};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::SourceSyslogArguments;
use crate::arguments::{RuleArguments, rules_capsule};

/// The rules that `loki.relabel.all` had in the recording.
const ALL: &str = r#"rules "all" {
rule {
  regex  = "__syslog_(.+)"
  action = "labelmap"
}
}"#;

/// The rules that `loki.relabel.drop` had in the recording.
const DROP: &str = r#"rules "drop" {
rule {
  source_labels = ["__syslog_message_severity"]
  regex         = "informational"
  action        = "drop"
}
rule {
  source_labels = ["__syslog_message_app_name"]
  target_label  = "app"
}
}"#;

/// Longer than any case takes; only a failing one waits so long.
const LONGEST: Duration = Duration::from_secs(10);

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

/// Keeps what it is given.
#[derive(Default)]
struct Silent(Mutex<Vec<Entry>>);

impl LogsReceiver for Silent {
    fn push(&self, batch: Vec<Entry>) {
        self.0.lock().expect("not poisoned").extend(batch);
    }
}

/// Knows the rules of the recording, and that nothing takes the lines.
struct Recorded;

impl Names for Recorded {
    fn resolve(&self, path: &[&str]) -> Option<(Value, usize)> {
        let text = match path {
            ["loki", "relabel", "all", "rules", ..] => ALL,
            ["loki", "relabel", "drop", "rules", ..] => DROP,
            ["loki", "write", "out", "receiver", ..] => return Some((Value::Null, 4)),
            _ => return None,
        };
        let rules: Rules = decoded(text, &Constants).expect("rules");
        Some((rules_capsule(&rules.rule), 4))
    }

    fn host(&self) -> &Host {
        Constants.host()
    }
}

outpost_alloy_syntax::arguments! {
    /// Recorded rules.
    struct Rules {
        /// In order.
        block rule: Vec<RuleArguments>,
    }
}

fn decoded<A: Arguments>(text: &str, names: &dyn Names) -> Result<A, String> {
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
    decode(block.expect("a block"), &source, names).map_err(|e| e.to_string())
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
    out
}

/// When the recording was made: times without a year hang on it.
fn then() -> Timestamp {
    Timestamp {
        seconds: 1_795_446_843,
        nanos: 0,
    }
}

fn settings(config: &str) -> Result<SyslogSettings, String> {
    let arguments: SourceSyslogArguments = decoded(config, &Recorded)?;
    let mut settings = arguments.settings().map_err(|e| e.to_string())?;
    let mut settings = settings.pop().expect("a listener");
    settings.now = then;
    Ok(settings)
}

fn sends(case: &Json) -> Vec<Vec<u8>> {
    let sends = case["sends"].as_array().expect("sends").iter();
    sends
        .map(|send| match send.get("text_b64").and_then(Json::as_str) {
            Some(text) => STANDARD.decode(text).expect("base64"),
            None => send["text"].as_str().expect("a text").into(),
        })
        .collect()
}

/// Sends over a connection; says whether the other end closed it of its own accord.
async fn over_tcp(port: u16, case: &Json) -> bool {
    let pause = case.get("pause_between_sends_s").and_then(Json::as_f64);
    let address = ("127.0.0.1", port);
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    for bytes in sends(case) {
        // The other end may have closed already.
        let _ = stream.write_all(&bytes).await;
        if let Some(pause) = pause {
            sleep(Duration::from_secs_f64(pause)).await;
        }
    }
    let mut rest = Vec::new();
    if case["alloy_closed_the_connection"] == true {
        return timeout(LONGEST, stream.read_to_end(&mut rest))
            .await
            .is_ok();
    }
    stream.shutdown().await.expect("it is still open");
    // Everything is taken once the other end closes too.
    let _ = timeout(LONGEST, stream.read_to_end(&mut rest)).await;
    false
}

fn count(registry: &Registry, name: &str) -> f64 {
    let name = format!("loki_source_syslog_{name}");
    let page = registry.text();
    let line = page.lines().find(|line| line.starts_with(&name));
    let value = line.and_then(|line| line.rsplit(' ').next());
    value.map_or(0.0, |value| value.parse().expect("a number"))
}

async fn run(case: &Json) -> Result<(), String> {
    let collector = Arc::new(Collector::default());
    let registry = Registry::new();
    let scope = Scope::new(&registry, []);
    let metrics = SyslogMetrics::new(&scope);
    let settings = settings(case["config"].as_str().expect("a configuration"))?;
    let next = Arc::clone(&collector) as _;
    let listener = SyslogListener::new(settings, Budget::default(), next, &metrics);
    let listener = Arc::new(listener);
    let wanted = case["entries"].as_array().expect("entries");
    let before = Timestamp::now().unix_nanos();
    let mut tasks = JoinSet::new();
    let mut closed = None;
    if case["protocol"] == "udp" {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let to = socket.local_addr().expect("an address");
        tasks.spawn(async move { listener.serve_udp(socket, std::future::pending()).await });
        let from = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        for bytes in sends(case) {
            from.send_to(&bytes, to).await.expect("sent");
        }
        let arrived = async {
            while collector.0.lock().expect("not poisoned").len() < wanted.len() {
                sleep(Duration::from_millis(2)).await;
            }
        };
        let _ = timeout(LONGEST, arrived).await;
    } else {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = socket.local_addr().expect("an address").port();
        tasks.spawn(listener.serve_tcp(socket, std::future::pending()));
        closed = Some(over_tcp(port, case).await);
    }
    tasks.shutdown().await;
    let mut got = collector.0.lock().expect("not poisoned").clone();
    for (got, wanted) in got.iter_mut().zip(wanted) {
        if wanted["ts_ns"] == "now" && got["ts_ns"].as_i64().is_some_and(|time| time >= before) {
            got["ts_ns"] = "now".into();
        }
        if wanted["labels"]["connection_hostname"] == "REVERSE_NAMES" {
            // The recorder's machine had others in its hosts file.
            got["labels"]["connection_hostname"] = "REVERSE_NAMES".into();
        }
    }
    if got != *wanted {
        return Err(format!("\n    got    {got:?}\n    wanted {wanted:?}"));
    }
    let wanted = case.get("alloy_closed_the_connection");
    if closed != wanted.and_then(Json::as_bool) {
        return Err(format!("closed: {closed:?}, wanted {wanted:?}"));
    }
    for name in [
        "entries_total",
        "parsing_errors_total",
        "empty_messages_total",
    ] {
        let wanted = case["counters"].get(name).and_then(Json::as_f64);
        let (got, wanted) = (count(&registry, name), wanted.unwrap_or_default());
        if (got - wanted).abs() > 0.5 {
            return Err(format!("{name} is {got}, wanted {wanted}"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn recorded_messages_give_what_alloy_gave() {
    let mut verdicts = Verdicts::new("loki_source_syslog.jsonl");
    for case in cases("alloy/loki_source_syslog.jsonl") {
        let name = case["name"].as_str().expect("a name").to_owned();
        verdicts.add(&name, run(&case).await);
    }
    verdicts.finish();
}

#[tokio::test]
async fn a_message_does_not_wait_for_the_next_one() {
    let config = "x {\nforward_to = []\nlistener {\naddress = \"127.0.0.1:0\"\n}\n}";
    let silent = Arc::new(Silent::default());
    let registry = Registry::new();
    let metrics = SyslogMetrics::new(&Scope::new(&registry, []));
    let settings = settings(config).expect("arguments");
    let budget = Budget::default();
    let next = Arc::clone(&silent) as _;
    let listener = Arc::new(SyslogListener::new(
        settings,
        budget.clone(),
        next,
        &metrics,
    ));
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("an address");
    let mut tasks = JoinSet::new();
    tasks.spawn(listener.serve_tcp(socket, std::future::pending()));
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let message = b"<13>1 - - - - - - text\n  and more\n";
    stream.write_all(message).await.expect("sent");
    let arrived = async {
        loop {
            if let Some(entry) = silent.0.lock().expect("not poisoned").pop() {
                return entry;
            }
            sleep(Duration::from_millis(2)).await;
        }
    };
    let entry = timeout(LONGEST, arrived).await.expect("it is sent on");
    assert_eq!(entry.line, "text\n  and more");
    assert!(budget.used() > 0, "it is paid for until it has its verdict");
    entry.settle();
    assert_eq!(budget.used(), 0);
    tasks.shutdown().await;
}
