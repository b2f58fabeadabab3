//! The page for people: every component, how it is, and its details, as one file without scripts or other files.
//!
//! It is written to be read on a phone: one column, details folded. It reloads itself every ten seconds.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{Agent, ComponentView, HealthState};

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8885;--dim:#888}\
body{font:16px/1.45 system-ui,sans-serif;max-width:52rem;margin:0 auto;padding:1rem}\
h1{font-size:1.25rem;margin:.2rem 0}p{margin:.3rem 0}.dim{color:var(--dim);font-size:.85rem}\
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.5rem .7rem}\
summary{cursor:pointer;overflow-wrap:anywhere}\
.s{display:inline-block;min-width:5.2rem;text-align:center;border-radius:.4rem;padding:0 .4rem;margin-right:.5rem;\
font-size:.85rem;color:#fff}\
.healthy{background:#2a7d3f}.unknown{background:#777}.unhealthy{background:#b3261e}.exited{background:#7a1fa2}\
pre{overflow-x:auto;font-size:.8rem;margin:.4rem 0;padding:.5rem;background:#8881;border-radius:.4rem}\
a{color:inherit}";

/// The page.
pub(super) fn page(agent: &Agent) -> String {
    let views: Vec<ComponentView> = agent
        .components()
        .iter()
        .filter_map(|view| agent.component(&view.id.to_string()))
        .collect();
    let well = views
        .iter()
        .filter(|view| view.health.state == HealthState::Healthy)
        .count();
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta http-equiv=\"refresh\" content=\"10\"><title>outpost on {host}</title><style>{STYLE}</style>\
         <h1>outpost on {host}</h1><p>{well} of {all} components are healthy</p>\
         <p class=\"dim\">version {version} · <a href=\"/metrics\">metrics</a></p>",
        host = escape(agent.hostname()),
        all = views.len(),
        version = env!("CARGO_PKG_VERSION"),
    );
    for view in &views {
        component(&mut html, view);
    }
    html.push_str("</html>\n");
    html
}

fn component(html: &mut String, view: &ComponentView) {
    let state = view.health.state.as_str();
    let unwell = view.health.state > HealthState::Unknown;
    let _ = write!(
        html,
        "<details{open}><summary><span class=\"s {state}\">{state}</span>{id}</summary>\
         <p>{message} <span class=\"dim\">since {since}</span></p>",
        open = if unwell { " open" } else { "" },
        id = escape(&view.id.to_string()),
        message = escape(&view.health.message),
        since = escape(&crate::rfc3339(view.health.updated)),
    );
    for (title, list) in [
        ("uses", &view.references_to),
        ("used by", &view.referenced_by),
    ] {
        if !list.is_empty() {
            let _ = write!(
                html,
                "<p class=\"dim\">{title} {}</p>",
                escape(&list.join(", "))
            );
        }
    }
    if let Some(details) = &view.details {
        for (title, body) in [
            ("arguments", &details.arguments),
            ("exports", &details.exports),
            ("inside", &details.debug_info),
        ] {
            if !body.is_empty() {
                let mut text = String::new();
                statements(&mut text, body, 0);
                let _ = write!(
                    html,
                    "<p class=\"dim\">{title}</p><pre>{}</pre>",
                    escape(&text)
                );
            }
        }
    }
    html.push_str("</details>");
}

/// A body of the API's shape as lines of the language.
fn statements(text: &mut String, body: &[Value], depth: usize) {
    let indent = "  ".repeat(depth);
    for statement in body {
        let name = statement.get("name").and_then(Value::as_str).unwrap_or("");
        match statement.get("body").and_then(Value::as_array) {
            Some(body) if statement.get("type") == Some(&Value::from("block")) => {
                let _ = writeln!(text, "{indent}{name} {{");
                statements(text, body, depth + 1);
                let _ = writeln!(text, "{indent}}}");
            }
            _ => {
                let _ = write!(text, "{indent}{name} = ");
                value(text, statement.get("value"), depth);
                text.push('\n');
            }
        }
    }
}

fn value(text: &mut String, of: Option<&Value>, depth: usize) {
    let kind = of.and_then(|v| v.get("type")).and_then(Value::as_str);
    let inner = of.and_then(|v| v.get("value"));
    let elements = inner.and_then(Value::as_array);
    let indent = "  ".repeat(depth + 1);
    match (kind, elements) {
        (Some("array" | "object"), Some(elements)) if elements.is_empty() => {
            text.push_str(if kind == Some("array") { "[]" } else { "{}" });
        }
        (Some("array"), Some(elements)) => {
            text.push_str("[\n");
            for element in elements {
                text.push_str(&indent);
                value(text, Some(element), depth + 1);
                text.push_str(",\n");
            }
            let _ = write!(text, "{}]", "  ".repeat(depth));
        }
        (Some("object"), Some(fields)) => {
            text.push_str("{\n");
            for field in fields {
                let key = field.get("key").and_then(Value::as_str).unwrap_or("");
                let _ = write!(text, "{indent}{key} = ");
                value(text, field.get("value"), depth + 1);
                text.push_str(",\n");
            }
            let _ = write!(text, "{}}}", "  ".repeat(depth));
        }
        (Some("capsule"), _) => text.push_str(inner.and_then(Value::as_str).unwrap_or("capsule")),
        _ => {
            let _ = write!(text, "{}", inner.unwrap_or(&Value::Null));
        }
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
