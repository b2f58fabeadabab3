//! A line as one JSON object.

use super::fields::FieldValue;

/// Adds a member; `line` is the object without its closing brace.
pub(super) fn push(line: &mut String, key: &str, value: &FieldValue) {
    line.push(if line.is_empty() { '{' } else { ',' });
    line.push_str(&quote(key));
    line.push(':');
    match value {
        FieldValue::Bare(bare) => line.push_str(bare),
        FieldValue::Text(text) => line.push_str(&quote(text)),
    }
}

/// Closes the object.
pub(super) fn close(line: &mut String) {
    line.push('}');
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
