//! Whatever the input, the parser and the formatter answer: no panic, no damage, no more than linear time.

use outpost_alloy_syntax::{Source, format, parse, parse_expression};
use outpost_golden::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::damage::damage;

/// Every kind of token, faulty ones, and what lexers and parsers commonly trip over.
const PIECES: &[&str] = &[
    "a",
    "é",
    "null",
    "1",
    "08",
    "1e",
    ".5",
    "\"s\"",
    "\"",
    "'",
    "`",
    "\\",
    "\"\\x",
    "\"\\u12\" ",
    "=",
    "==",
    "!",
    "&",
    "&&",
    "|",
    "<",
    "+",
    "-",
    "*",
    "/",
    "^",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ":",
    ";",
    "#",
    "@",
    "\0",
    "\u{feff}",
    "\u{a0}",
    "\u{1d7d8}",
    " ",
    "\t",
    "\r",
    "\n",
    "//",
    "/*",
    "*/",
    "/**/",
    "a = 1\n",
    "a = [1\n",
    "a = {b = 1\n",
    "a \"b\" {\n",
    "a {",
    "}\n",
    "a.b.c",
    "f(1,",
    "/* \n */",
    "\"a\nb\"",
];

/// Asks everything of an input.
fn answer(text: &str) {
    let source = Source::new("c", text).expect("below the size limit");
    for faults in [parse(&source).err(), parse_expression(&source).err()]
        .into_iter()
        .flatten()
    {
        assert!(!faults.is_empty(), "refused without a reason: {text:?}");
        for fault in &faults {
            let location = fault.location.as_ref().expect("a syntax error has a place");
            assert!(location.span.end as usize <= text.len(), "{fault}");
            assert!(!fault.message.contains('\n'), "{fault}");
        }
        let _ = faults.to_string();
    }
    if parse(&source).is_ok() {
        assert_eq!(damage(text), None, "{text}");
    } else {
        assert!(
            format(&source).is_err(),
            "formatted though faulty: {text:?}"
        );
    }
}

/// A quadratic step would need 10^11 operations on one of these.
#[test]
fn endless_repetition_of_any_one_piece_is_answered() {
    for piece in PIECES {
        let source =
            Source::new("c", piece.repeat(300_000 / piece.len())).expect("below the limit");
        let _ = parse(&source).map_err(|faults| faults.to_string());
    }
}

#[test]
fn many_repetitions_of_any_two_pieces_are_answered() {
    for first in PIECES {
        for second in PIECES {
            let source =
                Source::new("c", format!("{first}{second}").repeat(200)).expect("below the limit");
            let _ = parse(&source).map_err(|faults| faults.to_string());
        }
    }
}

#[test]
fn a_list_of_a_hundred_thousand_fields_is_formatted() {
    for text in [
        format!("a = {{{}}}\n", "b = 1, ".repeat(100_000)),
        format!("a = {{\n{}}}\n", "b = 1, // c\n".repeat(100_000)),
        format!("{}a = 1\n", "/**/ ".repeat(100_000)),
    ] {
        let source = Source::new("c", text).expect("below the limit");
        let once = format(&source).expect("valid");
        assert!(once.len() >= 500_000, "{}", once.len());
    }
}

fn recorded_configuration() -> impl Strategy<Value = String> {
    let texts: Vec<String> = cases("alloy/diagnostics.jsonl")
        .into_iter()
        .filter_map(|case| Some(case.get("config")?.as_str()?.to_owned()))
        .filter(|text| text.len() < 2000)
        .collect();
    select(texts)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..200)) {
        match Source::from_bytes("c", bytes) {
            Ok(source) => answer(source.text()),
            Err(error) => prop_assert!(error.to_string().contains("UTF-8")),
        }
    }

    #[test]
    fn any_mixture_of_tokens_is_answered(pieces in vec(select(PIECES), 0..40)) {
        answer(&pieces.concat());
    }

    #[test]
    fn recorded_configurations_with_pieces_put_in_and_cut_out_are_answered(
        text in recorded_configuration(),
        edits in vec((any::<prop::sample::Index>(), 0usize..8, select(PIECES)), 0..4),
    ) {
        let mut text = text;
        for (at, cut, piece) in edits {
            let at = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.ceil_char_boundary((at + cut).min(text.len()));
            text.replace_range(at..end, piece);
        }
        answer(&text);
    }
}
