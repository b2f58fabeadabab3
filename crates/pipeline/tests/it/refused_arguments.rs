//! Arguments and rules that Alloy refuses at load are refused, at the same line; what it takes is taken.

use std::fs;
use std::sync::Arc;

use outpost_alloy_syntax::Diagnostics;
use outpost_golden::Verdicts;
use outpost_pipeline::{Stability, Surroundings};
use serde_json::Value;

use crate::diagnostics::built;

/// What the recorder's arguments forward to.
const SINK: &str =
    "prometheus.remote_write \"lab\" {\n  endpoint {\n    url = \"http://127.0.0.1:1/\"\n  }\n}\n";

/// Loads a configuration; `Err` has what is wrong with it.
fn load(config: &str) -> Result<(), Diagnostics> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("config.alloy");
    fs::write(&path, config).expect("written");
    let mut surroundings = Surroundings::new(directory.path().join("data"));
    surroundings.stability = Stability::Experimental;
    built(&path, &Arc::new(surroundings)).map(drop)
}

#[test]
fn every_recorded_argument_of_a_scrape_is_taken_or_refused_as_alloy_does() {
    let mut verdicts = Verdicts::new("scrape_labels.jsonl, arguments");
    for case in outpost_golden::cases("alloy/scrape_labels.jsonl") {
        if case["kind"] != "arguments" {
            continue;
        }
        let args = case["args"].as_str().expect("arguments are text");
        let loaded = load(&format!("prometheus.scrape \"lab\" {{\n{args}\n}}\n{SINK}"));
        let accepted = case["accepted"].as_bool().expect("a verdict");
        let outcome = match loaded {
            Ok(()) if accepted => Ok(()),
            Err(_) if !accepted => Ok(()),
            Ok(()) => Err(format!("taken; Alloy refuses: {}", case["class"])),
            Err(found) => Err(format!("refused: {found}")),
        };
        verdicts.add(case["name"].as_str().expect("a name"), outcome);
    }
    verdicts.finish();
}

/// Whether one of the errors is on the line where Alloy has it, in a component that begins two lines above the rules.
fn is_at(found: &Diagnostics, at: &Value) -> bool {
    let Some(line) = at[0].as_u64() else {
        // Alloy blames the whole component; any place within says more.
        return true;
    };
    found.iter().any(|diagnostic| {
        let position = diagnostic.position();
        position.is_some_and(|position| u64::from(position.line) == line + 2)
    })
}

#[test]
fn every_recorded_rule_that_is_refused_is_refused_at_alloys_line() {
    let mut verdicts = Verdicts::new("relabel_refused.jsonl, at load");
    for case in outpost_golden::cases("alloy/relabel_refused.jsonl") {
        let rules = case["rules"].as_str().expect("rules are text");
        let loaded = load(&format!(
            "discovery.relabel \"lab\" {{\ntargets = []\n{rules}}}\n"
        ));
        let outcome = match loaded {
            Ok(()) => Err(format!("taken; Alloy refuses: {}", case["class"])),
            Err(found) if is_at(&found, &case["at"]) => Ok(()),
            Err(found) => Err(format!("refused elsewhere than {}: {found}", case["at"])),
        };
        verdicts.add(case["name"].as_str().expect("a name"), outcome);
    }
    verdicts.finish();
}
