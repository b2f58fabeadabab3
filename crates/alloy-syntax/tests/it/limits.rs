//! Whatever the input, the parser neither overflows its stack nor gives up its promises.

use std::thread;

use outpost_alloy_syntax::{Diagnostics, MAX_DEPTH, Source, parse};

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
