use super::*;

fn regex(pattern: &str) -> GoRegex {
    GoRegex::new(pattern).unwrap_or_else(|error| panic!("{error}"))
}

fn reason(pattern: &str) -> (usize, &'static str) {
    match GoRegex::new(pattern) {
        Err(RegexError::Syntax { offset, reason, .. }) => (offset, reason),
        other => panic!("{pattern:?} gave {other:?}"),
    }
}

#[test]
fn a_repeat_applies_to_the_atom_before_a_flag_group() {
    assert_eq!(regex("^a(?i)*$").find("aaa").map(|m| m.span()), Some(0..3));
    assert_eq!(
        regex("^ab*(?i)?$").find("abbb").map(|m| m.span()),
        Some(0..4)
    );
    assert!(!regex("^a(?i)*$").is_match("aA"));
}

#[test]
fn a_repeat_with_nothing_before_it_is_refused() {
    let nothing = "nothing stands before the repeat";
    assert_eq!(reason("*a"), (1, nothing));
    assert_eq!(reason("a|*"), (3, nothing));
    assert_eq!(reason("(?i)+"), (5, nothing));
    assert_eq!(reason("a**"), (3, "a repeat follows a repeat"));
    assert_eq!(reason("a*??"), (4, "a repeat follows a repeat"));
}

#[test]
fn counts_multiply_across_groups_up_to_1000() {
    assert!(regex("^((a{10}){10}){10}$").is_match(&"a".repeat(1000)));
    let product = "nested counts multiply to more than 1000";
    assert_eq!(reason("((a{10}){10}){11}").1, product);
    assert_eq!(reason("(a{2,}){501}").1, product);
    assert!(regex("^(a{600}|b{900})$").is_match(&"b".repeat(900)));
    assert_eq!(reason("a{1001}").1, "a count is over 1000");
    assert_eq!(reason("a{99999999999999999999}").1, "a count is over 1000");
    assert!(
        regex("^a{01}$").is_match("a{01}"),
        "a leading zero leaves the brace a literal"
    );
}

#[test]
fn word_boundaries_are_ascii_and_captures_stay_text() {
    let boundary = regex(r"é\bx");
    assert!(boundary.is_match("éx"), "é is no word character to Go");
    let inside = regex(r"(.)\B(.)");
    let found = inside.find("é-é").expect("matches between é and -");
    assert_eq!((found.group(1), found.group(2)), (Some("é"), Some("-")));
}

#[test]
fn surrogates_can_be_named_and_match_nothing() {
    assert!(!regex(r"\x{D800}").is_match("a"));
    assert!(regex(r"^[a\x{D800}-\x{DFFF}]$").is_match("a"));
    assert!(regex(r"^[^\x{D800}]$").is_match("a"));
    assert!(regex("^[\\x{D7FF}-\\x{E000}]$").is_match("\u{e000}"));
}

#[test]
fn group_names_may_come_twice_and_may_be_numbers() {
    let regex = regex("(?P<a>x)|(?<a>y)|(?P<1>z)");
    assert_eq!(
        regex.names().collect::<Vec<_>>(),
        [("a", 1), ("a", 2), ("1", 3)]
    );
}

#[test]
fn the_deepest_nesting_compiles_and_matches_within_a_threads_stack() {
    let depth = 200;
    let pattern = format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    let found = regex(&pattern);
    assert_eq!(found.find("a").and_then(|m| m.group(depth)), Some("a"));
    assert_eq!(
        reason(&format!("({pattern})")).1,
        "groups are nested too deep"
    );
}

#[test]
fn unicode_classes_are_gos_categories_and_scripts_and_nothing_more() {
    for known in ["L", "Lu", "Greek", "Hangul", "^Greek", "Any"] {
        regex(&format!(r"\p{{{known}}}"));
    }
    for unknown in ["Alphabetic", "sc=Greek", "", "Nonsense", "Emoji"] {
        assert_eq!(
            reason(&format!(r"\p{{{unknown}}}")).1,
            "an unknown Unicode class"
        );
    }
}

#[test]
fn the_default_expression_captures_the_whole_text() {
    let regex = GoRegex::anchored("(.*)").expect("is an expression");
    let found = regex.find("a\nb").expect("matches everything");
    assert_eq!(
        (found.group(0), found.group(1)),
        (Some("a\nb"), Some("a\nb"))
    );
    assert_eq!(found.group(2), None);
}
