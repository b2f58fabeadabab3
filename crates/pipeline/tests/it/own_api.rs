//! The agent's own HTTP API beside Alloy's, probe by probe.
//!
//! The recorded configuration also reads containers and processes logs; a daemon is not asked here (the tests on a real
//! deployment do that), so those components are left out and the file's lines go straight to `loki.relabel`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use outpost_golden::Verdicts;
use outpost_http_client::Method;
use outpost_pipeline::{Agent, PathPrefix, Registry, Surroundings, read_sources, serve};
use outpost_receiver::{Limits, Receiver};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::http::ask;

/// Components of the recording that do not run here.
const ABSENT: [&str; 4] = [
    "discovery.docker.here",
    "discovery.relabel.containers",
    "loki.source.docker.here",
    "loki.process.all",
];

/// An agent on the recorded configuration, and its server.
pub(crate) struct Recorded {
    directory: tempfile::TempDir,
    agent: Agent,
    base: String,
    /// Where samples and lines go.
    sink: String,
    stop: CancellationToken,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_probe_is_answered_as_alloy_does() {
    let recorded: Value =
        serde_json::from_str(&outpost_golden::text("alloy/self_components.json")).expect("JSON");
    let probes = recorded.as_object().expect("an object");
    let home = Recorded::start(&good(&probes["_config"])).await;
    home.has_scraped().await;
    let mut verdicts = Verdicts::new("self_components.json");
    let absent = |key: &str| ABSENT.iter().any(|id| key.ends_with(id));
    // Reloads that are refused come last, in an order that leaves a good file behind each.
    let (reloads, plain): (Vec<_>, Vec<_>) = probes
        .iter()
        .filter(|(key, _)| *key != "_config" && !absent(key))
        .partition(|(key, _)| key.contains("reload") || key.contains("after"));
    for (key, probe) in plain {
        verdicts.add(key, home.compare(key, probe).await);
    }
    for (key, probe) in reloads {
        home.rewrite(key, &good(&probes["_config"]));
        if key.contains("-after-") {
            // What the recorder did before it asked.
            ask(Method::POST, &format!("{}/-/reload", home.base)).await;
        }
        verdicts.add(key, home.compare(key, probe).await);
    }
    home.stop().await;
    verdicts.finish();
}

/// The recorded configuration without what does not run here.
pub(crate) fn good(recorded: &Value) -> String {
    let text = recorded
        .as_str()
        .expect("text")
        .replace("{{CONTAINER}}", "none");
    let mut kept = String::new();
    for block in text.split("\n\n") {
        let absent = ABSENT.iter().any(|id| {
            let (name, label) = id.rsplit_once('.').expect("a labelled component");
            block
                .trim_start()
                .starts_with(&format!("{name} \"{label}\""))
        });
        if !absent {
            kept.push_str(block);
            kept.push_str("\n\n");
        }
    }
    kept.replace("loki.process.all.receiver", "loki.relabel.all.receiver")
}

// === impl Recorded ===

impl Recorded {
    pub(crate) async fn start(config: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("config.alloy");
        let (sink, receiver) = receiver().await;
        fs::write(&path, placed(config, directory.path(), &sink)).expect("written");
        fs::write(directory.path().join("app.log"), "level=info n=1\n").expect("written");
        let (agent, _) = Agent::load(
            Box::new(move || read_sources(&path)),
            Registry::standard(),
            Surroundings::new(directory.path().join("data")),
        )
        .unwrap_or_else(|wrong| panic!("{wrong}"));
        agent.open().unwrap_or_else(|wrong| panic!("{wrong}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        agent.set_http_address(address.as_str());
        let stop = CancellationToken::new();
        let told = stop.clone();
        let receiving = receiver.1;
        let serving = async move {
            receiver
                .0
                .serve(receiving, async move { told.cancelled().await })
                .await;
        };
        let (run, told) = (agent.clone(), stop.clone());
        let tasks = vec![
            tokio::spawn(serving),
            tokio::spawn(async move { run.run(told, Duration::from_secs(10)).await }),
            tokio::spawn(serve(
                listener,
                agent.clone(),
                PathPrefix::new("/"),
                stop.clone(),
            )),
        ];
        Self {
            directory,
            agent,
            base: format!("http://{address}"),
            sink,
            stop,
            tasks,
        }
    }

    /// Waits for the first scrape of every target.
    pub(crate) async fn has_scraped(&self) {
        let known = |word: &str| {
            let view = self.agent.component("prometheus.scrape.all");
            let details = view.and_then(|view| view.details);
            let text = json!(details.map(|d| d.debug_info).unwrap_or_default()).to_string();
            text.contains(word)
        };
        while !known("\"up\"") || known("\"unknown\"") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Puts in place the file that the probe `key` was recorded with.
    fn rewrite(&self, key: &str, good: &str) {
        let path = self.directory.path().join("config.alloy");
        let addition = match key {
            key if key.ends_with("syntax-error") => "logging {\n",
            key if key.ends_with("unknown-component") => "no.such \"x\" { }\n",
            key if key.ends_with("unknown-attribute") => {
                "prometheus.exporter.self \"more\" {\n  nope = 1\n}\n"
            }
            key if key.ends_with("bad-value") => "discovery.relabel \"more\" {\n  targets = 5\n}\n",
            key if key.ends_with("missing-file") => {
                "local.file \"x\" {\n  filename = \"/nowhere\"\n}\n"
            }
            key if key.ends_with("fails-at-build") => {
                "remote.http \"x\" {\n  url = \"http://127.0.0.1:1/\"\n}\n"
            }
            key if key.ends_with("cycle") => {
                "prometheus.relabel \"x\" {\n  forward_to = [prometheus.relabel.y.receiver]\n}\nprometheus.relabel \"y\" {\n  forward_to = [prometheus.relabel.x.receiver]\n}\n"
            }
            key if key.ends_with("file-gone") => {
                fs::remove_file(&path).expect("it was there");
                return;
            }
            _ => "",
        };
        let text = placed(
            &format!("{good}{addition}"),
            self.directory.path(),
            &self.sink,
        );
        fs::write(path, text).expect("written");
    }

    async fn compare(&self, key: &str, probe: &Value) -> Result<(), String> {
        let method = match probe["method"].as_str() {
            Some("POST") => Method::POST,
            Some("PUT") => Method::PUT,
            _ => Method::GET,
        };
        let path = probe["path"]
            .as_str()
            .map_or_else(|| path_of(key), str::to_owned);
        let before = self.agent.components().len();
        let (status, kind, body) = ask(method, &format!("{}{path}", self.base)).await;
        same("status", json!(status), &probe["status"])?;
        if let Some(theirs) = probe["content_type"].as_str() {
            same("content type", json!(kind), &json!(theirs))?;
        }
        if let Some(theirs) = probe["body"].as_str() {
            same("body", json!(body), &json!(theirs))?;
        }
        if probe["body_names_file_line_and_column"] == json!(true) {
            let named = body.contains("config.alloy:");
            same("place in the body", json!(named), &json!(true))?;
        }
        if let Some(after) = probe["components_afterwards"].as_u64() {
            let added = self.agent.components().len() - before;
            same("components added", json!(added), &json!(after - 14))?;
        }
        if !probe["ids"].is_null() {
            return compare_list(&body, probe);
        }
        if !probe["example"].is_null() && key.starts_with("component ") {
            return self.compare_component(&body, &probe["example"]);
        }
        Ok(())
    }

    fn compare_component(&self, body: &str, example: &Value) -> Result<(), String> {
        let theirs = self.filled(example);
        let ours: Value = serde_json::from_str(body).map_err(|e| e.to_string())?;
        keys("the component", &ours, &theirs)?;
        for field in [
            "name", "type", "localID", "moduleID", "label", "original", "exports",
        ] {
            same(field, ours[field].clone(), &theirs[field])?;
        }
        same(
            "state",
            ours["health"]["state"].clone(),
            &theirs["health"]["state"],
        )?;
        same(
            "arguments",
            redirected(&ours["arguments"]),
            &redirected(&theirs["arguments"]),
        )?;
        shows_all(&ours["debugInfo"], &theirs["debugInfo"])
    }

    /// A recorded value with this host's names in it.
    fn filled(&self, value: &Value) -> Value {
        let text = value
            .to_string()
            .replace("{{HOSTNAME}}", self.agent.hostname());
        let text = placed(&text, self.directory.path(), &self.sink);
        serde_json::from_str(&text).expect("still JSON")
    }

    /// The agent's own metrics.
    pub(crate) fn metrics(&self) -> String {
        self.agent.metrics_text()
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            task.await.expect("it ends");
        }
        assert!(Path::new(self.directory.path()).exists());
    }
}

fn compare_list(body: &str, probe: &Value) -> Result<(), String> {
    let ours: Vec<Value> = serde_json::from_str(body).map_err(|e| e.to_string())?;
    let ids: BTreeSet<&str> = ours.iter().filter_map(|c| c["localID"].as_str()).collect();
    let theirs: BTreeSet<&str> = words(&probe["ids"])
        .into_iter()
        .filter(|id| !ABSENT.contains(id))
        .collect();
    same("ids", json!(ids), &json!(theirs))?;
    for component in &ours {
        let id = component["localID"].as_str().unwrap_or_default();
        for edge in ["referencesTo", "referencedBy", "dataFlowEdgesTo"] {
            let theirs = words(&probe["edges"][id][edge]);
            if theirs.iter().any(|id| ABSENT.contains(id)) || id.starts_with("loki.relabel") {
                continue;
            }
            same(
                &format!("{edge} of {id}"),
                component[edge].clone(),
                &json!(theirs),
            )?;
        }
    }
    keys("a component", &ours[0], &probe["shape"][0])
}

/// A receiver on a port of its own.
async fn receiver() -> (String, (Receiver, TcpListener)) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    (address, (Receiver::new(Limits::default()), listener))
}

/// A recorded text with this test's directory and receiver in it.
fn placed(text: &str, directory: &Path, sink: &str) -> String {
    text.replace("{{DIR}}", &directory.display().to_string())
        .replace("127.0.0.1:21220/self", &format!("{sink}/api/v1/write"))
        .replace("127.0.0.1:21230", sink)
}

fn path_of(key: &str) -> String {
    let path = if key.starts_with("healthy") {
        "/-/healthy"
    } else if key.starts_with("ready") {
        "/-/ready"
    } else {
        "/-/reload"
    };
    path.to_owned()
}

fn same(what: &str, ours: impl Into<Value>, theirs: &Value) -> Result<(), String> {
    let ours = ours.into();
    if ours == *theirs {
        Ok(())
    } else {
        Err(format!("{what}: {ours} for {theirs}"))
    }
}

fn keys(what: &str, ours: &Value, theirs: &Value) -> Result<(), String> {
    let keys = |value: &Value| -> BTreeSet<String> {
        value
            .as_object()
            .into_iter()
            .flat_map(|o| o.keys().cloned())
            .collect()
    };
    same(
        &format!("keys of {what}"),
        json!(keys(ours)),
        &json!(keys(theirs)),
    )
}

fn words(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Arguments by name, in any order; the lines of the file go to another component here.
fn redirected(arguments: &Value) -> Value {
    let text = arguments
        .to_string()
        .replace("loki.process.all.receiver", "loki.relabel.all.receiver");
    let list: Vec<Value> = serde_json::from_str(&text).expect("still a list");
    let mut texts: Vec<String> = list.iter().map(Value::to_string).collect();
    texts.sort();
    json!(texts)
}

/// Whether every recorded kind of block is shown; a target that is down, say, shows more.
fn shows_all(ours: &Value, theirs: &Value) -> Result<(), String> {
    let (ours, theirs) = (names(ours), names(theirs));
    if theirs.is_subset(&ours) {
        Ok(())
    } else {
        Err(format!("debug info: {ours:?} for {theirs:?}"))
    }
}

/// Which blocks with which attributes there are, once each.
fn names(debug_info: &Value) -> BTreeSet<(String, Vec<String>)> {
    let of = |list: &Value, field: &str| -> Vec<String> {
        let entries = list.as_array().into_iter().flatten();
        entries
            .filter_map(|e| e[field].as_str().map(str::to_owned))
            .collect()
    };
    let blocks = debug_info.as_array().into_iter().flatten();
    blocks
        .map(|block| {
            (
                block["name"].as_str().unwrap_or_default().to_owned(),
                of(&block["body"], "name"),
            )
        })
        .collect()
}
