//! A file's position: the end of the last settled line, and what tells the file from others.

use std::hash::Hasher as _;

use rapidhash::fast::RapidHasher;

use crate::{Cursor, FilePosition, Position};

/// Bytes of a file's start that tell it from others.
pub(super) const HEAD: usize = 1024;

/// Marks are offsets of line ends.
#[derive(Debug)]
pub(super) struct FileCursor {
    position: FilePosition,
    /// The file's first bytes as far as they were read.
    head: Vec<u8>,
}

// === impl FileCursor ===

impl FileCursor {
    /// A cursor at `position`, whose `head_*` are filled in from `head` as the offset grows.
    pub(super) fn new(position: FilePosition, head: Vec<u8>) -> Self {
        Self { position, head }
    }
}

impl Cursor for FileCursor {
    fn pass(&mut self, mark: u64) {
        self.position.offset = mark;
        let known = usize::try_from(mark)
            .unwrap_or(usize::MAX)
            .min(self.head.len());
        if self.position.head_length < known as u64 {
            self.position.head_length = known as u64;
            self.position.head_hash = head_hash(self.head.get(..known).unwrap_or_default());
        }
    }

    fn position(&self) -> Position {
        Position::File(self.position.clone())
    }
}

/// The hash that positions store; it must not change between versions.
pub(super) fn head_hash(head: &[u8]) -> u64 {
    let mut hasher = RapidHasher::default_const();
    hasher.write(head);
    hasher.finish()
}
