//! What the component API shows of a component: Alloy's JSON shape.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use crate::{ComponentId, Health, rfc3339};

/// A component as the API shows it.
#[derive(Clone, Debug)]
pub struct ComponentView {
    /// Its id.
    pub id: ComponentId,
    /// Its name without the label.
    pub name: String,
    /// Its label, `""` without one.
    pub label: String,
    /// Whose exports it uses.
    pub references_to: Vec<String>,
    /// Who uses its exports.
    pub referenced_by: Vec<String>,
    /// Where its targets, samples or lines go, once per reference.
    pub data_flows_to: Vec<String>,
    /// How it is.
    pub health: Health,
    /// Its details, left out in lists.
    pub details: Option<Details>,
}

/// What only the view of a single component has; each is a list of attributes and blocks.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The evaluated arguments that are not defaults.
    pub arguments: Vec<Value>,
    /// The exports.
    pub exports: Vec<Value>,
    /// What the component tells about its inside.
    pub debug_info: Vec<Value>,
}

// === impl ComponentView ===

impl ComponentView {
    /// The JSON object of Alloy's API.
    pub fn json(&self) -> Value {
        let details = self.details.clone().unwrap_or_default();
        json!({
            "name": self.name,
            "type": "block",
            "localID": self.id.local(),
            "moduleID": self.id.module(),
            "label": self.label,
            "referencesTo": self.references_to,
            "referencedBy": self.referenced_by,
            "dataFlowEdgesTo": self.data_flows_to,
            "health": {
                "state": self.health.state.as_str(),
                "message": self.health.message,
                "updatedTime": rfc3339(self.health.updated),
            },
            "original": "",
            "arguments": details.arguments,
            "exports": details.exports,
            "debugInfo": details.debug_info,
            "liveDebuggingEnabled": false,
        })
    }
}

/// One attribute of a body in the API's shape.
pub fn attribute(name: &str, value: Value) -> Value {
    let mut entry = Map::new();
    entry.insert("name".into(), name.into());
    entry.insert("type".into(), "attr".into());
    entry.insert("value".into(), value);
    Value::Object(entry)
}

/// One block of a body in the API's shape.
pub fn block(name: &str, body: Vec<Value>) -> Value {
    let mut entry = Map::new();
    entry.insert("name".into(), name.into());
    entry.insert("type".into(), "block".into());
    entry.insert("body".into(), body.into());
    Value::Object(entry)
}

/// A text value in the API's shape.
pub fn text(value: &str) -> Value {
    json!({"type": "string", "value": value})
}

/// A number in the API's shape.
pub fn number(value: impl Into<serde_json::Number>) -> Value {
    json!({"type": "number", "value": value.into()})
}

/// A truth value in the API's shape.
pub fn truth(value: bool) -> Value {
    json!({"type": "bool", "value": value})
}

/// A point in time in the API's shape.
pub fn time(value: SystemTime) -> Value {
    text(&rfc3339(value))
}
