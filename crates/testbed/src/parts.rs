//! Where the real parts are, and what a test does when one is missing.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Directory of the peers' binaries (set by `cargo xtask test`).
const PEERS: &str = "OUTPOST_PEERS";
/// File that collects the names of what was left out (set by `cargo xtask test`).
const LEFT_OUT: &str = "OUTPOST_LEFT_OUT";

/// A peer's binary (`prometheus`, `prometheus-node-exporter`, `vmagent`, …), unpacked from Debian's unstable suite.
pub fn peer(name: &str) -> Option<PathBuf> {
    let found = std::env::var_os(PEERS)
        .map(|dir| Path::new(&dir).join(name))
        .filter(|path| path.is_file());
    if found.is_none() {
        left_out(name);
    }
    found
}

/// A program of this machine (`nginx`, `mariadbd`, `mvn`, …).
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|dir| dir.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        left_out(name);
    }
    found
}

/// Says that a part is missing. With `CI=true` that is a failure.
pub fn left_out(part: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let line = format!("{test}: needs {part}, which is not here");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{line}");
    write_down(&line);
}

/// Says that a part is missing which no machine has to have.
pub(crate) fn left_out_anywhere(part: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    write_down(&format!(
        "optional: {test}: needs {part}, which is not here"
    ));
}

fn write_down(line: &str) {
    if let Some(file) = std::env::var_os(LEFT_OUT) {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(file)
            .expect("the list of parts left out");
        writeln!(file, "{line}").expect("the list of parts left out");
    }
}
