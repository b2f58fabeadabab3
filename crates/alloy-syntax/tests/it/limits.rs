//! Whatever the input, the parser neither overflows its stack nor gives up its promises.

use std::thread;

use outpost_alloy_syntax::{
    Constants, Diagnostics, MAX_DEPTH, Source, Statement, eval, format, parse, value_to_json,
};

/// Parses on a thread whose stack is half of what tests and tokio's workers have.
fn errors_on_a_small_stack(text: String) -> Diagnostics {
    let run = move || {
        let source = Source::new("c", text).expect("below the size limit");
        parse(&source).err().unwrap_or_default()
    };
    let thread = thread::Builder::new().stack_size(1 << 20).spawn(run);
    thread.expect("a thread").join().expect("no overflow")
}

#[test]
fn nesting_of_every_kind_is_refused_at_the_limit_without_an_overflow() {
    for opening in [
        "a {\n",
        "x = [",
        "x = (",
        "x = {a = ",
        "x = f(",
        "x = a[",
        "x = -",
        "x = !",
        "x = 1^",
        "x = a {\n",
        "x = 1+(",
        "x = 1||1&&1==1+1*1^-f([{a = ",
    ] {
        let (first, again) = match opening.strip_prefix("x = ") {
            Some(again) if !opening.ends_with('\n') => ("x = ", again),
            _ => ("", opening),
        };
        let text = format!("{first}{}", again.repeat(100_000));
        let errors = errors_on_a_small_stack(text);
        let last = errors.iter().last().expect("an error").message.clone();
        assert!(last.contains("levels deep"), "{opening:?}: {errors}");
    }
}

#[test]
fn nesting_just_below_the_limit_is_read() {
    let depth = MAX_DEPTH - 2;
    let text = format!("x = {}1{}\n", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(errors_on_a_small_stack(text).to_string(), "");
}

/// Everything that recurses along a tree or value, on a stack as small as tokio's workers have, in a debug build.
#[test]
fn whatever_is_read_can_be_formatted_evaluated_and_shown() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{a = ", "}"),
        ("-", ""),
        ("1 ^ ", ""),
        ("1 + (", ")"),
        ("coalesce(", ")"),
        ("[1][0 * ", "]"),
        ("array.concat([", "])"),
    ] {
        let deepest = (1..=MAX_DEPTH).rev().find_map(|depth| {
            let text = format!("x = {}1{}\n", open.repeat(depth), close.repeat(depth));
            let source = Source::new("c", text).expect("below the size limit");
            parse(&source).is_ok().then_some(source)
        });
        let source = deepest.expect("some depth is read");
        let run = move || {
            let file = parse(&source).expect("valid");
            let Some(Statement::Attribute(attribute)) = file.body.statements.first() else {
                return;
            };
            let value = eval(&attribute.value, &source, &Constants).expect("a value");
            assert!(value.equals(&value.clone()));
            let _ = (value_to_json(&value).to_string(), format!("{value:?}"));
            let _ = format(&source).expect("a valid file can be formatted");
        };
        let thread = thread::Builder::new().stack_size(2 << 20).spawn(run);
        thread.expect("a thread").join().expect("no overflow");
    }
}

#[test]
fn long_chains_do_not_count_as_nesting() {
    for (text, again) in [
        ("x = 1", " + 1"),
        ("x = a", ".b"),
        ("x = a", "[0]"),
        ("x = f", "()"),
    ] {
        let text = format!("{text}{}\n", again.repeat(100_000));
        assert_eq!(errors_on_a_small_stack(text).to_string(), "");
    }
}
