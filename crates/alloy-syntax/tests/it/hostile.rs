//! Whatever an expression asks for, evaluation answers, and within bounds.

use std::fmt::Write as _;

use outpost_alloy_syntax::{
    Bytes, Constants, Duration, Problem, Source, Value, evaluate, parse_expression,
};
use proptest::prelude::*;

fn evaluated(text: &str) -> Result<Value, String> {
    let source = Source::new("e", text).expect("below the size limit");
    let expr = parse_expression(&source).map_err(|found| found.to_string())?;
    evaluate(&expr, &Constants).map_err(|error| {
        assert!(error.span.end as usize <= text.len(), "{error}");
        error.to_string()
    })
}

fn problem(text: &str) -> Problem {
    let source = Source::new("e", text).expect("below the size limit");
    let expr = parse_expression(&source).expect("an expression");
    evaluate(&expr, &Constants).expect_err("a refusal").problem
}

#[test]
fn a_huge_exponent_is_no_loop() {
    assert_eq!(
        evaluated("3 ^ 30000000000 == 3 ^ 30000000000").map(|v| v.equals(&Value::from(true))),
        Ok(true)
    );
    assert_eq!(
        evaluated("3 ^ 18446744073709551615").map(|v| v.equals(&Value::from(3_i64))),
        Ok(true)
    );
}

#[test]
fn nested_calls_cannot_multiply_without_bound() {
    let doubled = |calls: usize| {
        let mut text = "\"aaaaaaaa\"".to_owned();
        for _ in 0..calls {
            text = format!("string.replace({text}, \"a\", \"aaaaaaaa\")");
        }
        text
    };
    assert_eq!(problem(&doubled(40)), Problem::TooLarge);
    let spread = format!(
        "array.concat({})",
        vec!["encoding.from_json(\"[1]\")"; 50].join(", ")
    );
    assert!(evaluated(&spread).is_ok_and(|list| list.elements().is_some_and(|e| e.len() == 50)));
}

#[test]
fn wide_formats_and_large_joins_are_refused() {
    let wide = format!(
        "string.format(\"{}\", {})",
        "%999999d".repeat(80),
        vec!["1"; 80].join(", ")
    );
    assert_eq!(problem(&wide), Problem::TooLarge);
    let maps = vec!["{a = 1}"; 3000].join(", ");
    assert_eq!(
        problem(&format!("array.combine_maps([{maps}], [{maps}], [\"a\"])")),
        Problem::TooLarge
    );
    assert_eq!(
        problem(&format!(
            "array.combine_maps([{maps}], [{maps}], [\"b\"], true)"
        )),
        Problem::TooLarge
    );
}

#[test]
fn aliases_cannot_multiply_without_bound() {
    let mut yaml = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..60 {
        let below = level - 1;
        let _ = writeln!(
            yaml,
            "a{level}: &a{level} [*a{below}, *a{below}, *a{below}]"
        );
    }
    assert_eq!(
        problem(&format!("encoding.from_yaml(`{yaml}`)")),
        Problem::TooLarge
    );
}

#[test]
fn a_document_that_nests_too_deep_is_refused() {
    for opening in ["[", "{a: ", "- "] {
        let why = match problem(&format!("encoding.from_yaml(`{}`)", opening.repeat(50_000))) {
            Problem::Failed { why, .. } => why,
            other => panic!("{other}"),
        };
        let limit = ["nest more than 100 deep", "recursion limit"];
        assert!(
            limit.iter().any(|limit| why.contains(limit)),
            "{opening:?}: {why}"
        );
    }
    let json = "[".repeat(50_000);
    let Problem::Failed { why, .. } = problem(&format!("encoding.from_json(`{json}`)")) else {
        panic!("not refused for its depth")
    };
    assert!(why.contains("recursion limit"), "{why}");
}

#[test]
fn descending_many_times_through_a_document_is_refused() {
    let document = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let path = format!("${}", "..[0]".repeat(60));
    assert_eq!(
        problem(&format!("json_path(`{document}`, `{path}`)")),
        Problem::TooLarge
    );
}

#[test]
fn a_long_run_of_concatenations_is_read_once() {
    let text = vec!["\"abcdefghijklmnopqrstuvwxyz\""; 100_000].join(" + ");
    let length = evaluated(&text).map(|value| match value {
        Value::String(text) => text.len(),
        other => panic!("{other:?}"),
    });
    assert_eq!(length, Ok(2_600_000));
}

/// Values and calls of every kind, most of which do not fit together.
fn expression() -> impl Strategy<Value = String> {
    let number = any::<f64>().prop_map(|n| {
        if n.is_finite() {
            format!("{:e}", n.abs())
        } else {
            "0".into()
        }
    });
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("string".to_owned()),
        any::<u64>().prop_map(|n| n.to_string()),
        number,
        "[ -~é]{0,8}".prop_map(|text| format!("{text:?}").replace("\\'", "'").replace("\\0", "")),
        "[%\\[\\]#+*.0-9a-zA-Z -]{0,12}".prop_map(|text| format!("{text:?}")),
        "[$@.\\[\\]?()*:,'a-c0-9<=!&|-]{0,16}".prop_map(|text| format!("`{text}`")),
        "[-{}\\[\\]:,&*!a-c0-9 \n|>~?.]{0,24}".prop_map(|text| format!("`{text}`")),
    ];
    leaf.prop_recursive(5, 48, 5, |inner| {
        let functions = [
            "array.combine_maps",
            "array.concat",
            "array.group_by",
            "coalesce",
            "convert.nonsensitive",
            "encoding.from_URLbase64",
            "encoding.from_base64",
            "encoding.from_json",
            "encoding.from_yaml",
            "encoding.to_base64",
            "encoding.to_json",
            "encoding.url_decode",
            "encoding.url_encode",
            "file.path_join",
            "json_path",
            "string.format",
            "string.join",
            "string.replace",
            "string.split",
            "string.to_upper",
            "string.trim",
            "string.trim_space",
            "sys.env",
            "nope",
        ];
        let operators = [
            "+", "-", "*", "/", "%", "^", "==", "!=", "<", ">=", "&&", "||",
        ];
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(|list| list.join(", "));
        prop_oneof![
            (prop::sample::select(functions.to_vec()), list.clone())
                .prop_map(|(f, list)| format!("{f}({list})")),
            (
                inner.clone(),
                prop::sample::select(operators.to_vec()),
                inner.clone()
            )
                .prop_map(|(a, operator, b)| format!("({a} {operator} {b})")),
            list.prop_map(|list| format!("[{list}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{a = {a}, \"b c\" = {b}}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
            inner.clone().prop_map(|a| format!("{a}.a")),
            inner.prop_map(|a| format!("-!{a}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn evaluation_never_panics_and_always_gives_the_same(text in expression()) {
        let first = evaluated(&text).map(|value| format!("{value:?}"));
        let second = evaluated(&text).map(|value| format!("{value:?}"));
        prop_assert_eq!(first, second);
    }

    #[test]
    fn a_duration_is_read_back_as_it_is_written(nanos in any::<i64>()) {
        let duration = Duration::from_nanos(nanos);
        prop_assert_eq!(duration.to_string().parse(), Ok(duration));
    }

    #[test]
    fn a_size_is_read_back_as_it_is_written(bytes in 0_i64..1 << 53) {
        let size = Bytes::new(bytes);
        prop_assert_eq!(size.to_string().parse(), Ok(size));
    }

    #[test]
    fn no_text_breaks_durations_and_sizes(text in "[-+0-9.hmsuµnKMGTPEiB ]{0,24}") {
        if let Ok(duration) = text.parse::<Duration>() {
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }
        if let Ok(size) = text.parse::<Bytes>() {
            prop_assert!(!size.to_string().is_empty());
        }
    }
}
