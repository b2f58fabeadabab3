//! The metrics of one probe, under blackbox_exporter's names, as a page in Prometheus' text format.
//!
//! Invariant: families stand in the order of their names and each has one `# TYPE` line, as the real one writes them.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// Gauges by family; a row's key is its labels in the order of their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    families: BTreeMap<&'static str, Family>,
}

#[derive(Clone, Debug, PartialEq)]
struct Family {
    help: &'static str,
    rows: BTreeMap<Vec<(String, String)>, f64>,
}

// === impl Report ===

impl Report {
    /// Sets a gauge without labels.
    pub(crate) fn set(&mut self, name: &'static str, help: &'static str, value: f64) {
        self.set_labelled(name, help, &[], value);
    }

    /// Sets a gauge with labels, given in the order of their names.
    pub(crate) fn set_labelled(
        &mut self,
        name: &'static str,
        help: &'static str,
        labels: &[(&str, &str)],
        value: f64,
    ) {
        let family = self.families.entry(name).or_insert_with(|| Family {
            help,
            rows: BTreeMap::new(),
        });
        family.rows.insert(owned(labels), value);
    }

    /// The help text of a family that is there.
    pub(crate) fn help(&self, name: &str) -> &'static str {
        self.families.get(name).map_or("", |family| family.help)
    }

    /// Gives a gauge without labels, set before, another value.
    pub(crate) fn update(&mut self, name: &str, value: f64) {
        if let Some(family) = self.families.get_mut(name) {
            family.rows.insert(Vec::new(), value);
        }
    }

    /// Adds to a gauge that was set before.
    pub(crate) fn add(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let family = self.families.get_mut(name);
        if let Some(row) = family.and_then(|family| family.rows.get_mut(&owned(labels))) {
            *row += value;
        }
    }

    /// The value of a gauge, if the probe set it.
    pub fn get(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.families.get(name)?.rows.get(&owned(labels)).copied()
    }

    /// Every row: family, labels, value.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, &[(String, String)], f64)> {
        self.families.iter().flat_map(|(name, family)| {
            family
                .rows
                .iter()
                .map(move |(labels, value)| (*name, labels.as_slice(), *value))
        })
    }
}

/// The page.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, family) in &self.families {
            if family.rows.is_empty() {
                continue;
            }
            writeln!(f, "# HELP {name} {}", family.help)?;
            writeln!(f, "# TYPE {name} gauge")?;
            for (labels, value) in &family.rows {
                writeln!(f, "{name}{} {value}", label_text(labels))?;
            }
        }
        Ok(())
    }
}

fn owned(labels: &[(&str, &str)]) -> Vec<(String, String)> {
    labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Labels as the text format writes them.
pub(crate) fn label_text(labels: &[(String, String)]) -> String {
    let mut text = String::new();
    let mut separator = '{';
    for (name, value) in labels {
        text.push(separator);
        separator = ',';
        let escaped = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        let _ = write!(text, "{name}=\"{escaped}\"");
    }
    if separator == ',' {
        text.push('}');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_stand_in_order_with_one_type_line_each_and_labels_are_escaped() {
        let mut report = Report::default();
        report.set("probe_success", "Success.", 1.0);
        report.set_labelled("probe_http", "Phases.", &[("phase", "tls\"\\\n")], 0.25);
        let page = report.to_string();
        assert_eq!(
            page,
            "# HELP probe_http Phases.\n# TYPE probe_http gauge\nprobe_http{phase=\"tls\\\"\\\\\\n\"} 0.25\n\
             # HELP probe_success Success.\n# TYPE probe_success gauge\nprobe_success 1\n"
        );
    }
}
