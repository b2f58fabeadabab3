//! What depends on the machine, and the two namespaces of one function each.

use std::sync::Arc;

use super::{Builtin, Call, CallError};
use crate::convert::text_of;
use crate::eval::Host;
use crate::go;
use crate::value::{Secret, Value};

pub(super) const CONSTANTS: &str = "constants";

pub(super) static SYS: &[&Builtin] = &[&Builtin::new("sys.env", 1..=1, env)];
pub(super) static CONVERT: &[&Builtin] =
    &[&Builtin::new("convert.nonsensitive", 1..=1, nonsensitive)];
pub(super) static FILE: &[&Builtin] = &[&Builtin::new("file.path_join", 0..=usize::MAX, path_join)];

/// `constants`: the host in the names that Go gives to systems and processors.
pub(super) fn constants(host: &Host) -> Value {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    Value::object([
        ("arch", Value::from(arch)),
        ("hostname", Value::from(host.hostname.as_str())),
        ("os", Value::from(os)),
        ("version", Value::from(host.version.as_str())),
    ])
}

/// An unset variable is empty text.
fn env(call: &mut Call<'_>) -> Result<Value, CallError> {
    let name: String = call.get(0)?;
    Ok(Value::from(
        call.host.environment.get(&name).map_or("", String::as_str),
    ))
}

fn nonsensitive(call: &mut Call<'_>) -> Result<Value, CallError> {
    let secret: Secret = call.get(0)?;
    Ok(Value::String(secret.shared()))
}

fn path_join(call: &mut Call<'_>) -> Result<Value, CallError> {
    let parts: Vec<Arc<str>> = call
        .arguments
        .iter()
        .enumerate()
        .map(|(at, value)| text_of(value).map_err(|wrong| CallError::Argument(at, wrong)))
        .collect::<Result<_, _>>()?;
    let joined = go::join_path(parts.iter().map(|part| &**part));
    call.text(joined)
}
