//! Recorded file trees: one text file with a `== path` line before each file's content.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// Unpacks a tree of `tests/data` into a directory of its own, with `proc/net` as the kernel has it.
pub(crate) fn unpack(name: &str) -> TempDir {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    let text = fs::read_to_string(&file).unwrap();
    let dir = tempfile::tempdir().unwrap();
    for section in text.split("== ").filter(|section| !section.is_empty()) {
        let (path, content) = section.split_once('\n').unwrap();
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    std::os::unix::fs::symlink("1/net", dir.path().join("proc/net")).unwrap();
    dir
}
