//! What Debian's packages bring: programs installed where this runs as root, newer peers unpacked under `target/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell::{has, output, run, target};

/// The peers and a static shell for the test image, from the unstable suite: Go binaries that run on any Linux.
const PEERS: &[&str] = &[
    "prometheus",
    "promtool",
    "victoria-metrics",
    "prometheus-node-exporter",
    "prometheus-mysqld-exporter",
    "prometheus-nginx-exporter",
    "prometheus-blackbox-exporter",
    "busybox-static",
];

/// Installs packages; needs root and apt-get.
pub(super) fn install(packages: &[&str]) -> Result<()> {
    if !is_root() || !has("apt-get") {
        bail!("not installed here, and apt-get needs root; install them and run this again");
    }
    run(Command::new("apt-get").args(["-qq", "update"]))?;
    // Services of these packages are not wanted: tests start their own.
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("RUNLEVEL", "1");
    run(command
        .args(["-qq", "install", "-y", "--no-install-recommends"])
        .args(packages))
}

/// The directory with the peers' binaries; unpacks them once.
pub(super) fn peers() -> Result<PathBuf> {
    let home = target().join("peers");
    let binaries = home.join("root/usr/bin");
    let complete = home.join("complete");
    // A list that has changed since is fetched anew.
    let wanted = PEERS.join("\n");
    if fs::read_to_string(&complete).is_ok_and(|had| had == wanted) {
        return Ok(binaries);
    }
    if !has("apt-get") || !has("dpkg") {
        bail!("they come as Debian packages, and there is no apt-get here");
    }
    for dir in ["lists/partial", "cache/archives/partial", "parts"] {
        fs::create_dir_all(home.join("apt").join(dir))?;
    }
    fs::create_dir_all(home.join("debs"))?;
    let sources = home.join("apt/sources.list");
    let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    fs::write(
        &sources,
        format!("deb [signed-by={keyring}] {} sid main\n", mirror()?),
    )?;
    run(apt(&home).arg("update"))?;
    run(apt(&home)
        .arg("download")
        .args(PEERS)
        .current_dir(home.join("debs")))?;
    for package in fs::read_dir(home.join("debs"))? {
        run(Command::new("dpkg")
            .arg("-x")
            .arg(package?.path())
            .arg(home.join("root")))?;
    }
    fs::write(&complete, wanted)?;
    Ok(binaries)
}

/// The statically linked shell for the test image.
pub(super) fn busybox() -> Result<PathBuf> {
    let root = target().join("peers/root");
    ["usr/bin/busybox", "bin/busybox"]
        .iter()
        .map(|path| root.join(path))
        .find(|path| path.is_file())
        .context("busybox-static is not unpacked")
}

/// apt-get with a configuration of its own, so that the machine's suites stay as they are.
fn apt(home: &Path) -> Command {
    let apt = home.join("apt");
    let mut command = Command::new("apt-get");
    command.arg("-qq");
    for (key, path) in [
        ("Dir::Etc::sourcelist", apt.join("sources.list")),
        ("Dir::Etc::sourceparts", apt.join("parts")),
        ("Dir::State::lists", apt.join("lists")),
        ("Dir::Cache", apt.join("cache")),
    ] {
        command.arg("-o").arg(format!("{key}={}", path.display()));
    }
    command.args(["-o", "APT::Sandbox::User=root"]);
    command
}

/// The Debian mirror that this machine's own sources name (others' repositories stand there too).
fn mirror() -> Result<String> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(dir) = fs::read_dir("/etc/apt/sources.list.d") {
        files.extend(dir.flatten().map(|entry| entry.path()));
    }
    for file in files {
        for line in fs::read_to_string(file).unwrap_or_default().lines() {
            let url = line
                .strip_prefix("URIs:")
                .or_else(|| line.strip_prefix("deb "))
                .and_then(|rest| {
                    rest.split_whitespace()
                        .find(|word| word.starts_with("http"))
                });
            match url {
                Some(url) if url.trim_end_matches('/').ends_with("/debian") => {
                    return Ok(url.to_owned());
                }
                _ => {}
            }
        }
    }
    bail!("no Debian mirror is named in /etc/apt")
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
