//! Every recorded set of rules, from its text to the labels that came out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use outpost_alloy_syntax::{Constants, Source, Statement, decode, parse};
use outpost_golden::{Verdicts, cases};
use outpost_loki_push::{Entry, LogRelabel, LogsReceiver, Timestamp};
use outpost_model::{Labels, TargetNames};
use outpost_self_metrics::{Registry, Scope};
use serde_json::Value as Json;

use super::RelabelArguments;
use crate::arguments::RuleArguments;

type Set = BTreeMap<String, String>;

#[derive(Default)]
struct Collector(Mutex<Vec<Set>>);

impl LogsReceiver for Collector {
    fn push(&self, batch: Vec<Entry>) {
        let mut seen = self.0.lock().expect("not poisoned");
        for entry in batch {
            let labels = entry.labels.iter();
            seen.push(labels.map(|(n, v)| (n.to_owned(), v.to_owned())).collect());
            entry.settle();
        }
    }
}

fn arguments(rules: &str) -> Result<RelabelArguments, String> {
    let text = format!("block {{\nforward_to = []\n{rules}\n}}\n");
    let source = Source::new("rules", text).map_err(|e| e.to_string())?;
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

/// All label sets of a case pass one receiver, twice: the second time from what it remembers.
fn run(case: &Json) -> Result<(), String> {
    let arguments = arguments(case["rules"].as_str().expect("rules"))?;
    let rules = RuleArguments::compile(&arguments.rule, TargetNames::Legacy, "rule")
        .map_err(|e| e.to_string())?;
    let collector = Arc::new(Collector::default());
    let registry = Registry::new();
    let scope = Scope::new(&registry, []);
    let to = Arc::clone(&collector) as _;
    let relabel = LogRelabel::new(Arc::new(rules), arguments.cache_size(), to, &scope);
    for (at, pair) in [1, 2].into_iter().flat_map(|_| {
        let all = case["cases"].as_array().expect("cases");
        all.iter().enumerate()
    }) {
        let set: Set = serde_json::from_value(pair["labels"].clone()).expect("labels");
        let labels = Arc::new(Labels::from_pairs(&set));
        let wanted: Option<Set> = serde_json::from_value(pair["out"].clone()).expect("labels");
        relabel.push(vec![Entry::new(labels, Timestamp::default(), "line")]);
        let got = collector.0.lock().expect("not poisoned").pop();
        let tenant = got.as_ref().and_then(|set| set.get("__tenant_id__"));
        let wanted_tenant = pair.get("tenant").and_then(Json::as_str);
        if got != wanted && (wanted_tenant.is_none() || tenant.map(String::as_str) != wanted_tenant)
        {
            return Err(format!(
                "set {at}, {set:?}:\n    got    {got:?}\n    wanted {wanted:?}"
            ));
        }
    }
    Ok(())
}

#[test]
fn recorded_rules_give_what_alloy_gave() {
    let mut verdicts = Verdicts::new("loki_relabel.jsonl");
    for case in cases("alloy/loki_relabel.jsonl") {
        verdicts.add(case["name"].as_str().expect("a name"), run(&case));
    }
    verdicts.finish();
}
