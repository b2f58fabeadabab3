//! One file as it is open: reads, looks whether it is still the one at its path. Blocking; run it off the runtime.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::cursor::{HEAD, head_hash};
use crate::FilePosition;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip, of any number of members.
    Gzip,
    /// zlib.
    Zlib,
    /// bzip2.
    Bzip2,
}

/// An open file.
pub(super) struct Generation {
    pub(super) path: PathBuf,
    pub(super) device: u64,
    pub(super) inode: u64,
    /// The first bytes, read when there were that many.
    pub(super) head: Vec<u8>,
    file: File,
    input: Input,
    /// Where reading stands (of a compressed file: in what it holds).
    pub(super) offset: u64,
}

enum Input {
    Plain,
    Compressed(Box<dyn Read + Send + Sync>),
}

/// What has become of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The same file, at least as long as was read.
    Same,
    /// The same file with less, or with other content.
    Truncated,
    /// Another file.
    Replaced,
    /// Nothing is there.
    Missing,
}

// === impl Generation ===

impl Generation {
    /// Opens a regular file, at its start.
    pub(super) fn open(path: &Path, compression: Option<Compression>) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        let input = match compression {
            None => Input::Plain,
            Some(compression) => Input::Compressed(inflate(compression, file.try_clone()?)),
        };
        let mut this = Self {
            path: path.to_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
            head: Vec::new(),
            file,
            input,
            offset: 0,
        };
        this.learn_head();
        Ok(this)
    }

    /// Goes to `offset`.
    pub(super) fn seek(&mut self, offset: u64) -> io::Result<()> {
        if let Input::Compressed(input) = &mut self.input {
            let skipped = offset.saturating_sub(self.offset);
            io::copy(&mut input.take(skipped), &mut io::sink())?;
        }
        self.offset = offset;
        Ok(())
    }

    /// Reads up to `limit` bytes; nothing at the end, and nothing of a file that was emptied and grew again.
    pub(super) fn read(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut chunk = vec![0; limit];
        let length = match &mut self.input {
            Input::Plain => self.file.read_at(&mut chunk, self.offset)?,
            Input::Compressed(input) => input.read(&mut chunk)?,
        };
        if matches!(self.input, Input::Plain) && length > 0 && self.head_has_changed() {
            return Ok(Vec::new());
        }
        chunk.truncate(length);
        self.offset += length as u64;
        if length > 0 {
            self.learn_head();
        }
        Ok(chunk)
    }

    /// Compares the path with this file.
    pub(super) fn look(&self) -> Look {
        let Ok(metadata) = fs::metadata(&self.path) else {
            return Look::Missing;
        };
        if metadata.dev() != self.device || metadata.ino() != self.inode {
            return Look::Replaced;
        }
        if metadata.len() < self.offset && matches!(self.input, Input::Plain) {
            return Look::Truncated;
        }
        if metadata.len() >= self.offset && self.head_has_changed() {
            // Truncated and grown again in one go.
            return Look::Truncated;
        }
        Look::Same
    }

    /// Whether `other`, which took over the path, begins with everything that was read of this file: an editor's way
    /// of saving. Compared to the last byte, up to a limit beyond which no editor goes.
    pub(super) fn is_continued_by(&self, other: &Self) -> bool {
        const LIMIT: u64 = 16 * 1024 * 1024;
        if self.offset == 0 || self.offset > LIMIT || matches!(self.input, Input::Compressed(_)) {
            return false;
        }
        let mut at = 0;
        let (mut ours, mut theirs) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
        while at < self.offset {
            let length = usize::try_from(self.offset - at)
                .unwrap_or(usize::MAX)
                .min(ours.len());
            let (Some(a), Some(b)) = (ours.get_mut(..length), theirs.get_mut(..length)) else {
                return false;
            };
            let same = self.file.read_exact_at(a, at).is_ok()
                && other.file.read_exact_at(b, at).is_ok()
                && a == b;
            if !same {
                return false;
            }
            at += length as u64;
        }
        true
    }

    /// Whether this is the file of `position`, and still has what was read of it.
    pub(super) fn is_of(&self, position: &FilePosition) -> bool {
        self.device == position.device
            && self.inode == position.inode
            && self.has_head_of(position)
            && (matches!(self.input, Input::Compressed(_))
                || self
                    .file
                    .metadata()
                    .is_ok_and(|m| m.len() >= position.offset))
    }

    /// Where to go on if `position` is of another file with the same beginning (moved over it, or copied).
    pub(super) fn position(&self, offset: u64) -> FilePosition {
        let known = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.head.len());
        FilePosition {
            path: self.path.display().to_string(),
            device: self.device,
            inode: self.inode,
            offset,
            head_length: known as u64,
            head_hash: head_hash(self.head.get(..known).unwrap_or_default()),
        }
    }

    /// What no two files that exist at a time share.
    pub(super) fn identity(&self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// Whether no name leads to it any more.
    pub(super) fn is_deleted(&self) -> bool {
        self.file
            .metadata()
            .is_ok_and(|metadata| metadata.nlink() == 0)
    }

    /// Its size now.
    pub(super) fn size(&self) -> u64 {
        self.file.metadata().map(|m| m.len()).unwrap_or_default()
    }

    /// The end of the last whole line.
    pub(super) fn last_line_end(&self) -> u64 {
        let mut end = self.size();
        let mut block = vec![0; 4096];
        while end > 0 {
            let start = end.saturating_sub(block.len() as u64);
            let length = usize::try_from(end - start).unwrap_or_default();
            let Some(part) = block.get_mut(..length) else {
                return 0;
            };
            if self.file.read_exact_at(part, start).is_err() {
                return start;
            }
            if let Some(at) = memchr::memrchr(b'\n', part) {
                return start + at as u64 + 1;
            }
            end = start;
        }
        0
    }

    fn has_head_of(&self, position: &FilePosition) -> bool {
        let length = usize::try_from(position.head_length).unwrap_or(usize::MAX);
        self.head
            .get(..length)
            .is_some_and(|head| head_hash(head) == position.head_hash)
    }

    fn learn_head(&mut self) {
        if self.head.len() < HEAD {
            self.head = self.read_head();
        }
    }

    fn read_head(&self) -> Vec<u8> {
        let mut head = vec![0; HEAD];
        let mut length = 0;
        while let Some(rest) = head.get_mut(length..) {
            match self.file.read_at(rest, length as u64) {
                Ok(more) if more > 0 => length += more,
                _ => break,
            }
        }
        head.truncate(length);
        head
    }

    fn head_has_changed(&self) -> bool {
        let known = usize::try_from(self.offset)
            .unwrap_or(usize::MAX)
            .min(self.head.len());
        let mut now = vec![0; known];
        self.file.read_exact_at(&mut now, 0).is_err() || self.head.get(..known) != Some(&*now)
    }
}

/// The file in `directory` that `position` is about, under whatever name.
pub(super) fn find(directory: &Path, position: &FilePosition) -> Option<Generation> {
    let is_it = |metadata: &Metadata| {
        metadata.is_file() && metadata.dev() == position.device && metadata.ino() == position.inode
    };
    fs::read_dir(directory)
        .ok()?
        .flatten()
        .filter(|entry| entry.metadata().is_ok_and(|metadata| is_it(&metadata)))
        .filter_map(|entry| Generation::open(&entry.path(), None).ok())
        .find(|generation| generation.is_of(position))
}

fn inflate(compression: Compression, file: File) -> Box<dyn Read + Send + Sync> {
    let file = io::BufReader::new(file);
    match compression {
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Compression::Zlib => Box::new(flate2::bufread::ZlibDecoder::new(file)),
        Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(file)),
    }
}
