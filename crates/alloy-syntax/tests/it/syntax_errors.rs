//! Syntax errors against those of Alloy: the same places, without the echoes of one mistake further down.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outpost_alloy_syntax::{Diagnostic, Source, parse};
use outpost_golden::cases;
use serde_json::Value;

/// The recorded classes that are about spelling and grammar.
const SYNTAX: &[&str] = &[
    "NUL byte",
    "attribute or block expected",
    "bad escape digit",
    "bad label",
    "block body expected",
    "block used as value",
    "comma expected",
    "dotted attribute name",
    "end of statement expected",
    "escape out of range",
    "exponent without digits",
    "expression expected",
    "field name expected",
    "half operator",
    "identifier expected",
    "illegal character",
    "label expected",
    "label must be double-quoted",
    "labelled attribute",
    "misplaced byte order mark",
    "number out of range",
    "single-quoted string",
    "unexpected token",
    "unknown escape",
    "unterminated comment",
    "unterminated string",
];

/// Where Alloy reports, further down, what follows from a mistake that it has reported: case and line.
const ECHOES: &[(&str, u64)] = &[
    ("two-attributes-in-a-one-line-block", 2),
    ("two-attributes-with-a-comma-in-one-line", 2),
    ("bare-word", 2),
    ("equals-missing", 4),
    ("colon-for-equals", 4),
    ("double-equals", 4),
    ("raw-string-not-closed", 4),
    ("comment-not-closed", 4),
    ("array-closed-with-parenthesis", 3),
    ("array-closed-with-parenthesis", 4),
    ("object-with-dashed-key", 4),
    ("object-key-without-value", 4),
    ("error-in-a-call", 3),
    ("error-in-a-call", 4),
    ("call-arguments-without-comma", 3),
    ("call-arguments-without-comma", 4),
    ("missing equals", 4),
    ("two statements on one line", 2),
];

/// Where another column of the same line shows better what is wrong.
const COLUMNS: &[(&str, &str)] = &[
    (
        "call-arguments-without-comma",
        "the second argument, not the parenthesis after it",
    ),
    (
        "json-configuration",
        "the brace tells that this is JSON; each colon is reported too",
    ),
    ("yaml", "the colon, not the name before it"),
    ("\"a\" \"b\"", "the second string, not what follows it"),
    ("`a``b`", "the second string, not what follows it"),
    ("a\"b\"", "the second string, not what follows it"),
    ("\"é\" \"x\"", "the second string, not what follows it"),
];

/// What Alloy reads and we refuse, because input must not decide how deep we recurse.
const TOO_DEEP: &[&str] = &[
    "arrays-nested-three-thousand-deep",
    "blocks-nested-three-thousand-deep",
    "minus-signs-three-thousand",
    "parentheses-nested-three-thousand-deep",
];

type Places = BTreeSet<(u64, u64)>;

/// Compares the places of one case's first errors; says how they differ.
fn compare(name: &str, bytes: Vec<u8>, alloy: &Places, most: usize) -> Result<(), String> {
    let source = match Source::from_bytes("c", bytes) {
        Ok(source) => source,
        Err(error) => return Err(error.to_string()),
    };
    let errors = parse(&source).err().unwrap_or_default();
    let ours: Places = errors
        .iter()
        .take(most)
        .filter_map(Diagnostic::position)
        .map(|position| (position.line.into(), position.column.into()))
        .collect();
    let mut alloy = alloy.clone();
    alloy.retain(|(line, _)| !ECHOES.contains(&(name, *line)));
    let by_line = |places: &Places| places.iter().map(|place| place.0).collect::<BTreeSet<_>>();
    let same = if COLUMNS.iter().any(|(case, _)| *case == name) {
        by_line(&ours) == by_line(&alloy)
    } else {
        ours == alloy
    };
    if same {
        Ok(())
    } else {
        Err(format!("{ours:?} instead of {alloy:?}\n{errors}"))
    }
}

/// The bytes that a case gives under `key`, as text or in base64.
fn bytes(case: &Value, key: &str) -> Option<Vec<u8>> {
    let encoded = case[format!("{key}_base64")].as_str();
    let decoded = encoded.map(|text| STANDARD.decode(text).expect("base64"));
    decoded.or_else(|| Some(case[key].as_str()?.as_bytes().to_vec()))
}

/// The places of the recorded diagnostics, none if they are not about syntax.
fn places(diagnostics: &Value) -> Places {
    let list = diagnostics.as_array().expect("a list");
    let is_syntax = |d: &Value| {
        d["class"]
            .as_str()
            .is_some_and(|class| SYNTAX.contains(&class))
    };
    let number = |d: &Value, key: &str| d[key].as_u64().unwrap_or_default();
    if list.iter().all(is_syntax) {
        list.iter()
            .map(|d| (number(d, "line"), number(d, "col")))
            .collect()
    } else {
        Places::new()
    }
}

fn assert_all(outcomes: BTreeMap<String, Result<(), String>>) {
    assert!(!outcomes.is_empty());
    let differing: Vec<String> = outcomes
        .into_iter()
        .filter_map(|(name, outcome)| Some(format!("{name}: {}", outcome.err()?)))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn faulty_configurations_are_reported_where_alloy_reports_them_and_others_are_read() {
    let outcomes = cases("alloy/diagnostics.jsonl")
        .into_iter()
        .filter_map(|case| {
            let name = case["name"].as_str().expect("a name").to_owned();
            let is_utf8 = case["diagnostics"][0]["class"] != "not UTF-8";
            let text = bytes(&case, "config").filter(|_| is_utf8 && !TOO_DEEP.contains(&&*name))?;
            let outcome = compare(&name, text, &places(&case["diagnostics"]), usize::MAX);
            Some((name, outcome))
        });
    assert_all(outcomes.collect());
}

#[test]
fn files_that_cannot_be_formatted_are_reported_where_alloy_reports_them() {
    let outcomes = cases("alloy/fmt/refused.jsonl").into_iter().map(|case| {
        let name = case["name"].as_str().expect("a name").to_owned();
        let text = bytes(&case, "input").expect("an input");
        let outcome = if case["class"] == "invalid UTF-8" {
            let error = Source::from_bytes("c", text)
                .expect_err("not UTF-8")
                .to_string();
            let place = format!("c:{}:{}: ", case["line"], case["col"]);
            error.starts_with(&place).then_some(()).ok_or(error)
        } else {
            compare(&name, text, &places(&case["diagnostics"]), usize::MAX)
        };
        (name, outcome)
    });
    assert_all(outcomes.collect());
}

/// The recordings tell the first error only.
#[test]
fn faulty_expressions_are_reported_where_alloy_reports_them_and_others_are_read() {
    let outcomes = cases("alloy/expressions.jsonl").into_iter().map(|case| {
        let expr = case["expr"].as_str().expect("an expression").to_owned();
        let class = case["error"]["class"].as_str().unwrap_or_default();
        let at = |index: usize| case["error"]["line_col_in_expr"][index].as_u64();
        // Alloy crashes on a number out of range, and tells no place.
        let place = (at(0).unwrap_or(1) + 2, at(1).unwrap_or(1));
        let alloy = if SYNTAX.contains(&class) {
            Places::from([place])
        } else {
            Places::new()
        };
        let text = format!("x {{\nv =\n{expr}\n}}\n");
        let outcome = compare(&expr, text.into_bytes(), &alloy, 1);
        (expr, outcome)
    });
    assert_all(outcomes.collect());
}

#[test]
fn every_mistake_of_a_file_is_listed_once() {
    let text = "logging {\n\tlevel = \"info\n\tformat = 'json'\n}\n\nprometheus.scrape web {\n\ttargets = [\n\t\t{\"a\": 1}\n\t]\n\
        \tforward_to = [1 2]\n\tscrape_interval = 15s\n}\n# end\n";
    let errors = parse(&Source::new("c", text).expect("short")).expect_err("faulty");
    let lines: Vec<u32> = errors
        .iter()
        .filter_map(|e| Some(e.position()?.line))
        .collect();
    assert_eq!(lines, [2, 3, 6, 8, 10, 11, 13], "{errors}");
}
