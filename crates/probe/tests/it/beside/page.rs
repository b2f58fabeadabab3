//! A page of metrics, made comparable.

use std::collections::BTreeMap;
use std::fmt;

/// Series with their values, and families with their types.
pub(crate) struct Page {
    text: String,
    lines: BTreeMap<String, String>,
}

/// One line that is not the same.
pub(crate) struct Difference {
    pub(crate) family: String,
    line: String,
    ours: Option<String>,
    real: Option<String>,
}

// === impl Page ===

impl Page {
    pub(crate) fn parse(text: String) -> Self {
        let mut lines = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with("# HELP")) {
            let (key, value) = line.rsplit_once(' ').unwrap();
            let value = if key.starts_with("# TYPE") {
                value.to_owned()
            } else {
                value_of(key, value.parse().unwrap())
            };
            assert_eq!(lines.insert(key.to_owned(), value), None, "{key} twice");
        }
        Self { text, lines }
    }

    pub(crate) fn succeeded(&self) -> bool {
        self.lines
            .get("probe_success")
            .is_some_and(|value| value == "1")
    }

    /// What differs, except the families `added`.
    pub(crate) fn differences(&self, real: &Self, added: &[String]) -> Vec<Difference> {
        let mut keys: Vec<&String> = self.lines.keys().chain(real.lines.keys()).collect();
        keys.sort();
        keys.dedup();
        keys.into_iter()
            .filter(|key| !added.contains(&family(key)) || real.lines.contains_key(*key))
            .map(|key| Difference {
                family: family(key),
                line: key.clone(),
                ours: self.lines.get(key).cloned(),
                real: real.lines.get(key).cloned(),
            })
            .filter(|difference| difference.ours != difference.real)
            .collect()
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.text.lines().filter(|line| !line.starts_with('#'));
        lines.try_for_each(|line| writeln!(f, "    {line}"))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        let (ours, real) = (shown(&self.ours), shown(&self.real));
        write!(
            f,
            "[{}] {}: ours {ours}, the real one's {real}",
            self.family, self.line
        )
    }
}

fn family(key: &str) -> String {
    let name = key.strip_prefix("# TYPE ").unwrap_or(key);
    name.split('{').next().unwrap().to_owned()
}

/// A value, and for a time only whether there was any.
fn value_of(series: &str, value: f64) -> String {
    let family = family(series);
    if family.ends_with("_seconds") && !family.contains("timestamp") {
        let some = if value > 0.0 { "some time" } else { "no time" };
        return some.to_owned();
    }
    value.to_string()
}
