//! Conversions against what Alloy made of them: every kind of argument, given every kind of value.
//!
//! The arguments stand in structs with the names and defaults of real components. What a component objects to by itself
//! (a range, a setting that is missing), or crashes of, is tested with that component; here such a value must decode.

use std::collections::BTreeMap;
use std::sync::Arc;

use outpost_alloy_syntax::{
    Arguments, Block, Bytes, Diagnostics, Duration, Encoded, FromValue, Host, Mismatch,
    OptionalSecret, Scope, Secret, Source, Statement, Target, ToValue, Value, arguments, check,
    decode, parse, value_to_json,
};
use outpost_golden::Verdicts;
use serde_json::{Value as Json, json};

/// Defines the arguments around one slot each.
macro_rules! slots {
    ($($name:ident: $type:ty $(= $default:expr $(=> $hidden:expr)?)?;)*) => {$(
        arguments! {
            /// The block that the slot stands in.
            struct $name {
                /// The slot.
                attr slot: $type $(= $default $(=> $hidden)?)?,
            }
        }
    )*};
}

slots! {
    Seconds10: Duration = Duration::from_secs(10);
    Seconds30: Duration = Duration::from_secs(30);
    Seconds60: Duration = Duration::from_secs(60);
    Seconds1: Duration = Duration::from_secs(1);
    Seconds3: Duration = Duration::from_secs(3);
    Millis30: Duration = Duration::from_millis(30);
    Millis250: Duration = Duration::from_millis(250);
    Hours2: Duration = Duration::from_secs(7200);
    Minutes5: Duration = Duration::from_secs(300);
    NoTime: Duration = Duration::default();
    // The default of a block inside of a component is not the default of the block alone.
    MountTimeout: Duration = Duration::from_secs(5) => Duration::default();
    NoBytes: Bytes = Bytes::default();
    Mib1: Bytes = Bytes::mib(1);
    Mib10: Bytes = Bytes::mib(10);
    Lines: u64 = 0;
    Text: String = String::new();
    Flag: bool = false;
    Unsigned: u64 = 0;
    Integer: i64 = 50;
    Float: f64 = 0.0;
    Texts: Option<Vec<String>>;
    TextMap: Option<BTreeMap<String, String>>;
    OptionalTextMap: Option<BTreeMap<String, Option<String>>>;
    TextListMap: Option<BTreeMap<String, Vec<String>>>;
    Targets: Vec<Target>;
    Password: Secret = Secret::new("");
    Regex: Pattern = Pattern("(.*)".to_owned());
}

/// A regular expression as relabel rules have it.
#[derive(Clone, Debug)]
struct Pattern(String);

impl FromValue for Pattern {
    const NAME: &'static str = "pattern";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        let text = String::from_value(value)?;
        match regex::Regex::new(&text) {
            Ok(_) => Ok(Self(text)),
            Err(_) => Err(Mismatch::invalid(format!(
                "{text:?} is not a regular expression"
            ))),
        }
    }
}

impl ToValue for Pattern {
    fn to_value(&self) -> Value {
        Value::from(self.0.as_str())
    }

    fn is_hidden(&self, _: &Self) -> bool {
        false
    }
}

/// The environment and files of every case.
#[derive(Default)]
struct Recorded(Host);

impl Scope for Recorded {
    fn resolve(&self, path: &[&str]) -> Option<(Value, usize)> {
        let file = |text: &str, secret| {
            let content = Value::OptionalSecret(OptionalSecret::new(text, secret));
            Some((Value::object([("content", content)]), 3))
        };
        match path {
            ["local", "file", "plain", ..] => file("250", false),
            ["local", "file", "hidden", ..] => file("250", true),
            _ => None,
        }
    }

    fn host(&self) -> &Host {
        &self.0
    }
}

/// What became of a value: what the API shows, or the class of the refusal, and whether the check without scope agrees.
struct Outcome {
    shown: Result<Option<Json>, String>,
    check: Diagnostics,
}

fn run<T: Arguments>(input: &str) -> Outcome {
    let source =
        Source::new("c", format!("slot {{\n\tslot = {input}\n}}\n")).expect("a short text");
    let file = parse(&source).expect("every input is an expression");
    let Some(Statement::Block(block)) = file.body.statements.first() else {
        panic!("not a block")
    };
    let mut scope = Recorded::default();
    scope
        .0
        .environment
        .insert("OUTPOST_NUMBER".into(), "42".into());
    Outcome {
        shown: shown::<T>(block, &source, &scope),
        check: check::<T>(block, &source),
    }
}

fn shown<T: Arguments>(
    block: &Block,
    source: &Arc<Source>,
    scope: &dyn Scope,
) -> Result<Option<Json>, String> {
    let arguments: T = decode(block, source, scope).map_err(|found| {
        let first = found.iter().next().expect("an objection");
        assert_eq!(first.position().map(|at| at.line), Some(2), "{first}");
        first.message.clone()
    })?;
    Ok(arguments.encode().first().map(|encoded| match encoded {
        Encoded::Attribute { value, .. } => plain(&value_to_json(value)),
        Encoded::Block { .. } => panic!("a slot is an attribute"),
    }))
}

/// A value of the component API in the form of the recordings.
fn plain(value: &Json) -> Json {
    match (value["type"].as_str(), &value["value"]) {
        (Some("capsule"), text) => json!({"$capsule": text}),
        (Some("array"), Json::Array(elements)) => elements.iter().map(plain).collect(),
        (Some("object"), Json::Array(entries)) => Json::Object(
            entries
                .iter()
                .map(|entry| {
                    (
                        entry["key"].as_str().expect("a key").to_owned(),
                        plain(&entry["value"]),
                    )
                })
                .collect(),
        ),
        (_, value) => value.clone(),
    }
}

fn class(message: &str) -> &'static str {
    match message {
        m if m.contains("is not a duration") => "bad duration",
        m if m.contains("is not a size") => "bad size",
        m if m.contains("is not a regular expression") => "bad regular expression",
        m if m.starts_with("expected ") => "type mismatch",
        m if m.starts_with("a secret cannot be used here") => "secret exposed",
        _ => "other",
    }
}

/// One row of a file.
struct Row<'a> {
    id: &'a str,
    slot: &'a str,
    input: &'a str,
    accepted: &'a str,
    shown: &'a str,
    exact: &'a str,
    class: &'a str,
    validate: &'a str,
}

fn compare(row: &Row<'_>, outcome: Outcome) -> Result<(), String> {
    let ours_at_check = if outcome.check.has_errors() {
        "error"
    } else {
        "ok"
    };
    if row.validate != "crash" && row.validate != ours_at_check {
        return Err(format!(
            "{} without scope instead of {}: {}",
            ours_at_check, row.validate, outcome.check
        ));
    }
    let components_own = ["value out of range", "setting missing", "crash"].contains(&row.class);
    match (row.accepted, outcome.shown) {
        ("yes", Ok(shown)) => same_shown(row, shown.as_ref()),
        ("yes", Err(message)) => Err(format!("refused: {message}")),
        (_, Ok(_)) if components_own => Ok(()),
        (_, Ok(shown)) => Err(format!("accepted as {shown:?} instead of {}", row.class)),
        (_, Err(message)) if class(&message) == row.class => Ok(()),
        (_, Err(message)) => Err(format!("{} expected: {message}", row.class)),
    }
}

fn same_shown(row: &Row<'_>, shown: Option<&Json>) -> Result<(), String> {
    let same = match shown {
        None => row.shown == "(left out)",
        Some(Json::String(text)) => text == row.shown && same_exactly(row, text),
        Some(Json::Null) => row.shown == "(cannot be shown)",
        Some(Json::Number(number)) => row.shown.parse() == Ok(number.as_f64().expect("a number")),
        Some(other) => serde_json::from_str(row.shown).ok().as_ref() == Some(other),
    };
    if same {
        Ok(())
    } else {
        Err(format!("shown as {shown:?} instead of {}", row.shown))
    }
}

fn same_exactly(row: &Row<'_>, shown: &str) -> bool {
    let Ok(exact) = row.exact.parse::<i64>() else {
        return row.exact.is_empty();
    };
    shown.parse().map(Duration::as_nanos) == Ok(exact) || shown.parse().map(Bytes::get) == Ok(exact)
}

fn verify(file: &str, slot: fn(&str) -> fn(&str) -> Outcome) {
    let mut verdicts = Verdicts::new(file);
    let text = outpost_golden::text(&format!("alloy/{file}"));
    for line in text.lines().skip(1) {
        let mut cells = line.split('\t');
        let mut next = || cells.next().unwrap_or_default();
        let row = Row {
            id: next(),
            slot: next(),
            input: next(),
            accepted: next(),
            shown: next(),
            exact: next(),
            class: next(),
            validate: next(),
        };
        verdicts.add(row.id, compare(&row, slot(row.slot)(row.input)));
    }
    verdicts.finish();
}

#[test]
fn durations_are_read_and_shown_as_alloy_does() {
    verify("durations.tsv", |slot| match slot {
        "prometheus.scrape scrape_interval"
        | "discovery.docker refresh_interval"
        | "loki.source.docker refresh_interval" => run::<Seconds60>,
        "prometheus.scrape scrape_timeout" | "local.file_match sync_period" => run::<Seconds10>,
        "prometheus.remote_write endpoint.remote_timeout" => run::<Seconds30>,
        "prometheus.remote_write endpoint.queue_config.min_backoff" => run::<Millis30>,
        "prometheus.remote_write wal.truncate_frequency" => run::<Hours2>,
        "prometheus.exporter.unix filesystem.mount_timeout" => run::<MountTimeout>,
        "loki.write endpoint.batch_wait" => run::<Seconds1>,
        "loki.process stage.multiline.max_wait_time" => run::<Seconds3>,
        "loki.process stage.drop.older_than" | "prometheus.relabel cache_ttl" => run::<NoTime>,
        "loki.process stage.metrics.metric.counter.max_idle_duration" => run::<Minutes5>,
        "loki.source.file file_watch.min_poll_frequency" => run::<Millis250>,
        other => panic!("unknown slot {other}"),
    });
}

#[test]
fn sizes_are_read_and_shown_as_alloy_does() {
    verify("sizes.tsv", |slot| match slot {
        "prometheus.scrape body_size_limit"
        | "loki.process stage.drop.longer_than"
        | "loki.process stage.truncate.rule.limit" => run::<NoBytes>,
        "loki.write endpoint.batch_size" => run::<Mib1>,
        "loki.write endpoint.queue_config.capacity" => run::<Mib10>,
        "loki.process stage.cri.max_partial_line_size" => run::<Lines>,
        other => panic!("unknown slot {other}"),
    });
}

#[test]
fn values_are_converted_and_shown_as_alloy_does() {
    verify("conversions.tsv", |slot| {
        match slot.split(':').next().unwrap_or_default() {
            "string" => run::<Text>,
            "bool" => run::<Flag>,
            "unsigned" => run::<Unsigned>,
            "integer" => run::<Integer>,
            "float" => run::<Float>,
            "list of strings" => run::<Texts>,
            "map of strings" => run::<TextMap>,
            "map of optional strings" => run::<OptionalTextMap>,
            "map of lists of strings" => run::<TextListMap>,
            "list of targets" => run::<Targets>,
            "secret" => run::<Password>,
            "pattern" => run::<Regex>,
            other => panic!("unknown slot {other}"),
        }
    });
}
