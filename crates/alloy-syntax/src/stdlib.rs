//! The standard library: what names mean that no component defines.
//!
//! Functions are pure but for the [`Host`] that they are given. They never panic; what they build counts
//! against the budget of the evaluation. Deprecated names call the same functions.
//!
//! It is not: extended by components.

mod arrays;
mod encoding;
mod host;
mod json;
mod json_path;
mod strings;
mod yaml;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

pub(crate) use strings::printable;

use crate::convert::{FromValue, Mismatch};
use crate::eval::Host;
use crate::value::Value;

/// What an element of a list or an entry of an object costs of the budget beside its text: about what it takes in memory.
pub(crate) const ELEMENT: usize = 64;

/// A function of the standard library.
#[derive(Clone, Copy)]
pub struct Function(&'static Builtin);

/// A function's name, how many arguments it takes, and what it does.
pub(crate) struct Builtin {
    name: &'static str,
    least: usize,
    most: usize,
    run: fn(&mut Call<'_>) -> Result<Value, CallError>,
}

/// A call in progress.
pub(crate) struct Call<'a> {
    pub(crate) arguments: &'a [Value],
    pub(crate) host: &'a Host,
    /// How many more bytes the evaluation may produce.
    pub(crate) budget: usize,
}

/// Why a call gives no value.
pub(crate) enum CallError {
    /// Too many or too few arguments.
    Count { expected: String },
    /// An argument that does not fit.
    Argument(usize, Mismatch),
    /// The function could not do its work.
    Failed(String),
    /// The result would be larger than allowed.
    TooLarge,
}

/// A deprecated name and the one that replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deprecated {
    /// The old name.
    pub name: &'static str,
    /// The name to use instead.
    pub instead: &'static str,
}

/// Functions in a namespace.
static NAMESPACES: &[(&str, &[&Builtin])] = &[
    ("array", arrays::FUNCTIONS),
    ("convert", host::CONVERT),
    ("encoding", encoding::FUNCTIONS),
    ("file", host::FILE),
    ("string", strings::FUNCTIONS),
    ("sys", host::SYS),
];

/// Functions without a namespace.
static BARE: &[&Builtin] = &[&arrays::COALESCE, &json_path::JSON_PATH];

/// Old names, and the namespace and name of today.
static DEPRECATED: &[Deprecated] = &[
    Deprecated {
        name: "base64_decode",
        instead: "encoding.from_base64",
    },
    Deprecated {
        name: "concat",
        instead: "array.concat",
    },
    Deprecated {
        name: "env",
        instead: "sys.env",
    },
    Deprecated {
        name: "format",
        instead: "string.format",
    },
    Deprecated {
        name: "join",
        instead: "string.join",
    },
    Deprecated {
        name: "json_decode",
        instead: "encoding.from_json",
    },
    Deprecated {
        name: "nonsensitive",
        instead: "convert.nonsensitive",
    },
    Deprecated {
        name: "replace",
        instead: "string.replace",
    },
    Deprecated {
        name: "split",
        instead: "string.split",
    },
    Deprecated {
        name: "to_lower",
        instead: "string.to_lower",
    },
    Deprecated {
        name: "to_upper",
        instead: "string.to_upper",
    },
    Deprecated {
        name: "trim",
        instead: "string.trim",
    },
    Deprecated {
        name: "trim_prefix",
        instead: "string.trim_prefix",
    },
    Deprecated {
        name: "trim_space",
        instead: "string.trim_space",
    },
    Deprecated {
        name: "trim_suffix",
        instead: "string.trim_suffix",
    },
    Deprecated {
        name: "yaml_decode",
        instead: "encoding.from_yaml",
    },
];

/// Every name but `constants`, which depends on the host.
static NAMES: LazyLock<BTreeMap<&'static str, Value>> = LazyLock::new(|| {
    let function =
        |builtin: &&'static Builtin| (last_part(builtin.name), Value::Function(Function(builtin)));
    let mut names: BTreeMap<&str, Value> = NAMESPACES
        .iter()
        .map(|(namespace, functions)| (*namespace, Value::object(functions.iter().map(function))))
        .collect();
    for old in DEPRECATED {
        let today = NAMESPACES
            .iter()
            .flat_map(|(_, functions)| functions.iter())
            .find(|builtin| builtin.name == old.instead);
        names.extend(today.map(|builtin| (old.name, Value::Function(Function(builtin)))));
    }
    names.extend(BARE.iter().map(function));
    names
});

/// The value of a name of the standard library.
pub(crate) fn identifier(name: &str, host: &Host) -> Option<Value> {
    if name == host::CONSTANTS {
        Some(host::constants(host))
    } else {
        NAMES.get(name).cloned()
    }
}

/// Whether a name belongs to the standard library (the first part of a dotted one).
pub fn is_standard(name: &str) -> bool {
    name == host::CONSTANTS || NAMES.contains_key(name)
}

/// The names, for suggestions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    NAMES.keys().copied().chain([host::CONSTANTS])
}

/// What to write instead of a deprecated function.
pub fn deprecated(name: &str) -> Option<Deprecated> {
    DEPRECATED.iter().find(|old| old.name == name).copied()
}

fn last_part(name: &'static str) -> &'static str {
    name.rsplit('.').next().unwrap_or(name)
}

// === impl Function ===

impl Function {
    /// Its full name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    pub(crate) fn call(self, call: &mut Call<'_>) -> Result<Value, CallError> {
        let Builtin {
            least, most, run, ..
        } = self.0;
        if call.arguments.len() < *least || call.arguments.len() > *most {
            return Err(CallError::Count {
                expected: count_in_words(*least, *most),
            });
        }
        run(call)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

fn count_in_words(least: usize, most: usize) -> String {
    match (least, most) {
        (0, 0) => "no argument".to_owned(),
        (1, 1) => "one argument".to_owned(),
        (least, most) if least == most => format!("{least} arguments"),
        (least, usize::MAX) => format!("at least {least}"),
        (least, most) => format!("{least} to {most} arguments"),
    }
}

// === impl Builtin ===

impl Builtin {
    pub(crate) const fn new(
        name: &'static str,
        arguments: std::ops::RangeInclusive<usize>,
        run: fn(&mut Call<'_>) -> Result<Value, CallError>,
    ) -> Self {
        Self {
            name,
            least: *arguments.start(),
            most: *arguments.end(),
            run,
        }
    }
}

// === impl Call ===

impl Call<'_> {
    /// An argument as a Rust value. One beyond those given is `null`.
    pub(crate) fn get<T: FromValue>(&self, at: usize) -> Result<T, CallError> {
        let value = self.arguments.get(at).unwrap_or(&Value::Null);
        T::from_value(value).map_err(|wrong| CallError::Argument(at, wrong))
    }

    /// Takes what a result will need from the budget, before it is built.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), CallError> {
        self.budget = self.budget.checked_sub(bytes).ok_or(CallError::TooLarge)?;
        Ok(())
    }

    /// A text result.
    pub(crate) fn text(&mut self, text: String) -> Result<Value, CallError> {
        self.spend(text.len())?;
        Ok(Value::from(text))
    }
}
