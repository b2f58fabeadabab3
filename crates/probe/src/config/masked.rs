//! The configuration as written, with every secret replaced: for `/config` and for `debug=true`.

use std::fmt::Write as _;

use super::yaml::{Kind, Node};

/// Keys whose value, or every value below, is secret.
const SECRETS: [&str; 10] = [
    "password",
    "credentials",
    "bearer_token",
    "client_secret",
    "secrets",
    "key",
    "proxy_connect_header",
    "endpoint_params",
    "metadata",
    "authorization_header",
];
/// Headers that carry secrets.
const SECRET_HEADERS: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
];
/// What stands in place of a secret.
const MASK: &str = "<secret>";

/// The node as YAML.
pub(super) fn masked(node: &Node) -> String {
    let mut out = String::new();
    write_node(&mut out, node, 0, Cover::Plain);
    out.trim_start_matches('\n').to_owned()
}

/// What is known of the values below.
#[derive(Clone, Copy, PartialEq)]
enum Cover {
    Plain,
    Secret,
    Headers,
}

fn cover(parent: Cover, key: &str, value: &Node) -> Cover {
    let lower = key.to_ascii_lowercase();
    let scalar = matches!(value.kind, Kind::Text(_));
    match parent {
        Cover::Secret => Cover::Secret,
        Cover::Headers if lower == "secrets" || SECRET_HEADERS.contains(&lower.as_str()) => {
            Cover::Secret
        }
        Cover::Headers if lower == "values" || !scalar => Cover::Headers,
        Cover::Plain if lower == "headers" || lower == "http_headers" => Cover::Headers,
        // A module or label may be called like a secret; a map below `authorization` is not one.
        Cover::Plain if SECRETS.contains(&lower.as_str()) => Cover::Secret,
        Cover::Headers | Cover::Plain => Cover::Plain,
    }
}

fn write_node(out: &mut String, node: &Node, depth: usize, state: Cover) {
    match &node.kind {
        Kind::Null => out.push_str(" null\n"),
        Kind::Text(_) if state == Cover::Secret => {
            let _ = writeln!(out, " {MASK}");
        }
        Kind::Text(text) => {
            let _ = writeln!(out, " {}", quoted(&without_password(text)));
        }
        Kind::List(list) if list.is_empty() => out.push_str(" []\n"),
        Kind::List(list) => {
            out.push('\n');
            for item in list {
                let _ = write!(out, "{:1$}-", "", depth * 2);
                let mut inner = String::new();
                write_node(&mut inner, item, depth + 1, state);
                let inner = match inner.strip_prefix('\n') {
                    Some(block) => format!(" {}", block.trim_start()),
                    None => inner,
                };
                out.push_str(&inner);
            }
        }
        Kind::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Kind::Map(entries) => {
            out.push('\n');
            for entry in entries {
                let _ = write!(out, "{:1$}{2}:", "", depth * 2, quoted(&entry.key));
                write_node(
                    out,
                    &entry.value,
                    depth + 1,
                    cover(state, &entry.key, &entry.value),
                );
            }
        }
    }
}

/// Plain where it reads as the same text, else a quoted scalar (JSON's strings are YAML's).
fn quoted(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let plain =
        text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/') && text.chars().all(safe);
    if plain {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string()
}

/// A URL without the password in it.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let Some((authority, tail)) = rest.split_at_checked(end) else {
        return text.to_owned();
    };
    match authority
        .rsplit_once('@')
        .map(|(user, host)| (user.split_once(':'), host))
    {
        Some((Some((user, _)), host)) => format!("{scheme}://{user}:xxxxx@{host}{tail}"),
        _ => text.to_owned(),
    }
}
