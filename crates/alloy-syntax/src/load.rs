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

/// Why no source could be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The system refused to read a file or folder.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// What a file holds is no source.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Reads a file, or every `*.alloy` file of a folder. Sources are named by their paths, `path` as given in front.
pub fn load(path: &Path) -> Result<Vec<Arc<Source>>, LoadError> {
    if !metadata(path)?.is_dir() {
        return Ok(vec![read(path, MAX_SOURCE_BYTES)?]);
    }
    let refused = |error| LoadError::Read {
        path: path.to_owned(),
        error,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(refused)? {
        let file = entry.map_err(refused)?.path();
        let is_configuration = file.extension().is_some_and(|ending| ending == EXTENSION);
        if is_configuration && !metadata(&file)?.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    let mut left = MAX_SOURCE_BYTES;
    let mut sources = Vec::with_capacity(files.len());
    for file in files {
        let source = read(&file, left)?;
        left = left.saturating_sub(source.text().len());
        sources.push(source);
    }
    Ok(sources)
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

/// Follows symbolic links, which is how mounted configurations often come.
fn metadata(path: &Path) -> Result<fs::Metadata, LoadError> {
    fs::metadata(path).map_err(|error| LoadError::Read {
        path: path.to_owned(),
        error,
    })
}

fn read(path: &Path, limit: usize) -> Result<Arc<Source>, LoadError> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|error| LoadError::Read {
            path: path.to_owned(),
            error,
        })?;
    if bytes.len() > limit {
        let bytes = bytes.len();
        return Err(SourceError::TooLarge { name, bytes }.into());
    }
    Ok(Source::from_bytes(name, bytes)?)
}

impl From<LoadError> for Diagnostic {
    fn from(error: LoadError) -> Self {
        match &error {
            LoadError::Read { error: cause, .. } => {
                Self::error_without_place(format!("{error}: {cause}"))
            }
            LoadError::Source(error) => error.clone().into(),
        }
    }
}

impl From<LoadError> for Diagnostics {
    fn from(error: LoadError) -> Self {
        Diagnostic::from(error).into()
    }
}
