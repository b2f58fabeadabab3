//! The paths of files with targets: whole, or with one `*` in the file's name.

use std::path::{Path, PathBuf};

use super::FileError;

/// A path whose last part may have a `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    folder: PathBuf,
    before: String,
    /// What follows the `*`; without one the name is `before` alone.
    after: Option<String>,
}

// === impl Pattern ===

impl Pattern {
    pub(super) fn new(pattern: &str) -> Result<Self, FileError> {
        let refused = || FileError::Pattern {
            pattern: pattern.to_owned(),
        };
        let path = Path::new(pattern);
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(refused)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let has_kind = path.extension().is_some_and(|extension| {
            ["json", "yml", "yaml"]
                .iter()
                .any(|kind| extension.eq_ignore_ascii_case(kind))
        });
        if !has_kind || folder.to_string_lossy().contains('*') || name.matches('*').count() > 1 {
            return Err(refused());
        }
        let (before, after) = match name.split_once('*') {
            Some((before, after)) => (before, Some(after.to_owned())),
            None => (name, None),
        };
        Ok(Self {
            folder: folder.to_owned(),
            before: before.to_owned(),
            after,
        })
    }

    /// The files that are there now. A plain name is always one of them: that it is missing is an error.
    pub(super) async fn files(&self) -> Result<Vec<PathBuf>, FileError> {
        let Some(after) = &self.after else {
            return Ok(vec![self.folder.join(&self.before)]);
        };
        let folder = if self.folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.folder
        };
        let unreadable = |source| FileError::Read {
            path: folder.to_owned(),
            source,
        };
        let mut found = Vec::new();
        let mut entries = tokio::fs::read_dir(folder).await.map_err(unreadable)?;
        while let Some(entry) = entries.next_entry().await.map_err(unreadable)? {
            let name = entry.file_name();
            let fits = name.to_str().is_some_and(|name| {
                let rest = name.strip_prefix(self.before.as_str());
                rest.is_some_and(|rest| rest.ends_with(after.as_str()))
            });
            if fits {
                found.push(self.folder.join(name));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_one_star_at_most_in_the_name_of_a_known_kind() {
        for good in ["/a/b.json", "t*.yml", "*.YAML", "/etc/x/t-*-y.json"] {
            Pattern::new(good).expect(good);
        }
        for bad in [
            "",
            "/",
            "/a/b.txt",
            "/a/*/b.json",
            "/a/*b*.json",
            "/a/b.json*",
        ] {
            Pattern::new(bad).expect_err(bad);
        }
    }
}
