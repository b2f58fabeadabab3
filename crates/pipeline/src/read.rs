//! Reads a configuration: one file, or all `*.alloy` files of a directory as one.
//!
//! It is not: parsing.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use outpost_alloy_syntax::{Diagnostic, Diagnostics, MAX_SOURCE_BYTES, Source};

/// The files that a directory gives.
const EXTENSION: &str = "alloy";

/// The sources at `path`, in the order of their names; none for a directory without such files.
pub fn read_sources(path: &Path) -> Result<Vec<Arc<Source>>, Diagnostics> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        Diagnostics::from(Diagnostic::error_without_place(format!(
            "cannot read {}: {error}",
            path.display()
        )))
    };
    let is_directory = fs::metadata(path)
        .map_err(|error| unreadable(path, &error))?
        .is_dir();
    let files = if is_directory {
        files_of(path).map_err(|error| unreadable(path, &error))?
    } else {
        vec![path.to_owned()]
    };
    let mut sources = Vec::new();
    let mut wrong = Diagnostics::default();
    for file in files {
        match read(&file) {
            Ok(bytes) => match Source::from_bytes(file.display().to_string(), bytes) {
                Ok(source) => sources.push(source),
                Err(error) => wrong.push(error.into()),
            },
            Err(error) => wrong.extend(unreadable(&file, &error)),
        }
    }
    if wrong.has_errors() {
        Err(wrong)
    } else {
        Ok(sources)
    }
}

/// The configuration files of a directory, those in nested directories left out.
fn files_of(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == EXTENSION) && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A file's bytes, cut a little above the size that is refused anyway.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?
        .take(MAX_SOURCE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
