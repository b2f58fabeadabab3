//! Every recorded pipeline, from its text to what came out of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outpost_alloy_syntax::{Constants, Source, Statement, decode, parse};
use outpost_golden::{Verdicts, cases};
use outpost_loki_push::{Entry, LogsReceiver, Process as Pipeline, ProcessMetrics, Timestamp};
use outpost_model::Labels;
use outpost_self_metrics::{Registry, Scope};
use serde_json::{Value as Json, json};
use tokio::sync::oneshot;

use super::{ProcessArguments, stage};

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

/// An entry as the recording shows it.
fn shown(entry: &Entry) -> Json {
    let visible = entry
        .labels
        .iter()
        .filter(|(name, _)| !name.starts_with("__"));
    let labels: BTreeMap<_, _> = visible.collect();
    let metadata: BTreeMap<_, _> = entry.metadata.iter().map(|(n, v)| (&**n, &**v)).collect();
    let nanos =
        i128::from(entry.timestamp.seconds) * 1_000_000_000 + i128::from(entry.timestamp.nanos);
    // Years beyond 64 bits are recorded as floats.
    let nanos = match i64::try_from(nanos) {
        Ok(nanos) => nanos.to_string(),
        Err(_) => format!("{:.0}", nanos as f64),
    };
    let mut out = json!({
        "labels": labels,
        "ts_ns": nanos,
        "structured_metadata": metadata,
    });
    match std::str::from_utf8(&entry.line) {
        Ok(line) => out["line"] = line.into(),
        Err(_) => out["line_b64"] = STANDARD.encode(&entry.line).into(),
    }
    if let Some(tenant) = entry.labels.get("__tenant_id__") {
        out["tenant"] = tenant.into();
    }
    out
}

fn arguments(stages: &str) -> Result<ProcessArguments, String> {
    let text = format!("block {{\nforward_to = []\n{stages}\n}}\n");
    let source = Source::new("stages", text).map_err(|e| e.to_string())?;
    let file = parse(&source).map_err(|e| e.to_string())?;
    let block = file
        .body
        .statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Block(block) => Some(block),
            Statement::Attribute(_) => None,
        });
    decode(block.expect("the block above"), &source, &Constants).map_err(|e| e.to_string())
}

fn pipeline(
    stages: &str,
    metrics: &ProcessMetrics,
) -> Result<(Arc<Pipeline>, Arc<Collector>), String> {
    let arguments = arguments(stages)?;
    let configs = stage::configs(&arguments.stages).map_err(|e| e.to_string())?;
    let collector = Arc::new(Collector::default());
    let pipeline = Pipeline::new(&configs, collector.clone(), metrics)
        .map_err(|e| stage::refusal(&arguments.stages, &e).to_string())?;
    Ok((Arc::new(pipeline), collector))
}

fn entry(given: &Json) -> Entry {
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let labels = given["labels"].as_object().expect("labels");
    let labels = Labels::from_pairs(labels.iter().map(|(n, v)| (n.clone(), text(v))));
    let line = match given.get("line") {
        Some(line) => text(line).into_bytes(),
        None => STANDARD.decode(text(&given["line_b64"])).expect("base64"),
    };
    let time = Timestamp::from_unix_nanos(given["ts_ns"].as_i64().expect("a time"));
    let mut entry = Entry::new(Arc::new(labels), time, line);
    if let Some(metadata) = given.get("structured_metadata").and_then(Json::as_object) {
        let pairs = metadata
            .iter()
            .map(|(n, v)| (n.as_str().into(), text(v).into()));
        entry.metadata = pairs.collect();
    }
    entry
}

/// The recorded outcome in the same shape.
fn expected(case: &Json) -> Vec<Json> {
    let out = case["out"].as_array().expect("out").iter();
    out.map(|entry| {
        let mut entry = entry.clone();
        let time = match &entry["ts_ns"] {
            Json::Number(number) if number.is_i64() => number.to_string(),
            // Years beyond 64 bits: the recorded ones are exact as floats.
            Json::Number(number) => format!("{:.0}", number.as_f64().expect("a number")),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        entry["ts_ns"] = time.into();
        if entry.get("structured_metadata").is_none() {
            entry["structured_metadata"] = json!({});
        }
        entry
    })
    .collect()
}

fn sorted(mut entries: Vec<Json>, any_order: bool) -> Vec<String> {
    for entry in &mut entries {
        // Key order means nothing here.
        let members: BTreeMap<String, Json> = entry
            .as_object()
            .expect("an object")
            .iter()
            .map(|(n, v)| {
                (
                    n.clone(),
                    if v.is_object() { ordered(v) } else { v.clone() },
                )
            })
            .collect();
        *entry = json!(members);
    }
    let mut texts: Vec<_> = entries.iter().map(Json::to_string).collect();
    if any_order {
        texts.sort();
    }
    texts
}

fn ordered(object: &Json) -> Json {
    let members: BTreeMap<_, _> = object.as_object().into_iter().flatten().collect();
    json!(members)
}

fn series(registry: &Registry) -> Vec<String> {
    let page = registry.text();
    let mut lines: Vec<_> = page
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(str::to_owned)
        .collect();
    lines.sort();
    lines
}

async fn run(case: &Json) -> Result<(), String> {
    let registry = Registry::new();
    let scope = Scope::new(&registry, []);
    let stages = case["stages"].as_str().expect("stages");
    let metrics = ProcessMetrics::new(&scope);
    let (pipeline, collector) = pipeline(stages, &metrics)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn({
        let pipeline = Arc::clone(&pipeline);
        async move { pipeline.run(async { drop(stopped.await) }).await }
    });
    for given in case["entries"].as_array().expect("entries") {
        if let Some(pause) = given.get("wait_ms").and_then(Json::as_u64) {
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        pipeline.push(vec![entry(given)]);
    }
    let mut seen = series(&registry);
    let ending = case
        .get("ending")
        .and_then(Json::as_str)
        .unwrap_or_default();
    if ending.is_empty() {
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
    let mut pipeline = pipeline;
    if ending == "reload of the same file" {
        running.abort();
    } else {
        stop.send(()).expect("running");
        running.await.expect("ends");
    }
    if ending.starts_with("reload with") {
        let arguments = arguments(&format!("{stages}\nstage.decolorize {{}}\n"))?;
        let configs = stage::configs(&arguments.stages).map_err(|e| e.to_string())?;
        let next = Pipeline::new(&configs, collector.clone(), &metrics);
        pipeline = Arc::new(next.map_err(|e| e.to_string())?);
    }
    if let Some(later) = case["out"]
        .as_array()
        .and_then(|out| out.last())
        .filter(|e| e["line"] == "later")
    {
        pipeline.push(vec![entry(later)]);
    }

    let mut got = collector.0.lock().expect("not poisoned").clone();
    let wanted = expected(case);
    for (got, wanted) in got.iter_mut().zip(&wanted) {
        if wanted["ts_ns"] == "now" {
            got["ts_ns"] = "now".into();
        }
    }
    let any = case.get("order").is_some();
    let (got, wanted) = (sorted(got, any), sorted(wanted, any));
    if got != wanted {
        return Err(format!("\n    got    {got:?}\n    wanted {wanted:?}"));
    }
    if let Some(metrics) = case.get("metrics").and_then(Json::as_array) {
        seen.extend(series(&registry));
        for line in metrics.iter().filter_map(Json::as_str) {
            // Series at 0 that appear only with a first event are no difference.
            if !line.ends_with(" 0") && !seen.iter().any(|known| known == line) {
                return Err(format!("no series {line:?} in {seen:?}"));
            }
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn recorded_pipelines_give_what_alloy_gave() {
    let mut verdicts = Verdicts::new("stages.jsonl");
    for case in cases("alloy/stages.jsonl") {
        let name = case["name"].as_str().expect("a name").to_owned();
        verdicts.add(&name, run(&case).await);
    }
    verdicts.finish();
}

#[test]
fn what_alloy_refuses_is_refused() {
    let mut verdicts = Verdicts::new("stages_refused.jsonl");
    for case in cases("alloy/stages_refused.jsonl") {
        let name = case["name"].as_str().expect("a name");
        let registry = Registry::new();
        let scope = Scope::new(&registry, []);
        let metrics = ProcessMetrics::new(&scope);
        let outcome = match pipeline(case["stages"].as_str().expect("stages"), &metrics) {
            Err(_) => Ok(()),
            Ok(_) => Err(format!("it is accepted; class: {}", case["class"])),
        };
        verdicts.add(name, outcome);
    }
    verdicts.finish();
}
