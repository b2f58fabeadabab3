//! A component's place in the configuration: its module, its name, its label.

use std::fmt;

/// The id of a component, `prometheus.scrape.app`, within its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId {
    /// The path of the module that holds it, `""` for the main file.
    module: String,
    /// Name and label joined by a dot, or the name alone for a block that takes no label.
    local: String,
}

// === impl ComponentId ===

impl ComponentId {
    /// The id of the block `name "label"` in the main file.
    pub fn new(name: &str, label: Option<&str>) -> Self {
        Self {
            module: String::new(),
            local: match label {
                Some(label) if !label.is_empty() => format!("{name}.{label}"),
                _ => name.to_owned(),
            },
        }
    }

    /// The id within its module, `prometheus.scrape.app`.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The module's path, `""` for the main file.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The path that own metrics carry as `component_path`.
    pub fn metric_path(&self) -> String {
        format!("/{}", self.module)
    }
}

/// As the web interface's paths and data directories have it.
impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_empty() {
            write!(f, "{}/", self.module)?;
        }
        f.write_str(&self.local)
    }
}
