//! Reads the positions file of Grafana Alloy (and promtail), so that a switch goes on where that agent stopped.
//!
//! It is YAML of one fixed shape, written by a program; this reads that shape and nothing more:
//!
//! ```yaml
//! positions:
//!   ? path: cursor-4f3c…
//!     labels: '{job="a"}'
//!   : "1790000000"
//!   /var/log/syslog: "1234"
//! ```

/// One entry of a positions file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlloyPosition {
    /// A file's path, or `cursor-` and a container's or a journal's id.
    pub path: String,
    /// The target's labels as Alloy writes a label set, `""` in promtail's files.
    pub labels: String,
    /// An offset in bytes, a Unix time in seconds, or a journal cursor.
    pub value: String,
}

/// The entries of a positions file; lines of another shape are passed over.
pub fn read_alloy_positions(text: &str) -> Vec<AlloyPosition> {
    let mut found = Vec::new();
    let mut path: Option<String> = None;
    let mut labels = String::new();
    for line in text.lines() {
        let body = line.trim_start();
        let indented = body.len() < line.len();
        if !indented || body.starts_with('#') {
            continue;
        }
        if let Some(key) = body.strip_prefix("? path:") {
            path = Some(scalar(key));
            labels.clear();
        } else if let (Some(_), Some(set)) = (&path, body.strip_prefix("labels:")) {
            labels = scalar(set);
        } else if let Some(value) = body.strip_prefix(':') {
            if let Some(path) = path.take() {
                found.push(AlloyPosition {
                    path,
                    labels: std::mem::take(&mut labels),
                    value: scalar(value),
                });
            }
        } else if let Some((key, value)) = split_pair(body) {
            found.push(AlloyPosition {
                path: scalar(key),
                labels: String::new(),
                value: scalar(value),
            });
        }
    }
    found
}

/// `key: "value"` where neither part has a `: ` of its own outside quotes.
fn split_pair(body: &str) -> Option<(&str, &str)> {
    let (key, value) = body.rsplit_once(": ")?;
    (!key.is_empty() && !key.starts_with('?')).then_some((key, value))
}

/// A plain, single-quoted or double-quoted scalar.
fn scalar(text: &str) -> String {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        return inner.replace("''", "'");
    }
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => {}
            },
            (c, false) => out.push(c),
        }
    }
    out
}
