//! `textfile`: metrics that others have written to `*.prom` files in a directory.
//!
//! A file counts as a whole or not at all. Families that the page has already are left out with an error, as are files
//! with timestamps: what they say would be old and look new.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;
use file::Family;

pub(super) struct Directory {
    path: PathBuf,
    /// Files whose failure was told in the log.
    told: BTreeSet<PathBuf>,
}

// === impl Directory ===

impl Directory {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            told: BTreeSet::new(),
        }
    }

    /// The families of a file and when it was written.
    fn read(path: &Path, page: &Page) -> Result<(Vec<Family>, f64), String> {
        let text = host::read(path).map_err(|e| e.to_string())?;
        let families = file::parse(&text).map_err(|e| e.to_string())?;
        if let Some(family) = families.iter().find(|f| page.has_family(&f.name)) {
            return Err(format!("family {:?} comes from elsewhere too", family.name));
        }
        let written = path.metadata().and_then(|m| m.modified());
        let mtime = written
            .map_err(|e| e.to_string())?
            .duration_since(UNIX_EPOCH)
            .map_or(0.0, |d| d.as_secs_f64());
        Ok((families, mtime))
    }
}

impl Collector for Directory {
    fn collect(&mut self, _: &Host, page: &mut Page) -> Result<(), CollectError> {
        let mut failed = false;
        let files = if self.path.as_os_str().is_empty() {
            Vec::new()
        } else {
            host::list(&self.path).unwrap_or_else(|_| {
                failed = true;
                Vec::new()
            })
        };
        let mut families: BTreeMap<String, Family> = BTreeMap::new();
        let mut times = Vec::new();
        for path in files
            .iter()
            .filter(|p| p.extension().is_some_and(|e| e == "prom"))
        {
            match Self::read(path, page) {
                Ok((found, mtime)) => {
                    self.told.remove(path);
                    times.push((path.to_string_lossy().into_owned(), mtime));
                    for family in found {
                        match families.get_mut(&family.name) {
                            Some(known) => known.rows.extend(family.rows),
                            None => {
                                families.insert(family.name.clone(), family);
                            }
                        }
                    }
                }
                Err(error) => {
                    failed = true;
                    if self.told.insert(path.clone()) {
                        tracing::warn!(file = %path.display(), error, "textfile left out");
                    }
                }
            }
        }
        for family in families.into_values() {
            let mut rows = page.family(family.name, family.kind, family.help);
            for (series, value) in &family.rows {
                rows.put_series(series, *value);
            }
        }
        let mut rows = page.gauge(
            "node_textfile_mtime_seconds",
            "When the file was written, in Unix time.",
        );
        for (file, mtime) in &times {
            rows.put(&[("file", file)], *mtime);
        }
        page.gauge(
            "node_textfile_scrape_error",
            "Whether a file or the directory could not be read.",
        )
        .set(f64::from(u8::from(failed)));
        Ok(())
    }
}
