//! The agent's own log while a screen is shown: into a file, with the last warning kept for the screen.
//!
//! Without a screen the lines go to standard error, as always.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

/// Where log lines go. Clones are the same journal.
#[derive(Clone, Debug)]
pub(super) struct Journal(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    /// `None`: standard error.
    file: Option<File>,
    warning: Option<String>,
}

/// Takes one line.
pub(super) struct Writer(Journal);

// === impl Journal ===

impl Journal {
    /// A journal in the file at `path`, or on standard error where no screen is shown.
    pub(super) fn open(path: &Path, live: bool) -> anyhow::Result<Self> {
        let file = if live {
            let file = File::create(path);
            Some(file.with_context(|| format!("cannot write {}", path.display()))?)
        } else {
            None
        };
        Ok(Self(Arc::new(Mutex::new(Inner {
            file,
            warning: None,
        }))))
    }

    /// Gives writers to the log.
    pub(super) fn writer(&self) -> impl Fn() -> Writer + Send + Sync + 'static {
        let journal = self.clone();
        move || Writer(journal.clone())
    }

    /// The last line of level warn or error.
    pub(super) fn last_warning(&self) -> Option<String> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.warning.clone()
    }
}

impl Write for Writer {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut inner = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(line);
        if text.contains("level=warn") || text.contains("level=error") {
            inner.warning = Some(text.trim().to_owned());
        }
        match &mut inner.file {
            Some(file) => file.write_all(line)?,
            None => io::stderr().write_all(line)?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
