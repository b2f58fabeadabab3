//! `sysctl`: chosen settings of the kernel, from `/proc/sys`.
//!
//! An entry is a name (`vm.max_map_count`), and after a colon the names of its values where there are several
//! (`fs.file-nr:allocated,unused,max`). Without names several values are told apart by their place.

use std::path::PathBuf;

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Settings {
    numbers: Vec<Entry>,
    texts: Vec<Entry>,
}

struct Entry {
    name: String,
    keys: Vec<String>,
}

// === impl Settings ===

impl Settings {
    pub(super) fn new(numbers: &[String], texts: &[String]) -> Self {
        let entries = |list: &[String]| list.iter().map(|text| Entry::new(text)).collect();
        Self {
            numbers: entries(numbers),
            texts: entries(texts),
        }
    }
}

impl Collector for Settings {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        for entry in &self.numbers {
            entry.put_numbers(host, page);
        }
        let mut rows = page.gauge("node_sysctl_info", "A setting that is text.");
        for entry in &self.texts {
            let Some(text) = host::value(&entry.path(host)) else {
                continue;
            };
            for (index, word) in text.split_ascii_whitespace().enumerate() {
                let mut labels = vec![("name", entry.name.as_str()), ("value", word)];
                let place = index.to_string();
                match entry.keys.get(index) {
                    Some(key) => labels.push(("key", key)),
                    None => labels.push(("index", &place)),
                }
                rows.put(&labels, 1.0);
            }
        }
        Ok(())
    }
}

// === impl Entry ===

impl Entry {
    fn new(text: &str) -> Self {
        let (name, keys) = text.split_once(':').unwrap_or((text, ""));
        Self {
            name: name.to_owned(),
            keys: keys
                .split(',')
                .filter(|key| !key.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    fn path(&self, host: &Host) -> PathBuf {
        host.proc.join("sys").join(self.name.replace('.', "/"))
    }

    fn family(&self) -> String {
        let clean = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        format!(
            "node_sysctl_{}",
            self.name.chars().map(clean).collect::<String>()
        )
    }

    fn put_numbers(&self, host: &Host, page: &mut Page) {
        const HELP: &str = "A setting of the kernel.";
        let text = host::value(&self.path(host)).unwrap_or_default();
        let values: Vec<f64> = text
            .split_ascii_whitespace()
            .map_while(|word| word.parse().ok())
            .collect();
        if !self.keys.is_empty() {
            for (key, value) in self.keys.iter().zip(&values) {
                page.untyped(format!("{}_{key}", self.family()), HELP)
                    .set(*value);
            }
            return;
        }
        let mut rows = page.untyped(self.family(), HELP);
        match values.as_slice() {
            [] => {}
            [value] => rows.set(*value),
            several => {
                for (index, value) in several.iter().enumerate() {
                    rows.put(&[("index", &index.to_string())], *value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_values_follow_a_colon() {
        let entry = Entry::new("fs.file-nr:allocated,,max");
        assert_eq!(entry.family(), "node_sysctl_fs_file_nr");
        assert_eq!(entry.keys, ["allocated", "max"]);
    }
}
