//! Targets out of files, as Prometheus' file discovery reads them.
//!
//! The files are looked at often and read when their size or time has changed, so a new file counts within seconds. A
//! file that cannot be read keeps the targets that it had; one that is gone loses them.

mod pattern;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep_until};

use super::{Discovery, Targets, groups};
use pattern::Pattern;

/// How often the files are looked at, if the interval is not shorter.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A list of targets with more is some other file.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a YAML document as JSON; `Err` says what is wrong with it. YAML's rules are not this crate's business.
pub type YamlReader = fn(&str) -> Result<serde_json::Value, String>;

/// Discovers the targets that stand in files.
#[derive(Clone, Debug)]
pub struct FileDiscovery {
    patterns: Vec<Pattern>,
    interval: Duration,
    yaml: YamlReader,
    due: Instant,
    files: BTreeMap<PathBuf, Known>,
    last: Option<Targets>,
}

/// Why a file gives no targets.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The pattern names no file that could hold targets.
    #[error(
        "{pattern:?} is no path of a .json, .yml or .yaml file with at most one * in the file's name"
    )]
    Pattern {
        /// As given.
        pattern: String,
    },
    /// The file or its folder cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The file holds no list of targets.
    #[error("{path} holds no list of targets: {problem}", path = path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// A file's targets, and what the file was like when they were read.
#[derive(Clone, Debug, Default)]
struct Known {
    stamp: Option<(u64, SystemTime)>,
    targets: Targets,
}

// === impl FileDiscovery ===

impl FileDiscovery {
    /// Discovers what stands in the files that the patterns name; they are looked at at least every `interval`.
    pub fn new(
        patterns: &[String],
        interval: Duration,
        yaml: YamlReader,
    ) -> Result<Self, FileError> {
        let patterns = patterns.iter().map(|pattern| Pattern::new(pattern));
        Ok(Self {
            patterns: patterns.collect::<Result<_, _>>()?,
            interval,
            yaml,
            due: Instant::now(),
            files: BTreeMap::new(),
            last: None,
        })
    }

    /// Reads what has changed; the error is the last file's that could not be read.
    async fn look(&mut self) -> Result<(), FileError> {
        let mut outcome = Ok(());
        let mut present = BTreeMap::new();
        for pattern in &self.patterns {
            match pattern.files().await {
                Ok(files) => {
                    for path in files {
                        let known = self.files.remove(&path).unwrap_or_default();
                        present.entry(path).or_insert(known);
                    }
                }
                Err(error) => outcome = Err(error),
            }
        }
        self.files = present;
        for (path, known) in &mut self.files {
            if let Err(error) = known.refresh(path, self.yaml).await {
                outcome = Err(error);
            }
        }
        outcome
    }
}

/// An error means that one of the files cannot be read; the others' targets come with the next answer.
impl Discovery for FileDiscovery {
    type Error = FileError;

    async fn next(&mut self) -> Result<Targets, FileError> {
        loop {
            sleep_until(self.due).await;
            let outcome = self.look().await;
            let all: Targets = self
                .files
                .values()
                .flat_map(|known| known.targets.iter().cloned())
                .collect();
            if self.last.as_ref() != Some(&all) {
                // The error, if any, is still there at the next look, which is due at once.
                self.last = Some(all.clone());
                return Ok(all);
            }
            self.due = Instant::now() + LOOK_EVERY.min(self.interval);
            if let Err(error) = outcome {
                self.last = None;
                return Err(error);
            }
        }
    }
}

// === impl Known ===

impl Known {
    async fn refresh(&mut self, path: &Path, yaml: YamlReader) -> Result<(), FileError> {
        let unreadable = |source| FileError::Read {
            path: path.to_owned(),
            source,
        };
        let facts = match tokio::fs::metadata(path).await {
            Ok(facts) => facts,
            Err(source) => {
                if source.kind() == io::ErrorKind::NotFound {
                    *self = Self::default();
                }
                return Err(unreadable(source));
            }
        };
        let stamp = (facts.len(), facts.modified().map_err(unreadable)?);
        if self.stamp == Some(stamp) {
            return Ok(());
        }
        let mut text = String::new();
        let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        file.take(MAX_BYTES)
            .read_to_string(&mut text)
            .await
            .map_err(unreadable)?;
        let wrong = |problem: String| FileError::Content {
            path: path.to_owned(),
            problem,
        };
        let is_json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let value = if is_json {
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?
        } else {
            yaml(&text).map_err(wrong)?
        };
        let name = path.display().to_string();
        self.targets = groups::targets(value, "__meta_filepath", &name)
            .map_err(|error| wrong(error.to_string()))?;
        // Only what was understood is not read again.
        self.stamp = Some(stamp);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn discovery(pattern: &Path) -> FileDiscovery {
        let yaml: YamlReader = |text| match text.trim() {
            "- targets: [y:1]" => Ok(serde_json::json!([{"targets": ["y:1"]}])),
            _ => Err("no YAML of this test".to_owned()),
        };
        let patterns = [pattern.display().to_string()];
        FileDiscovery::new(&patterns, Duration::from_secs(60), yaml).expect("a pattern")
    }

    fn addresses(targets: &Targets) -> Vec<&str> {
        let address = |target| outpost_model::Labels::get(target, "__address__");
        targets.iter().filter_map(address).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn files_that_come_change_break_and_go_are_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let mut discovery = discovery(&path("t*.json"));
        assert_eq!(discovery.next().await.expect("nothing yet"), Targets::new());
        fs::write(path("t1.json"), r#"[{"targets": ["a:1"]}]"#).expect("written");
        fs::write(path("other.json"), r#"[{"targets": ["never:1"]}]"#).expect("written");
        let first = discovery.next().await.expect("one");
        assert_eq!(addresses(&first), ["a:1"]);
        let file = path("t1.json").display().to_string();
        assert_eq!(first[0].get("__meta_filepath"), Some(file.as_str()));
        fs::write(path("t2.json"), r#"[{"targets": ["b:1", "c:1"]}]"#).expect("written");
        let all = discovery.next().await.expect("three");
        assert_eq!(addresses(&all), ["a:1", "b:1", "c:1"]);

        fs::write(path("t1.json"), "[{").expect("written");
        let error = discovery.next().await.expect_err("half a file");
        assert!(matches!(error, FileError::Content { .. }), "{error}");
        fs::remove_file(path("t2.json")).expect("gone");
        let kept = discovery.next().await.expect("one");
        assert_eq!(addresses(&kept), ["a:1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_of_yaml_goes_through_the_reader_and_a_missing_one_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.yml");
        let mut discovery = discovery(&path);
        let nothing = discovery.next().await.expect("an empty set first");
        assert_eq!(nothing, Targets::new());
        let missing = discovery.next().await.expect_err("missing");
        assert!(matches!(missing, FileError::Read { .. }), "{missing}");
        fs::write(&path, "- targets: [y:1]\n").expect("written");
        let found = discovery.next().await.expect("one");
        assert_eq!(addresses(&found), ["y:1"]);
    }
}
