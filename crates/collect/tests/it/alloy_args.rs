//! Reads the recordings' arguments with the language's own parser.

use std::collections::BTreeMap;

use outpost_alloy_syntax::{
    Constants, FromValue as _, Source, Statement, Value, evaluate, parse, parse_expression,
};
use outpost_model::Labels;

/// The arguments of a component, by name; blocks are left out and reported as `None`.
pub(crate) fn arguments(text: &str) -> Option<BTreeMap<String, Value>> {
    let source = Source::new("args", text).expect("the arguments are text");
    let file = parse(&source).expect("the arguments parse");
    let mut arguments = BTreeMap::new();
    for statement in &file.body.statements {
        let Statement::Attribute(attribute) = statement else {
            return None;
        };
        let value = evaluate(&attribute.value, &Constants).expect("a constant");
        arguments.insert(attribute.name.name.to_string(), value);
    }
    Some(arguments)
}

/// A list of targets; `None` when a value is no text.
pub(crate) fn targets(text: &str) -> Option<Vec<Labels>> {
    let source = Source::new("targets", text).expect("the targets are text");
    let expression = parse_expression(&source).expect("the targets parse");
    let value = evaluate(&expression, &Constants).ok()?;
    let targets = value.elements()?;
    targets
        .iter()
        .map(|target| {
            let Value::Object(target) = target else {
                return None;
            };
            let pairs: Option<Vec<_>> = target
                .iter()
                .map(|(name, value)| Some((name.to_string(), text_of(value)?)))
                .collect();
            Some(Labels::from_pairs(pairs?))
        })
        .collect()
}

/// A value as text.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Bool(truth) => Some(truth.to_string()),
        other => String::from_value(other).ok(),
    }
}
