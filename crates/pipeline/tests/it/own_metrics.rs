//! The agent's own metrics beside Alloy's: a family of the same name has the same type and the same labels.
//!
//! Which of Alloy's families are not there is said in `docs/differences.md`; a list of names would only repeat it.

use std::collections::{BTreeMap, BTreeSet};

use outpost_golden::Verdicts;
use serde_json::Value;

use crate::own_api::{Recorded, good};

/// Types by family, and the label names that each series name has been seen with.
#[derive(Default)]
struct Families {
    types: BTreeMap<String, String>,
    labels: BTreeMap<String, BTreeSet<Vec<String>>>,
}

/// Families that dashboards and alerts on an agent use, so they have to be there.
const NEEDED: [&str; 12] = [
    "alloy_build_info",
    "alloy_component_controller_running_components",
    "alloy_config_last_load_successful",
    "alloy_resources_process_resident_memory_bytes",
    "loki_source_file_read_lines_total",
    "loki_write_dropped_entries_total",
    "loki_write_sent_entries_total",
    "process_cpu_seconds_total",
    "prometheus_remote_storage_samples_failed_total",
    "prometheus_remote_storage_samples_pending",
    "prometheus_remote_storage_samples_total",
    "prometheus_remote_write_wal_samples_appended_total",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_family_of_alloys_name_has_alloys_type_and_labels() {
    let recorded: Value =
        serde_json::from_str(&outpost_golden::text("alloy/self_components.json")).expect("JSON");
    let home = Recorded::start(&good(&recorded["_config"])).await;
    home.has_scraped().await;
    let ours = Families::read(&home.metrics());
    home.stop().await;
    let theirs = Families::read(&outpost_golden::text("alloy/self_metrics.prom"));
    for name in NEEDED {
        assert!(ours.types.contains_key(name), "{name} is missing");
    }
    let mut verdicts = Verdicts::new("self_metrics.prom");
    for (name, kind) in &ours.types {
        if let Some(expected) = theirs.types.get(name) {
            let outcome = if kind == expected {
                ours.labels_agree(name, &theirs)
            } else {
                Err(format!("type {kind} for {expected}"))
            };
            verdicts.add(name, outcome);
        }
    }
    verdicts.finish();
}

// === impl Families ===

impl Families {
    /// Reads a page; values do not count.
    fn read(page: &str) -> Self {
        let mut families = Self::default();
        for line in page.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a name and a type");
                families.types.insert(name.to_owned(), kind.to_owned());
            } else if !line.starts_with('#') && !line.is_empty() {
                let series = line.rsplit_once(' ').map_or(line, |(series, _)| series);
                let (name, labels) = series.split_once('{').unwrap_or((series, ""));
                let names = label_names(labels);
                families
                    .labels
                    .entry(name.to_owned())
                    .or_default()
                    .insert(names);
            }
        }
        families
    }

    /// Whether every series of the family has label names that the other page has seen it with.
    fn labels_agree(&self, family: &str, theirs: &Self) -> Result<(), String> {
        for suffix in ["", "_bucket", "_sum", "_count"] {
            let name = format!("{family}{suffix}");
            let Some(known) = theirs.labels.get(&name) else {
                continue;
            };
            for labels in self.labels.get(&name).into_iter().flatten() {
                if !known.contains(labels) {
                    return Err(format!("{name}: {labels:?} for {known:?}"));
                }
            }
        }
        Ok(())
    }
}

/// The names in `a="x",b="y"}`; values may hold anything but are quoted.
fn label_names(labels: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = labels;
    while let Some((name, after)) = rest.split_once("=\"") {
        names.push(name.trim_start_matches(',').to_owned());
        let mut escaped = false;
        let end = after.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        rest = after
            .get(end.expect("a closing quote") + 1..)
            .unwrap_or_default();
    }
    names.sort();
    names
}
