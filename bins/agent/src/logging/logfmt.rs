//! A line as logfmt: `ts=… level=info msg="…" key=value`.

use std::fmt::Write as _;

/// Adds ` key=value`, quoted where it must be.
pub(super) fn push(line: &mut String, key: &str, value: &str) {
    if !line.is_empty() {
        line.push(' ');
    }
    line.extend(key.chars().map(|c| {
        if c.is_whitespace() || matches!(c, '=' | '"') {
            '_'
        } else {
            c
        }
    }));
    line.push('=');
    let quoted = value.is_empty()
        || value
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '=' | '"'));
    if !quoted {
        line.push_str(value);
        return;
    }
    line.push('"');
    for c in value.chars() {
        match c {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(line, "\\u{:04x}", u32::from(c));
            }
            c => line.push(c),
        }
    }
    line.push('"');
}
