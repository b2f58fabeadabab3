//! What a file source tells about one of its targets.

use std::path::PathBuf;
use std::sync::Arc;

use outpost_model::Labels;

/// One target: its file, and how far it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileStatus {
    /// The path that was asked for.
    pub path: PathBuf,
    /// The labels of its lines.
    pub labels: Arc<Labels>,
    /// Whether the file at the path is open.
    pub reading: bool,
    /// Bytes of that file that were read; of a compressed one, of its content.
    pub offset: u64,
}
