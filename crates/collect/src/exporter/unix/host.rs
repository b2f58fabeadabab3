//! Where the host's files are, and bounded reads of them.

use std::fs::{File, read_dir};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{self, Mode, OFlags};

use super::collector::CollectError;
use super::config::UnixConfig;

/// No file of `/proc` that is read here comes near this, not even `interrupts` of a machine with 512 CPUs.
const FILE_LIMIT: u64 = 32 << 20;
/// What most files need at most: one read, no growth.
const FIRST_READ: usize = 8 << 10;
/// Attributes of `/sys` are a page at most.
const VALUE_LIMIT: usize = 4 << 10;

/// The host's file trees.
#[derive(Debug)]
pub(super) struct Host {
    /// Where the host's `/proc` is.
    pub(super) proc: PathBuf,
    /// Where the host's `/sys` is.
    pub(super) sys: PathBuf,
    /// Where the host's root is.
    pub(super) root: PathBuf,
    /// Where udev keeps what it knows of devices.
    pub(super) udev: PathBuf,
    /// The host's view of `/proc/net`.
    net: PathBuf,
}

// === impl Host ===

impl Host {
    /// The trees that `config` names. `<procfs>/1/net` is the host's network even from within a container's own.
    pub(super) fn new(config: &UnixConfig) -> Self {
        let proc = config.procfs_path.clone();
        let first = proc.join("1/net");
        let net = if first.join("dev").exists() {
            first
        } else {
            proc.join("net")
        };
        Self {
            net,
            sys: config.sysfs_path.clone(),
            root: config.rootfs_path.clone(),
            udev: config.udev_data_path.clone(),
            proc,
        }
    }

    /// A file below `/proc`. One that is not there is [`CollectError::NoData`].
    pub(super) fn proc(&self, name: &str) -> Result<String, CollectError> {
        read(&self.proc.join(name))
    }

    /// A file below the host's `/proc/net`. One that is not there is [`CollectError::NoData`].
    pub(super) fn net(&self, name: &str) -> Result<String, CollectError> {
        read(&self.net.join(name))
    }

    /// The error of a file below `/proc` that does not say what it should.
    pub(super) fn malformed(&self, name: &str, what: &'static str) -> CollectError {
        CollectError::Format {
            path: self.proc.join(name),
            what,
        }
    }

    /// A directory below `/sys`. One that is not there is [`CollectError::NoData`].
    pub(super) fn sys_dir(&self, name: &str) -> Result<Vec<PathBuf>, CollectError> {
        list(&self.sys.join(name))
    }

    /// A path of the host as this process reaches it.
    pub(super) fn rooted(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }
}

/// A whole file; what is not UTF-8 in it is replaced.
pub(super) fn read(path: &Path) -> Result<String, CollectError> {
    let mut bytes = Vec::with_capacity(FIRST_READ);
    let outcome = File::open(path).and_then(|file| file.take(FILE_LIMIT).read_to_end(&mut bytes));
    match outcome {
        Ok(_) => Ok(into_text(bytes)),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Err(CollectError::NoData),
        Err(source) => Err(CollectError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// The trimmed content of an attribute of `/sys`, where it can be had. Many cannot, for reasons of the driver's own.
pub(super) fn value(path: &Path) -> Option<String> {
    attribute(fs::CWD, path)
}

/// An attribute that is a number, decimal or `0x…`.
pub(super) fn number(path: &Path) -> Option<f64> {
    parse_number(&value(path)?)
}

/// A directory of attributes, opened once: each attribute then costs no walk through the tree.
#[derive(Debug)]
pub(super) struct Attributes(OwnedFd);

// === impl Attributes ===

impl Attributes {
    /// The directory at `path`, if it is one.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        fs::open(path, flags, Mode::empty()).ok().map(Self)
    }

    /// The trimmed content of an attribute.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        attribute(&self.0, name)
    }

    /// An attribute that is a number, decimal or `0x…`.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        parse_number(&self.value(name)?)
    }
}

/// The kernel gives an attribute whole in one read, so there is no second one to find its end.
fn attribute(dir: impl AsFd, path: impl rustix::path::Arg) -> Option<String> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = fs::openat(dir, path, flags, Mode::empty()).ok()?;
    let mut buffer = [0; VALUE_LIMIT];
    let length = rustix::io::read(&file, &mut buffer).ok()?;
    let text = String::from_utf8_lossy(buffer.get(..length)?);
    Some(text.trim_matches(['\n', ' ', '\t', '\0']).to_owned())
}

fn parse_number(text: &str) -> Option<f64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|n| n as f64),
        None => text.parse().ok(),
    }
}

/// The entries of a directory, sorted by name. One that is not there is [`CollectError::NoData`].
pub(super) fn list(path: &Path) -> Result<Vec<PathBuf>, CollectError> {
    let entries = read_dir(path).and_then(|dir| {
        dir.map(|entry| entry.map(|e| e.path()))
            .collect::<io::Result<Vec<_>>>()
    });
    match entries {
        Ok(mut entries) => {
            entries.sort();
            Ok(entries)
        }
        Err(source) if source.kind() == io::ErrorKind::NotFound => Err(CollectError::NoData),
        Err(source) => Err(CollectError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// The last piece of a path as text.
pub(super) fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}
