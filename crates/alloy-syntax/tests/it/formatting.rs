//! The formatter against what Alloy's writes.

use outpost_alloy_syntax::{Source, format};
use outpost_golden::{Verdicts, cases, path};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::damage::{damage, parsed};
use crate::generated::configuration;

#[test]
fn every_file_is_laid_out_as_alloy_does() {
    let mut verdicts = Verdicts::new("fmt");
    for case in cases("alloy/fmt/index.jsonl") {
        let id = case["id"].as_str().expect("a case has an id");
        let read = |end| {
            std::fs::read(path(&format!("alloy/fmt/{id}.{end}.alloy")))
                .expect("the files of a case")
        };
        let source = Source::from_bytes(id, read("in")).expect("UTF-8");
        let written = format(&source).unwrap_or_else(|diagnostics| diagnostics.to_string());
        let expected = String::from_utf8(read("out")).expect("UTF-8");
        let outcome = if written == expected {
            Ok(())
        } else {
            Err(format!("\n{written}\ninstead of\n{expected}"))
        };
        verdicts.add(id, outcome);
    }
    verdicts.finish();
}

#[test]
fn formatting_keeps_what_every_recorded_file_says() {
    let expressions = cases("alloy/expressions.jsonl")
        .into_iter()
        .filter_map(|case| Some(format!("x {{\nv = {}\n}}\n", case["expr"].as_str()?)));
    let configs = cases("alloy/diagnostics.jsonl")
        .into_iter()
        .filter_map(|case| Some(case["config"].as_str()?.to_owned()));
    for text in expressions.chain(configs) {
        assert_eq!(damage(&text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn formatting_keeps_what_any_file_says(choices in vec(any::<u8>(), 0..300)) {
        let text = configuration(&choices);
        prop_assert!(parsed(&text).is_ok(), "the generator makes valid files: {text}\n{}", parsed(&text).unwrap_err());
        prop_assert_eq!(damage(&text), None, "{}", text);
    }
}
