//! What surrounds the values: scopes, hints, secrets, and what is deprecated.

use outpost_alloy_syntax::{
    Capsule, Deprecated, Diagnostic, Host, OptionalSecret, Scope, Secret, Source, Value,
    deprecated, eval, is_standard, parse_expression,
};

/// A scope that knows one secret of each kind, a receiver, and a component called like a function.
#[derive(Default)]
struct Names(Host);

impl Scope for Names {
    fn resolve(&self, path: &[&str]) -> Option<(Value, usize)> {
        match path {
            ["secret", ..] => Some((Value::Secret(Secret::new("hunter2")), 1)),
            ["file", "content", ..] => Some((
                Value::OptionalSecret(OptionalSecret::new("hunter2", true)),
                2,
            )),
            ["receiver", ..] => Some((
                Value::Capsule(Capsule::new("receiver", "a.receiver", 7_u8)),
                1,
            )),
            ["coalesce", "here", ..] => Some((Value::from("a component"), 2)),
            _ => None,
        }
    }

    fn host(&self) -> &Host {
        &self.0
    }
}

fn outcome(text: &str) -> Result<Value, Diagnostic> {
    let source = Source::new("e", text).expect("a short text");
    let expr = parse_expression(&source).expect("an expression");
    eval(&expr, &source, &Names::default())
}

fn value(text: &str) -> Value {
    outcome(text).expect("a value")
}

fn help(text: &str) -> Option<String> {
    outcome(text).expect_err("an error").help
}

#[test]
fn a_longer_name_of_the_scope_comes_before_a_function_and_a_shorter_one_does_not_hide_it() {
    assert!(value("coalesce.here").equals(&Value::from("a component")));
    assert!(value("coalesce(1)").equals(&Value::from(1_i64)));
}

#[test]
fn misspelt_functions_and_fields_are_met_with_the_nearest_one() {
    assert_eq!(
        help("coalesec(1)").as_deref(),
        Some("did you mean `coalesce`?")
    );
    assert_eq!(
        help("string.to_uper(\"a\")").as_deref(),
        Some("did you mean `to_upper`?")
    );
    assert_eq!(
        help("{colour = 1}.color").as_deref(),
        Some("did you mean `colour`?")
    );
    assert_eq!(help("nothing.like.it"), None);
}

#[test]
fn secrets_do_not_show_in_values_or_messages() {
    for text in [
        "secret",
        "file.content",
        "[secret, {a = file.content}]",
        "secret + \"x\"",
        "\"x\" + file.content",
    ] {
        let shown = format!("{:?}", value(text));
        assert!(
            shown.contains("(secret)") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
    for text in [
        "secret + 1",
        "string.format(\"%v\", secret)",
        "string.format(\"%s\", [file.content])",
        "encoding.to_json({a = secret})",
        "secret[0]",
        "[1][file.content]",
        "encoding.from_json(file.content)",
        "json_path(secret, \"$\")",
    ] {
        let shown = outcome(text).expect_err("an error").to_string();
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    assert!(value("convert.nonsensitive(secret + \"!\")").equals(&Value::from("hunter2!")));
}

#[test]
fn a_capsule_gives_its_content_to_who_knows_its_type() {
    let Value::Capsule(capsule) = value("[receiver][0]") else {
        panic!("not a capsule")
    };
    assert_eq!(
        (capsule.get::<u8>(), capsule.get::<u16>()),
        (Some(&7), None)
    );
    assert_eq!((capsule.kind(), capsule.text()), ("receiver", "a.receiver"));
}

#[test]
fn long_texts_are_cut_in_messages() {
    let long = "x".repeat(10_000);
    let message = outcome(&format!("[1][0] + \"{long}\""))
        .expect_err("an error")
        .message;
    assert!(message.len() < 200, "{message}");
}

#[test]
fn deprecated_names_know_their_successors() {
    let successor = deprecated("json_decode").map(|Deprecated { instead, .. }| instead);
    assert_eq!(successor, Some("encoding.from_json"));
    assert_eq!(deprecated("coalesce"), None);
    for name in ["sys", "constants", "string", "env", "json_path"] {
        assert!(is_standard(name), "{name}");
    }
    assert!(!is_standard("prometheus"));
}
