//! What the component API shows of a component: Alloy's JSON shape.

use serde_json::{Value, json};

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
