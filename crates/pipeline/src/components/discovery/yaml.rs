//! YAML as the language's own `encoding.from_yaml` reads it, as JSON: one reader, one set of rules.

use outpost_alloy_syntax::{Host, Number, Scope, Source, Value, eval, parse_expression};
use serde_json::Value as Json;

/// The name that the document has in the expression below.
const DOCUMENT: &str = "document";
const READ: &str = "encoding.from_yaml(document)";

/// A scope that knows one name.
struct Document {
    text: Value,
    host: Host,
}

/// A YAML document as JSON.
pub(super) fn to_json(text: &str) -> Result<Json, String> {
    let source = Source::new("yaml", READ).map_err(|error| error.to_string())?;
    let read = parse_expression(&source).map_err(|error| error.to_string())?;
    let scope = Document {
        text: Value::from(text),
        host: Host::default(),
    };
    let value = eval(&read, &source, &scope).map_err(|diagnostic| diagnostic.message)?;
    json(&value)
}

fn json(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::String(text) => Json::String(text.to_string()),
        Value::Number(Number::Int(number)) => (*number).into(),
        Value::Number(Number::Uint(number)) => (*number).into(),
        Value::Number(Number::Float(number)) => {
            serde_json::Number::from_f64(*number).map_or(Json::Null, Json::Number)
        }
        Value::Array(items) => Json::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        Value::Object(object) => Json::Object(
            object
                .iter()
                .map(|(name, value)| Ok((name.to_string(), json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
        _ => return Err("a value that a list of targets cannot hold".to_owned()),
    })
}

impl Scope for Document {
    fn resolve(&self, path: &[&str]) -> Option<(Value, usize)> {
        (path.first() == Some(&DOCUMENT)).then(|| (self.text.clone(), 1))
    }

    fn host(&self) -> &Host {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_becomes_json_and_what_is_none_is_said_to_be_none() {
        let text = "- targets: [a:1, 'b:2']\n  labels:\n    env: dev\n    id: 7\n- null\n";
        assert_eq!(
            to_json(text).expect("a document"),
            json!([{"targets": ["a:1", "b:2"], "labels": {"env": "dev", "id": 7}}, null])
        );
        assert_eq!(to_json("").expect("an empty document"), Json::Null);
        to_json("a: [").expect_err("broken");
    }
}
