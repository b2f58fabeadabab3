//! What Alloy accepts and refuses as arguments of `prometheus.remote_write`: `remote_write.jsonl`, kind `arguments`.

use std::fs;
use std::sync::Arc;

use outpost_golden::{Verdicts, cases};
use outpost_pipeline::{Built, Program, Registry, Stability, Surroundings, read_sources};
use serde_json::Value;

/// Whether the case's component can be built; if not, why.
fn built(case: &Value) -> Result<(), String> {
    let directory = tempfile::tempdir().expect("a directory");
    let target = directory.path().join("config.alloy");
    let body = case["component"].as_str().expect("a case has a component");
    let config = format!("prometheus.remote_write \"w\" {{\n{body}\n}}\n");
    fs::write(&target, config).expect("the configuration is written");
    let mut surroundings = Surroundings::new(directory.path().join("data"));
    surroundings.stability = match case["stability"].as_str() {
        Some(level) => level.parse().expect("a level"),
        None => Stability::Experimental,
    };
    let surroundings = Arc::new(surroundings);
    let program = read_sources(&target).and_then(|sources| {
        let stability = surroundings.stability;
        Program::read(
            &sources,
            &Registry::standard(),
            stability,
            &surroundings.host,
        )
    });
    program
        .and_then(|program| Built::new(program, &surroundings))
        .map(drop)
        .map_err(|found| {
            let messages: Vec<_> = found.iter().map(|one| one.message.as_str()).collect();
            messages.join("; ")
        })
}

#[test]
fn arguments_are_accepted_and_refused_as_alloy_does() {
    let mut verdicts = Verdicts::new("remote_write.jsonl: arguments");
    let all = cases("alloy/remote_write.jsonl");
    for case in all.iter().filter(|case| case["kind"] == "arguments") {
        let outcome = match (built(case), case["accepted"] == true) {
            (Ok(()), true) | (Err(_), false) => Ok(()),
            (Ok(()), false) => Err("Alloy refuses it".to_owned()),
            (Err(why), true) => Err(format!("Alloy accepts it; ours: {why}")),
        };
        verdicts.add(case["name"].as_str().expect("a case has a name"), outcome);
    }
    verdicts.finish();
}
