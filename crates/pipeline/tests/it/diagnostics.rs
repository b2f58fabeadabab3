//! Every recorded faulty (and faultless) configuration of Alloy gets the same verdict, at the same lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use outpost_alloy_syntax::{Diagnostic, Diagnostics, Host};
use outpost_golden::Verdicts;
use outpost_pipeline::{
    Built, Program, Registry, Stability, Surroundings, UnknownStability, read_sources,
};
use serde_json::Value;

/// What we make of a configuration.
struct Outcome {
    loads: bool,
    found: Diagnostics,
}

/// A place that the recording names: from a line to a line, `None` where it names none.
type Place = Option<(u64, u64)>;

#[test]
fn every_recorded_configuration_gets_alloys_verdict_at_alloys_lines() {
    let mut verdicts = Verdicts::new("diagnostics.jsonl");
    for case in outpost_golden::cases("alloy/diagnostics.jsonl") {
        let name = case["name"].as_str().expect("a case has a name");
        verdicts.add(name, compare(&case, &load(&case)));
    }
    verdicts.finish();
}

/// A file is often saved half written; whatever is there gets an answer.
#[test]
fn half_a_configuration_gets_an_answer_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let target = directory.path().join("config.alloy");
    let surroundings = Arc::new(Surroundings::new(directory.path().join("data")));
    for case in outpost_golden::cases("alloy/diagnostics.jsonl") {
        let whole = config(&case);
        for part in 1..4 {
            fs::write(&target, &whole[..whole.len() * part / 4]).expect("written");
            if let Err(found) = built(&target, &surroundings) {
                assert!(
                    found.has_errors(),
                    "{}: refused without a reason",
                    case["name"]
                );
            }
        }
    }
}

fn compare(case: &Value, ours: &Outcome) -> Result<(), String> {
    let run = case["run"]["outcome"].as_str().unwrap_or_default();
    let shown = || {
        let lines: Vec<String> = ours
            .found
            .iter()
            .map(|d| {
                format!(
                    "{} {}",
                    line(d).map_or("-".into(), |l| l.to_string()),
                    d.message
                )
            })
            .collect();
        format!("ours: {lines:?}")
    };
    match run {
        "loads" if !ours.loads => return Err(format!("Alloy loads it; {}", shown())),
        "refused" if ours.loads => return Err(format!("Alloy refuses it; {}", shown())),
        // Where Alloy crashes or hangs there is nothing to agree with.
        "loads" | "refused" => {}
        _ => return Ok(()),
    }
    let fails = case["exit"] != 0 || run == "refused";
    if fails == (ours.loads && ours.found.is_empty()) {
        return Err(format!(
            "validate: Alloy's exit is {}; {}",
            case["exit"],
            shown()
        ));
    }
    let theirs_of_run = places(&case["run"]["diagnostics"]);
    let all: Vec<Place> = theirs_of_run
        .iter()
        .copied()
        .chain(places(&case["diagnostics"]))
        .collect();
    let meets = |place: &Place, line: Option<u64>| match (place, line) {
        (Some((from, to)), Some(line)) => (*from..=*to).contains(&line),
        (None, _) => true,
        (Some(_), None) => false,
    };
    // A note points at the other of two places, of which Alloy may name either.
    let met = |place: &Place| {
        ours.found
            .iter()
            .any(|d| meets(place, line(d)) || noted(d).any(|line| meets(place, Some(line))))
    };
    // What cannot be parsed makes Alloy complain again further on; the first complaint counts.
    let counted = if is_syntax(&case["run"]["diagnostics"]) {
        1
    } else {
        theirs_of_run.len()
    };
    for place in theirs_of_run.iter().take(counted) {
        if !met(place) {
            return Err(format!("nothing at {place:?}; {}", shown()));
        }
    }
    for diagnostic in &ours.found {
        if !all.iter().any(|place| meets(place, line(diagnostic))) {
            return Err(format!("Alloy is silent there; {}", shown()));
        }
    }
    Ok(())
}

fn line(diagnostic: &Diagnostic) -> Option<u64> {
    diagnostic
        .position()
        .map(|position| u64::from(position.line))
}

/// The lines of a diagnostic's notes.
fn noted(diagnostic: &Diagnostic) -> impl Iterator<Item = u64> {
    diagnostic
        .notes
        .iter()
        .filter_map(|note| Some(u64::from(note.location.as_ref()?.start().line)))
}

/// Whether the first complaint is one of the parser's.
fn is_syntax(diagnostics: &Value) -> bool {
    const CLASSES: [&str; 16] = [
        "attribute or block expected",
        "block body expected",
        "comma expected",
        "end of statement expected",
        "expression expected",
        "field name expected",
        "half operator",
        "identifier expected",
        "illegal character",
        "label expected",
        "label must be double-quoted",
        "single-quoted string",
        "unexpected token",
        "unknown escape",
        "unterminated comment",
        "unterminated string",
    ];
    let class = diagnostics[0]["class"].as_str().unwrap_or_default();
    CLASSES.contains(&class)
}

/// Where a recorded diagnostic points: at the inner spot where it names one, else at its range.
fn places(diagnostics: &Value) -> Vec<Place> {
    let list = diagnostics.as_array().expect("a list of diagnostics");
    list.iter()
        .map(|diagnostic| {
            let number = |field: &str| diagnostic[field].as_u64();
            if let Some(inner) = number("inner_line") {
                return Some((inner, inner));
            }
            let start = number("line")?;
            Some((start, number("end_line").unwrap_or(start)))
        })
        .collect()
}

fn load(case: &Value) -> Outcome {
    let directory = tempfile::tempdir().expect("a directory");
    let target = directory
        .path()
        .join(case["target"].as_str().unwrap_or("config.alloy"));
    if case["target"].is_null() {
        fs::write(&target, config(case)).expect("the configuration is written");
    }
    for (name, text) in case["files"].as_object().into_iter().flatten() {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        fs::write(path, text.as_str().expect("a file is text")).expect("a file is written");
    }
    let mut surroundings = Surroundings::new(directory.path().join("data"));
    match stability(case) {
        Ok(level) => surroundings.stability = level,
        Err(error) => {
            return Outcome {
                loads: false,
                found: Diagnostic::error_without_place(error.to_string()).into(),
            };
        }
    }
    surroundings.host = Arc::new(Host {
        environment: environment(),
        ..Host::default()
    });
    match built(&target, &Arc::new(surroundings)) {
        Ok(built) => Outcome {
            loads: true,
            found: built.warnings().clone(),
        },
        Err(found) => Outcome {
            loads: false,
            found,
        },
    }
}

pub(crate) fn built(target: &Path, surroundings: &Arc<Surroundings>) -> Result<Built, Diagnostics> {
    let program = Program::read(
        &read_sources(target)?,
        &Registry::standard(),
        surroundings.stability,
        &surroundings.host,
    )?;
    Built::new(program, surroundings)
}

fn config(case: &Value) -> Vec<u8> {
    match case["config_base64"].as_str() {
        Some(base64) => base64::engine::general_purpose::STANDARD
            .decode(base64)
            .expect("recorded bytes"),
        None => case["config"]
            .as_str()
            .unwrap_or_default()
            .as_bytes()
            .to_vec(),
    }
}

fn stability(case: &Value) -> Result<Stability, UnknownStability> {
    case["args"]
        .as_array()
        .into_iter()
        .flatten()
        .find_map(|argument| argument.as_str()?.strip_prefix("--stability.level="))
        .map_or(Ok(Stability::default()), str::parse)
}

/// The environment in which the cases were recorded.
fn environment() -> BTreeMap<String, String> {
    [
        ("OUTPOST_SET", "from the environment"),
        ("OUTPOST_EMPTY", ""),
        ("OUTPOST_NUMBER", "42"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}
