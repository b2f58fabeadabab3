//! Recorded scrapes that need more than a pool: authentication, headers, other components, other pages. The whole agent
//! runs on the recorded arguments, asks a real server, and pushes to a receiver.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use outpost_golden::Verdicts;
use outpost_pipeline::{Agent, Registry, Stability, Surroundings, read_sources};
use outpost_receiver::{Limits, Receiver};
use outpost_testbed::{Site, SiteAnswer, SiteRequest, url_encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::http::get;

/// Times are longer here than they were for the recorder, so that a busy machine is not a slow target.
const SLOWER: f64 = 100.0;

/// A sample that is missing when the reports have come is waited for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// The recorder's ports.
const PORTS: [&str; 2] = ["21210", "21211"];

type Requests = Arc<Mutex<Vec<SiteRequest>>>;

/// Whether the case needs the whole agent. The others are run against the pool alone.
fn needs_an_agent(case: &Value) -> bool {
    let args = case["args"].as_str().unwrap_or_default();
    let has = |key: &str| !case[key].is_null();
    let ipv6 = case["name"] == "address-ipv6"; // tests stay on 127.0.0.0/8
    let beyond = [
        "request_headers",
        "other_pages",
        "extra",
        "exported_targets",
    ];
    case["kind"] == "labels"
        && !ipv6
        && (beyond.into_iter().any(has)
            || args.contains(" {")
            || args.contains("convert_classic")
            || case["targets"].to_string().contains(":2121"))
}

/// The target: its pages and what it was asked.
fn target(case: &Value) -> (Site, Requests) {
    let page = case["page"].as_str().unwrap_or_default().to_owned();
    let others: BTreeMap<String, String> = case["other_pages"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(path, page)| (path.clone(), page.as_str().unwrap_or_default().to_owned()))
        .collect();
    let requests = Requests::default();
    let heard = Arc::clone(&requests);
    let site = Site::start(move |request| {
        heard.lock().expect("no panic").push(request.clone());
        let page = others.get(&request.path).unwrap_or(&page);
        SiteAnswer::page("text/plain; version=0.0.4", page.as_bytes())
    });
    (site, requests)
}

fn config(case: &Value, sink: &str) -> String {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    let (extra, targets, args) = (text("extra"), text("targets"), text("args"));
    let args = if args.contains("scrape_timeout") {
        args.replace("1500ms", "150s")
    } else {
        format!("scrape_timeout = \"100s\"\n{args}")
    };
    format!(
        "{extra}\nprometheus.scrape \"lab\" {{\ntargets = {targets}\nscrape_interval = \"200s\"\n{args}\n\
         forward_to = [prometheus.remote_write.lab.receiver]\n}}\nprometheus.remote_write \"lab\" {{\n  endpoint {{\n    \
         url = \"http://{sink}/api/v1/write\"\n    queue_config {{\n      batch_send_deadline = \"50ms\"\n    }}\n  }}\n}}\n"
    )
}

/// The samples that arrived: labels, and the value as text.
async fn arrived(sink: &str, selector: &str) -> BTreeMap<BTreeMap<String, String>, String> {
    let query = url_encode(selector);
    let (_, _, body) = get(&format!("http://{sink}/api/v1/query?query={query}")).await;
    let answer: Value = serde_json::from_str(&body).expect("JSON");
    let results = answer["data"]["result"].as_array().cloned();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    results
        .unwrap_or_default()
        .iter()
        .map(|result| (strings(&result["metric"]), text(&result["value"][1])))
        .collect()
}

fn strings(object: &Value) -> BTreeMap<String, String> {
    object
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

async fn samples(case: &Value, sink: &str) -> Result<(), String> {
    let ours = arrived(sink, "{__name__=~\".+\"}").await;
    let expect = |labels: &BTreeMap<String, String>, value: &Value| {
        let found = ours
            .get(labels)
            .ok_or(format!("no {labels:?} among {} samples", ours.len()))?;
        if value == "any" || found.parse::<f64>().ok() == value.as_f64() {
            Ok(())
        } else {
            Err(format!("{labels:?}: {found} instead of {value}"))
        }
    };
    let pushed = case["pushed"].as_array().expect("samples are a list");
    for sample in pushed {
        expect(&strings(&sample["labels"]), &sample["value"])?;
    }
    let mut known = pushed.len();
    for report in case["report"].as_array().expect("reports are a list") {
        for (name, value) in report.as_object().expect("a report") {
            if name != "labels" {
                let mut labels = strings(&report["labels"]);
                labels.insert("__name__".to_owned(), name.clone());
                expect(&labels, value)?;
                known += 1;
            }
        }
    }
    // Of an exporter's page the recording has a part.
    if case["extra"].is_null() && ours.len() != known {
        return Err(format!("{} samples instead of {known}", ours.len()));
    }
    Ok(())
}

fn requests(case: &Value, heard: &Requests) -> Result<(), String> {
    let heard = heard.lock().expect("no panic");
    if let Some(paths) = case["requests"].as_array() {
        let ours: Vec<&str> = heard.iter().map(|request| &*request.path).collect();
        if json!(ours) != json!(paths) {
            return Err(format!("asked for {ours:?} instead of {paths:?}"));
        }
    }
    let Some(recorded) = case["request_headers"].as_array() else {
        return Ok(());
    };
    let request = heard.first().ok_or("nothing was asked")?;
    let mut ours: Vec<(String, String)> = request.headers.clone();
    for (name, value) in &mut ours {
        if name == "x-prometheus-scrape-timeout-seconds" {
            let seconds: f64 = value.parse().map_err(|_| format!("timeout {value}"))?;
            *value = (seconds / SLOWER).to_string();
        }
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut recorded: Vec<(String, String)> = recorded
        .iter()
        .map(|pair| (text(&pair[0]).to_ascii_lowercase(), text(&pair[1])))
        .collect();
    // Who asks is another.
    ours.retain(|(name, _)| name != "user-agent");
    recorded.retain(|(name, _)| name != "user-agent");
    ours.sort();
    recorded.sort();
    if ours == recorded {
        Ok(())
    } else {
        Err(format!("headers {ours:?} instead of {recorded:?}"))
    }
}

/// The targets that an exporter's component exports, as plain objects.
fn exported(agent: &Agent, component: &str) -> Vec<BTreeMap<String, String>> {
    let view = agent.component(&format!("{component}.lab"));
    let exports = view.and_then(|view| view.details).map(|d| json!(d.exports));
    let targets = exports.unwrap_or_default()[0]["value"]["value"].clone();
    let target = |target: &Value| {
        let pairs = target["value"].as_array().into_iter().flatten();
        pairs
            .map(|pair| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                (text(&pair["key"]), text(&pair["value"]["value"]))
            })
            .collect()
    };
    targets
        .as_array()
        .into_iter()
        .flatten()
        .map(target)
        .collect()
}

fn exports(case: &Value, agent: &Agent) -> Result<(), String> {
    for recorded in case["exported_targets"].as_array().into_iter().flatten() {
        let mut recorded = strings(recorded);
        let component = recorded.remove("component").expect("a component");
        let ours = exported(agent, &component);
        if !ours.contains(&recorded) {
            return Err(format!("exports {ours:?}, not {recorded:?}"));
        }
    }
    Ok(())
}

async fn outcome(case: &Value) -> Result<(), String> {
    let (site, heard) = target(case);
    let address = format!("127.0.0.1:{}", site.port());
    let mut text = case
        .to_string()
        .replace("{{TARGET}}", &address)
        .replace("{{HOST}}", "127.0.0.1");
    for port in PORTS {
        text = text.replace(port, &site.port().to_string());
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut surroundings = Surroundings::new(directory.path().join("data"));
    surroundings.stability = Stability::Experimental;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let sink = listener.local_addr().expect("an address").to_string();
    let case: Value = serde_json::from_str(&text).expect("still JSON");
    let path = directory.path().join("config.alloy");
    fs::write(&path, config(&case, &sink)).expect("written");
    let sources = Box::new(move || read_sources(&path));
    let (agent, _) = Agent::load(sources, Registry::standard(), surroundings)
        .map_err(|wrong| format!("refused: {wrong}"))?;
    agent.open().unwrap_or_else(|wrong| panic!("{wrong}"));
    let stop = CancellationToken::new();
    let (run, told) = (agent.clone(), stop.clone());
    let running = tokio::spawn(async move { run.run(told, Duration::from_secs(10)).await });
    let told = stop.clone();
    let serving = tokio::spawn(async move {
        let receiver = Receiver::new(Limits::default());
        let stopped = async move { told.cancelled().await };
        receiver.serve(listener, stopped).await;
    });
    let hostname = agent.hostname();
    let case = case.to_string().replace("{{HOSTNAME}}", hostname);
    let case: Value = serde_json::from_str(&case).expect("still JSON");
    let reports = case["report"].as_array().map_or(0, Vec::len);
    while arrived(&sink, "up").await.len() < reports {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let late = Instant::now() + PATIENCE;
    let mut found = samples(&case, &sink).await;
    while found.is_err() && Instant::now() < late {
        tokio::time::sleep(Duration::from_millis(50)).await;
        found = samples(&case, &sink).await;
    }
    let found = found
        .and_then(|()| requests(&case, &heard))
        .and_then(|()| exports(&case, &agent));
    stop.cancel();
    running.await.expect("the agent ends");
    serving.await.expect("the receiver ends");
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_scrapes_by_the_whole_agent_ask_and_push_the_same() {
    let mut verdicts = Verdicts::new("scrape_labels.jsonl, whole agent");
    let cases = outpost_golden::cases("alloy/scrape_labels.jsonl");
    let mut running = tokio::task::JoinSet::new();
    for case in cases.into_iter().filter(needs_an_agent) {
        running.spawn(async move {
            let name = case["name"].as_str().unwrap_or_default().to_owned();
            (name, outcome(&case).await)
        });
    }
    while let Some(done) = running.join_next().await {
        let (name, outcome) = done.expect("no case panics");
        verdicts.add(&name, outcome);
    }
    verdicts.finish();
}
