//! Sources from the file system: one file, or the `*.alloy` files of a folder.
//!
//! A folder's files are one configuration, in the order of their names; other files and folders in it are ignored, and
//! a folder without configurations is an empty one. Reading stops at the size limit, so a device or an endless pipe in
//! place of a file is an error. It is not: a watcher, nor a reader of imported modules.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{MAX_SOURCE_BYTES, Source, SourceError};
use crate::{Diagnostic, Diagnostics, ast, parse};

/// The ending of the files that are read from a folder.
const EXTENSION: &str = "alloy";

/// Reads a file, or every `*.alloy` file of a folder. Sources are named by their paths, `path` as given in front. What
/// cannot be read, is not UTF-8 or exceeds [`MAX_SOURCE_BYTES`] in all is listed.
pub fn load(path: &Path) -> Result<Vec<Arc<Source>>, Diagnostics> {
    let files = files(path)?;
    let mut left = MAX_SOURCE_BYTES;
    let mut sources = Vec::with_capacity(files.len());
    let mut diagnostics = Diagnostics::default();
    for file in files {
        match read(&file, left) {
            Ok(source) => {
                left = left.saturating_sub(source.text().len());
                sources.push(source);
            }
            Err(fault) => diagnostics.push(fault),
        }
    }
    if diagnostics.is_empty() {
        Ok(sources)
    } else {
        Err(diagnostics)
    }
}

/// Parses several sources as one configuration: all files, or all that is wrong with any of them.
pub fn parse_all(sources: &[Arc<Source>]) -> Result<Vec<ast::File>, Diagnostics> {
    let mut files = Vec::with_capacity(sources.len());
    let mut diagnostics = Diagnostics::default();
    for source in sources {
        match parse(source) {
            Ok(file) => files.push(file),
            Err(faults) => diagnostics.extend(faults),
        }
    }
    if diagnostics.is_empty() {
        Ok(files)
    } else {
        Err(diagnostics)
    }
}

/// The path itself, or the configurations in the folder that it names. Links are followed: mounted configurations
/// often are links.
fn files(path: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let refused = |error| unreadable(path, &error);
    if !fs::metadata(path).map_err(refused)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(refused)? {
        let file = entry.map_err(refused)?.path();
        if file.extension().is_some_and(|ending| ending == EXTENSION) && !file.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path, limit: usize) -> Result<Arc<Source>, Diagnostic> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() > limit {
        let bytes = bytes.len();
        return Err(SourceError::TooLarge { name, bytes }.into());
    }
    Ok(Source::from_bytes(name, bytes)?)
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error_without_place(format!("cannot read {}: {error}", path.display()))
}
