//! What a collector is, and how one fails.

use std::io;
use std::path::PathBuf;

use super::host::Host;
use crate::exporter::Page;

/// One source of metrics.
pub(super) trait Collector: Send {
    /// Puts what the source says on `page`. Rows put before a failure stay.
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError>;
}

/// Why a collector failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CollectError {
    /// The machine does not have this: normal, not worth a word in the log.
    #[error("nothing to collect here")]
    NoData,
    /// A file is there and cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file does not say what it should.
    #[error("{} is not as expected: {what}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is missing or wrong.
        what: &'static str,
    },
}
