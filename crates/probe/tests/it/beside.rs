//! Side by side with the real `blackbox_exporter`: the same modules, the same targets, the same local servers.
//!
//! Every case says which verdict it wants, so that a key of the module table that is ignored fails its case also where
//! the real exporter is not at hand. Where it is, the whole page is compared: families, types, labels, values where time
//! does not enter, and for times whether there was any. What is meant to differ stands in
//! `docs/differences-blackbox.md`; a line there that nothing needs any more is a failure, too.

#![expect(
    clippy::indexing_slicing,
    reason = "a row of the table without its cells is a test's surprise"
)]

mod dns;
mod grpc;
mod health;
mod http;
mod http_requests;
mod icmp;
mod names;
mod page;
mod pair;
mod proxy;
mod tcp;
mod tls;
mod town;
mod unix;

use std::collections::BTreeSet;
use std::path::Path;

use pair::Pair;

/// One probe of one target with a module of its own.
pub(crate) struct Case {
    name: &'static str,
    /// What stands under the prober's name, as YAML in one line.
    module: String,
    target: String,
    hostname: Option<&'static str>,
    success: bool,
}

// === impl Case ===

impl Case {
    pub(crate) fn passes(name: &'static str, module: &str, target: impl Into<String>) -> Self {
        Self {
            name,
            module: module.to_owned(),
            target: target.into(),
            hostname: None,
            success: true,
        }
    }

    pub(crate) fn fails(name: &'static str, module: &str, target: impl Into<String>) -> Self {
        Self {
            success: false,
            ..Self::passes(name, module, target)
        }
    }

    pub(crate) fn under(mut self, hostname: &'static str) -> Self {
        self.hostname = Some(hostname);
        self
    }
}

/// Runs all cases with both exporters and fails with everything that differs and should not.
pub(crate) async fn compare(prober: &str, cases: Vec<Case>) {
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "a name is given twice");
    let dir = tempfile::tempdir().unwrap();
    let pair = Pair::start(dir.path(), &config(prober, &cases)).await;
    let meant = Meant::read(prober, &names);
    let mut wrong = Vec::new();
    let mut met = BTreeSet::new();
    for (at, case) in cases.iter().enumerate() {
        let (ours, real) = pair.probe(at, &case.target, case.hostname).await;
        let name = case.name;
        if ours.succeeded() != case.success {
            wrong.push(format!("{name}: wanted success {}:\n{ours}", case.success));
        }
        let Some(real) = real else { continue };
        for difference in ours.differences(&real, &meant.additions) {
            let listed = (name.to_owned(), difference.family.clone());
            if let Some(listed) = meant.covering(&listed) {
                met.insert(listed.clone());
            } else {
                wrong.push(format!("{name}: {difference}"));
            }
        }
    }
    if pair.has_real() {
        let stale = meant.rows.difference(&met);
        wrong.extend(stale.map(|(case, family)| format!("{case}: {family} is the same by now")));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn config(prober: &str, cases: &[Case]) -> String {
    let mut text = "modules:\n".to_owned();
    for (at, case) in cases.iter().enumerate() {
        let module = &case.module;
        let module = format!("{{prober: {prober}, timeout: 1s, {prober}: {{{module}}}}}");
        text.extend(["  c", &at.to_string(), ": ", &module, "\n"]);
    }
    text
}

/// What `docs/differences-blackbox.md` lists.
struct Meant {
    additions: Vec<String>,
    /// Case and family.
    rows: BTreeSet<(String, String)>,
}

// === impl Meant ===

impl Meant {
    fn read(prober: &str, cases: &BTreeSet<&str>) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/differences-blackbox.md");
        let text = std::fs::read_to_string(file).unwrap();
        let rows = |section: &str| -> Vec<Vec<String>> {
            let heading = format!("\n## {section}\n");
            let (_, text) = text.split_once(&heading).unwrap();
            text.lines()
                .take_while(|line| !line.starts_with("## "))
                .filter(|line| line.starts_with("| `") || line.starts_with("| *"))
                .map(|line| {
                    let cells = line.trim_matches('|').split(" | ");
                    cells
                        .map(|cell| cell.trim().trim_matches('`').to_owned())
                        .collect()
                })
                .collect()
        };
        let additions = rows("additions").into_iter().map(|row| row[0].clone());
        let listed = rows("cases").into_iter().filter(|row| row[0] == prober);
        let rows = listed
            .map(|row| (row[1].clone(), row[2].clone()))
            .filter(|(case, _)| cases.contains(case.as_str()))
            .collect();
        Self {
            additions: additions.collect(),
            rows,
        }
    }

    /// The row that lists a difference; its family may end with a star.
    fn covering(&self, (case, family): &(String, String)) -> Option<&(String, String)> {
        self.rows.iter().find(|(listed, families)| {
            let covers = match families.strip_suffix('*') {
                Some(start) => family.starts_with(start),
                None => family == families,
            };
            listed == case && covers
        })
    }
}
