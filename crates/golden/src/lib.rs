//! Recorded cases of the peers, and the list of deliberate differences that tests hold against them.
//!
//! The recordings lie in `testdata/golden`; `docs/differences.md` has a section per file with a table whose first column
//! is the case's key in backticks. A test gives each case's outcome to [`Verdicts`]; [`Verdicts::finish`] then fails for
//! a case that differs without being listed, and for a listed case that does not differ (the list would lie).
//!
//! It is a test library: it stops at the first surprise. It is not: part of what ships.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test library: stopping is its way of saying what is wrong"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The outcomes of one file's cases.
#[derive(Debug)]
#[must_use = "call `finish`, which fails the test"]
pub struct Verdicts {
    section: String,
    listed: BTreeMap<String, String>,
    differing: BTreeMap<String, String>,
    seen: usize,
}

/// The path of a recorded file, `"alloy/relabel.jsonl"` say.
pub fn path(file: &str) -> PathBuf {
    root().join("testdata/golden").join(file)
}

/// A recorded file as text.
pub fn text(file: &str) -> String {
    let path = path(file);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()))
}

/// The cases of a file of JSON lines.
pub fn cases(file: &str) -> Vec<Value> {
    text(file)
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).expect("a recorded case is JSON"))
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The table of one `## section` of `docs/differences.md`: key to reason.
fn differences(section: &str) -> BTreeMap<String, String> {
    let file = root().join("docs/differences.md");
    let text = fs::read_to_string(&file).expect("docs/differences.md can be read");
    text.lines()
        .skip_while(|line| line.strip_prefix("## ").map(str::trim) != Some(section))
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| {
            let rest = line.trim().strip_prefix("| `")?;
            let (key, reason) = rest.split_once("` |")?;
            Some((
                key.replace("\\|", "|"),
                reason.trim_matches(['|', ' ']).to_owned(),
            ))
        })
        .collect()
}

// === impl Verdicts ===

impl Verdicts {
    /// Outcomes for the cases of `section`, a heading of `docs/differences.md`.
    pub fn new(section: &str) -> Self {
        Self {
            section: section.to_owned(),
            listed: differences(section),
            differing: BTreeMap::new(),
            seen: 0,
        }
    }

    /// Takes one case's outcome: `Err` says how it differs from the recording.
    pub fn add(&mut self, key: &str, outcome: Result<(), String>) {
        self.seen += 1;
        if let Err(difference) = outcome {
            self.differing.insert(key.to_owned(), difference);
        }
    }

    /// Fails the test unless exactly the listed cases differ.
    pub fn finish(self) {
        let unlisted: Vec<_> = self
            .differing
            .iter()
            .filter(|(key, _)| !self.listed.contains_key(*key))
            .collect();
        let untrue: Vec<_> = self
            .listed
            .keys()
            .filter(|key| !self.differing.contains_key(*key))
            .collect();
        assert!(self.seen > 0, "{}: no case was run", self.section);
        if unlisted.is_empty() && untrue.is_empty() {
            return;
        }
        let mut message = format!(
            "{}: {} cases, {} differ without being listed, {} listed without differing\n",
            self.section,
            self.seen,
            unlisted.len(),
            untrue.len()
        );
        for (key, difference) in unlisted {
            let _ = writeln!(message, "  differs: {key:?}: {difference}");
        }
        for key in untrue {
            let _ = writeln!(message, "  listed, yet the same: {key:?}");
        }
        panic!("{message}");
    }
}
