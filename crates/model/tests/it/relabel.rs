//! Every recorded rule gives the recorded labels, every refused rule the recorded class.

use outpost_golden::Verdicts;
use outpost_model::{Decision, Labels, RuleConfig, RuleError, Rules, TargetNames};
use serde_json::{Map, Value, json};

use crate::rule_source::{self, Unread};

fn names(kind: &str) -> TargetNames {
    match kind {
        "discovery" => TargetNames::Any,
        _ => TargetNames::Legacy,
    }
}

fn apply(rules: &[RuleConfig], names: TargetNames, input: &Value) -> Result<Value, String> {
    let pairs = input.as_object().expect("labels are an object");
    let pairs = pairs
        .iter()
        .map(|(n, v)| (n, v.as_str().expect("a label's value is text")));
    let mut labels = Labels::from_pairs(pairs).to_builder();
    let rules =
        Rules::compile(rules, names).map_err(|(rule, error)| format!("rule {rule}: {error}"))?;
    if rules.apply(&mut labels) == Decision::Drop {
        return Ok(Value::Null);
    }
    let mut out = Map::new();
    for (name, value) in labels.build().iter() {
        out.insert(name.to_owned(), json!(value));
    }
    Ok(Value::Object(out))
}

/// Equal but for the order of the labels.
fn same(ours: &Value, recorded: &Value) -> bool {
    match (ours.as_object(), recorded.as_object()) {
        (Some(ours), Some(recorded)) => {
            ours.len() == recorded.len() && ours.iter().all(|(n, v)| recorded.get(n) == Some(v))
        }
        _ => ours == recorded,
    }
}

fn outcome(case: &Value) -> Result<(), String> {
    let rules = rule_source::read(case["rules"].as_str().expect("rules are text"))
        .map_err(|unread| format!("the rules cannot be read: {unread:?}"))?;
    let kind = case["kind"].as_str().expect("a case has a kind");
    let ours = apply(&rules, names(kind), &case["in"])?;
    // A sample without labels is dropped; one with an unnamed label is refused further down.
    let gone = |labels: &Map<String, Value>| labels.is_empty() || labels.contains_key("");
    let ours = match ours.as_object() {
        Some(labels) if kind == "prometheus" && gone(labels) => Value::Null,
        _ => ours,
    };
    let recorded = match case.get("any_of").and_then(Value::as_array) {
        Some(any) => any.clone(),
        None => vec![case["out"].clone()],
    };
    if recorded.iter().any(|recorded| same(&ours, recorded)) {
        Ok(())
    } else {
        Err(format!("{ours} instead of {}", case["out"]))
    }
}

#[test]
fn every_recorded_rule_gives_the_recorded_labels() {
    let mut verdicts = Verdicts::new("relabel.jsonl");
    for case in outpost_golden::cases("alloy/relabel.jsonl") {
        verdicts.add(
            case["name"].as_str().expect("a case has a name"),
            outcome(&case),
        );
    }
    verdicts.finish();
}

fn class(rules: &str) -> String {
    let rules = match rule_source::read(rules) {
        Ok(rules) => rules,
        Err(unread) => return format!("{unread:?}"),
    };
    let class = match Rules::compile(&rules, TargetNames::Any) {
        Ok(_) => "accepted",
        Err((_, RuleError::Regex(_))) => "regex-invalid",
        Err((_, RuleError::ModulusMissing)) => "modulus-missing",
        Err((_, RuleError::TargetLabelMissing { .. })) => "target-label-missing",
        Err((_, RuleError::TargetLabelInvalid { .. })) => "target-label-invalid",
        Err((_, RuleError::ReplacementInvalid { .. })) => "replacement-invalid",
        Err((_, RuleError::FieldNotAllowed { .. })) => "field-not-allowed",
    };
    class.to_owned()
}

#[test]
fn every_refused_rule_is_refused_for_the_recorded_reason() {
    let mut verdicts = Verdicts::new("relabel_refused.jsonl");
    for case in outpost_golden::cases("alloy/relabel_refused.jsonl") {
        let recorded = case["class"].as_str().expect("a refused case has a class");
        let ours = class(case["rules"].as_str().expect("rules are text"));
        let recorded = match recorded {
            "action-unknown" => format!("{:?}", Unread::Action),
            // What is wrong with the text and its types is the language's to say.
            "type-mismatch" | "syntax" | "attribute-unknown" | "attribute-twice"
            | "label-not-allowed" | "block-unknown" | "reference-unknown" => continue,
            rule => rule.to_owned(),
        };
        let outcome = if ours == recorded {
            Ok(())
        } else {
            Err(format!("{ours} instead of {recorded}"))
        };
        verdicts.add(case["name"].as_str().expect("a case has a name"), outcome);
    }
    verdicts.finish();
}
