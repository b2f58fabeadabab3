//! A page in text format 0.0.4 as a table: enough to compare two of them, and independent of the code under test.

use std::collections::{BTreeMap, BTreeSet};

/// A page: families by name.
pub(crate) type Page = BTreeMap<String, Family>;

/// A family: its type, and its series by their labels (sorted, without empty ones).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Family {
    pub(crate) kind: String,
    pub(crate) series: BTreeMap<String, f64>,
    pub(crate) labels: BTreeSet<String>,
}

/// Reads a page whose samples all follow their TYPE line.
pub(crate) fn read(text: &str) -> Page {
    let mut page = Page::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest
                .split_once(' ')
                .expect("a TYPE line has a name and a type");
            name.clone_into(&mut current);
            let before = page.insert(
                current.clone(),
                Family {
                    kind: kind.to_owned(),
                    ..Family::default()
                },
            );
            assert_eq!(before, None, "{name} comes twice");
        } else if !line.starts_with('#') && !line.is_empty() {
            let (series, value) = line.rsplit_once(' ').expect("a sample has a value");
            let name_end = series.find('{').unwrap_or(series.len());
            assert!(
                series[..name_end].starts_with(&current),
                "{line} under {current}"
            );
            let family = page
                .get_mut(&current)
                .expect("a sample follows a TYPE line");
            let pairs = pairs(&series[name_end..]);
            family
                .labels
                .extend(pairs.iter().map(|(name, _)| name.clone()));
            let suffix = &series[current.len()..name_end];
            let key: Vec<_> = pairs
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name}={value:?}"))
                .collect();
            let value = value.parse().expect("a sample's value is a number");
            let key = format!("{suffix}{{{}}}", key.join(","));
            assert_eq!(family.series.insert(key, value), None, "{line} comes twice");
        }
    }
    page
}

/// The labels of `{a="b",…}`, sorted.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start_matches('{');
    while let Some((name, value)) = rest.split_once("=\"") {
        let mut out = String::new();
        let mut chars = value.char_indices();
        let end = loop {
            match chars.next().expect("a label value ends") {
                (at, '"') => break at,
                (_, '\\') => out.push(
                    match chars.next().expect("something follows a backslash").1 {
                        'n' => '\n',
                        other => other,
                    },
                ),
                (_, other) => out.push(other),
            }
        };
        pairs.push((name.trim_start_matches(',').to_owned(), out));
        rest = &value[end + 1..];
    }
    pairs.sort();
    pairs
}
