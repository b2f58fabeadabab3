//! Expressions against what Alloy made of them: values, kinds of numbers, classes of errors and their places.

use outpost_alloy_syntax::{
    Expr, Host, Number, OptionalSecret, Problem, Reason, Scope, Source, Statement, Value, evaluate,
    parse,
};
use outpost_golden::Verdicts;
use serde_json::Value as Json;

/// What stands before the expression, so that its first line is this one plus one.
const BEFORE: &str = "block {\nx =\n";
const LINES_BEFORE: u32 = 2;

/// The files and environment that every case was recorded with.
struct Recorded {
    host: Host,
}

impl Recorded {
    fn new() -> Self {
        let set = [
            ("OUTPOST_SET", "from the environment"),
            ("OUTPOST_EMPTY", ""),
            ("OUTPOST_NUMBER", "42"),
        ];
        Self {
            host: Host {
                hostname: "here".into(),
                version: "1".into(),
                environment: set
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
            },
        }
    }
}

impl Scope for Recorded {
    fn resolve(&self, path: &[&str]) -> Option<(Value, usize)> {
        let file = |text: &str, secret| {
            let content = Value::OptionalSecret(OptionalSecret::new(text, secret));
            Some((Value::object([("content", content)]), 3))
        };
        match path {
            ["local", "file", "plain", ..] => file("open", false),
            ["local", "file", "hidden", ..] => file("hunter2", true),
            ["local", "file", "json", ..] => file(r#"{"k": ["first", 2]}"#, false),
            ["module_path", ..] => Some((Value::from("."), 1)),
            _ => None,
        }
    }

    fn host(&self) -> &Host {
        &self.host
    }
}

/// Where and how an expression fails.
struct Failure {
    class: &'static str,
    line: u32,
    column: u32,
    message: String,
}

fn run(text: &str) -> Result<Value, Failure> {
    let source = Source::new("e", format!("{BEFORE}{text}\n}}\n")).expect("a short text");
    let at = |offset| {
        let position = source.position(offset);
        (position.line.saturating_sub(LINES_BEFORE), position.column)
    };
    let file = parse(&source).map_err(|found| {
        let first = found.iter().next().expect("at least one");
        let (line, column) = first.location.as_ref().map_or((0, 0), |l| at(l.span.start));
        Failure {
            class: "syntax",
            line,
            column,
            message: first.message.clone(),
        }
    })?;
    let expr = expression(&file.body.statements);
    evaluate(expr, &Recorded::new()).map_err(|error| {
        let (line, column) = at(error.span.start);
        Failure {
            class: class(&error.problem),
            line,
            column,
            message: error.to_string(),
        }
    })
}

fn expression(statements: &[Statement]) -> &Expr {
    match statements {
        [Statement::Block(block)] => match block.body.statements.as_slice() {
            [Statement::Attribute(attribute)] => &attribute.value,
            other => panic!("not one attribute: {other:?}"),
        },
        other => panic!("not one block: {other:?}"),
    }
}

fn class(problem: &Problem) -> &'static str {
    match problem {
        Problem::UnknownName { .. } => "reference not found",
        Problem::UnknownField { .. } => "unknown field",
        // The recordings call a field of a secret an index.
        Problem::NoFields { found, .. } if found == "secret" => "not indexable",
        Problem::NoFields { .. } => "has no fields",
        Problem::NotIndexable { .. } => "not indexable",
        Problem::OutOfRange { .. } => "index out of range",
        Problem::NotAFunction { .. } => "not a function",
        Problem::ArgumentCount { .. } => "wrong argument count",
        Problem::Operand { .. } => "operand type",
        Problem::DivisionByZero => "division by zero",
        Problem::Failed { .. } => "bad argument value",
        Problem::TooLarge => "too large",
        Problem::NotText => "not text",
        Problem::Mismatch(wrong) => match wrong.reason() {
            Reason::Type { .. } => "type mismatch",
            Reason::Secret => "secret exposed",
            Reason::Invalid(_) => "bad argument value",
        },
    }
}

/// Classes that the parser finds; its own tests tell them apart.
const SYNTAX: &[&str] = &[
    "bad escape digit",
    "comma expected",
    "end of statement expected",
    "escape out of range",
    "exponent without digits",
    "expression expected",
    "field name expected",
    "half operator",
    "identifier expected",
    "illegal character",
    "number out of range",
    "single-quoted string",
    "unexpected token",
    "unknown escape",
    "unterminated comment",
    "unterminated string",
];

fn compare(case: &Json, expr: &str) -> Result<(), String> {
    let outcome = run(expr);
    match (case.get("error"), outcome) {
        (None, Err(failure)) => Err(format!(
            "fails at {}:{}: {}",
            failure.line, failure.column, failure.message
        )),
        (None, Ok(value)) => same_value(case, &value),
        (Some(error), Ok(value)) => Err(format!("gives {value:?} instead of {}", error["class"])),
        (Some(error), Err(failure)) => same_failure(error, &failure),
    }
}

fn same_failure(error: &Json, failure: &Failure) -> Result<(), String> {
    let expected = error["class"].as_str().expect("a class");
    let expected_class = if SYNTAX.contains(&expected) {
        "syntax"
    } else {
        expected
    };
    if failure.class != expected_class {
        return Err(format!(
            "{expected} expected, found {}: {}",
            failure.class, failure.message
        ));
    }
    if failure.message.is_empty() || failure.message.ends_with('.') {
        return Err(format!("a message without content: {:?}", failure.message));
    }
    let Some(place) = error["line_col_in_expr"].as_array() else {
        return Ok(());
    };
    let place: Vec<u64> = place.iter().filter_map(Json::as_u64).collect();
    let ours = [u64::from(failure.line), u64::from(failure.column)];
    if place == ours {
        Ok(())
    } else {
        Err(format!(
            "at {ours:?} instead of {place:?}: {}",
            failure.message
        ))
    }
}

fn same_value(case: &Json, value: &Value) -> Result<(), String> {
    let kind = case["type"].as_str().expect("a type");
    let differs = || {
        Err(format!(
            "gives {value:?} instead of {kind} {}",
            case["value"]
        ))
    };
    match (kind, value) {
        ("optional_secret", Value::OptionalSecret(text)) => {
            let same = case["value"] == text.reveal() && case["is_secret"] == text.is_secret();
            if same { Ok(()) } else { differs() }
        }
        ("number", Value::Number(number)) => {
            let (number_kind, text) = number_shown(*number);
            let same = case["number_kind"] == number_kind && case["text"] == text;
            if same {
                Ok(())
            } else {
                Err(format!(
                    "gives {number_kind} {text} instead of {} {}",
                    case["number_kind"], case["text"]
                ))
            }
        }
        ("capsule", Value::Capsule(_)) | ("function", Value::Function(_)) => Ok(()),
        ("string" | "bool" | "array" | "object" | "null", value)
            if kind == value.type_of().to_string() =>
        {
            if same_json(&case["value"], &plain(value)) {
                Ok(())
            } else {
                differs()
            }
        }
        _ => differs(),
    }
}

/// The kind and the text that Alloy shows of a number. It calls an unsigned number that fits `int`.
fn number_shown(number: Number) -> (&'static str, String) {
    match number {
        Number::Int(value) => ("int", value.to_string()),
        Number::Uint(value) => (
            if i64::try_from(value).is_ok() {
                "int"
            } else {
                "uint"
            },
            value.to_string(),
        ),
        Number::Float(value) => ("float", float_shown(value)),
    }
}

/// With an exponent for large and small values, and with as many digits as tell the value apart.
fn float_shown(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "NaN".into()
        } else {
            format!("{}Inf", if value > 0.0 { '+' } else { '-' })
        };
    }
    let scientific = format!("{value:e}");
    let (digits, power) = scientific.split_once('e').expect("an exponent");
    let power: i32 = power.parse().expect("a number");
    if (-4..6).contains(&power) {
        format!("{value}")
    } else {
        format!(
            "{digits}e{}{:02}",
            if power < 0 { '-' } else { '+' },
            power.abs()
        )
    }
}

/// A value in the form of the recordings.
fn plain(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Number(Number::Int(value)) => Json::from(*value),
        Value::Number(Number::Uint(value)) => Json::from(*value),
        Value::Number(Number::Float(value)) => Json::from(*value),
        Value::String(text) => Json::from(&**text),
        Value::Array(_) | Value::Bytes(_) => value
            .elements()
            .unwrap_or_default()
            .iter()
            .map(plain)
            .collect(),
        Value::Object(object) => Json::Object(
            object
                .iter()
                .map(|(name, value)| (name.to_string(), plain(value)))
                .collect(),
        ),
        Value::Function(_) => serde_json::json!({"$function": null}),
        Value::Secret(_) => serde_json::json!({"$capsule": "(secret)"}),
        Value::OptionalSecret(text) => match text.shown() {
            Some(text) => serde_json::json!({"$capsule": format!("{text:?}")}),
            None => serde_json::json!({"$capsule": "(secret)"}),
        },
        Value::Capsule(capsule) => serde_json::json!({"$capsule": capsule.text()}),
    }
}

/// Equality in which 1 and 1.0 are one number.
fn same_json(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_json(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| same_json(a, b)))
        }
        (a, b) => a == b,
    }
}

#[test]
fn expressions_have_the_values_and_errors_that_alloy_gives_them() {
    let mut verdicts = Verdicts::new("expressions.jsonl");
    for case in outpost_golden::cases("alloy/expressions.jsonl") {
        let expr = case["expr"].as_str().expect("an expression");
        verdicts.add(expr, compare(&case, expr));
    }
    verdicts.finish();
}
