//! What names mean where an expression stands, and what the machine is called.

use std::collections::BTreeMap;

use crate::value::Value;

/// The names that an expression can use, beside the standard library.
pub trait Scope {
    /// The value of the longest known beginning of a dotted name, and of how many parts that consists.
    ///
    /// For `prometheus.remote_write.out.receiver` a scope of components gives the exports of the component and 3, or
    /// the receiver and 4. The standard library comes second: a name known here hides a function.
    fn resolve(&self, path: &[&str]) -> Option<(Value, usize)>;

    /// The machine.
    fn host(&self) -> &Host;
}

/// What the standard library says about the machine. Tests make their own.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// The name of the machine.
    pub hostname: String,
    /// The version of the program.
    pub version: String,
    /// The environment. A variable that is not UTF-8 is left out.
    pub environment: BTreeMap<String, String>,
}

/// A scope without names or environment: enough for expressions of literals and operators.
#[derive(Clone, Copy, Debug, Default)]
pub struct Constants;

// === impl Host ===

impl Host {
    /// The machine and environment of this process.
    pub fn of_process(hostname: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            hostname: hostname.into(),
            version: version.into(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        }
    }
}

// === impl Constants ===

impl Scope for Constants {
    fn resolve(&self, _: &[&str]) -> Option<(Value, usize)> {
        None
    }

    fn host(&self) -> &Host {
        static NOWHERE: Host = Host {
            hostname: String::new(),
            version: String::new(),
            environment: BTreeMap::new(),
        };
        &NOWHERE
    }
}
