//! From chunks of a file to lines with the offsets of their ends.

use bytes::{Bytes, BytesMut};
use memchr::memchr;

use super::Encoding;

/// What a line that was cut ends in.
const CUT_MARK: &[u8] = b" [cut by outpost: too long]";

/// Splits what is read of one file. What has no newline yet is held back.
#[derive(Debug)]
pub struct LineSplitter {
    encoding: Encoding,
    /// The offset of the first byte that is held.
    offset: u64,
    held: BytesMut,
    /// Bytes of `held` that hold no newline.
    searched: usize,
    /// Bytes of an overlong line that were thrown away.
    thrown: u64,
    longest: usize,
}

// === impl LineSplitter ===

impl LineSplitter {
    /// A splitter for bytes from `offset` on. Lines longer than `longest` bytes are cut, and say so.
    pub fn new(encoding: Encoding, offset: u64, longest: usize) -> Self {
        Self {
            encoding,
            offset,
            held: BytesMut::new(),
            searched: 0,
            thrown: 0,
            longest,
        }
    }

    /// Takes the bytes that follow.
    pub fn push(&mut self, chunk: &[u8]) {
        self.held.extend_from_slice(chunk);
    }

    /// The next whole line and the offset of its end.
    pub fn next_line(&mut self) -> Option<(Bytes, u64)> {
        let newline = self.encoding.newline();
        let Some(at) = self.find(newline) else {
            self.searched = self.held.len().saturating_sub(newline.len() - 1);
            if self.held.len() > self.longest {
                self.thrown += (self.held.len() - self.longest) as u64;
                self.held.truncate(self.longest);
                self.searched = self.searched.min(self.longest);
            }
            return None;
        };
        self.searched = 0;
        let line = self.held.split_to(at);
        let _ = self.held.split_to(newline.len());
        Some(self.finish(line, newline.len()))
    }

    /// What has no newline, if anything: nothing more will come.
    pub fn flush(&mut self) -> Option<(Bytes, u64)> {
        if self.held.is_empty() && self.thrown == 0 {
            return None;
        }
        self.searched = 0;
        let line = self.held.split();
        Some(self.finish(line, 0))
    }

    /// Whether something is held back.
    pub fn is_open(&self) -> bool {
        !self.held.is_empty()
    }

    fn finish(&mut self, mut line: BytesMut, newline: usize) -> (Bytes, u64) {
        self.offset += line.len() as u64 + self.thrown + newline as u64;
        let cut = std::mem::take(&mut self.thrown) > 0 || line.len() > self.longest;
        line.truncate(self.longest);
        let mut text = self.encoding.decode(line.freeze());
        if cut {
            let mut marked = BytesMut::from(&*text);
            marked.extend_from_slice(CUT_MARK);
            text = marked.freeze();
        }
        (text, self.offset)
    }

    fn find(&self, newline: &[u8]) -> Option<usize> {
        let mut from = self.searched;
        if newline.len() == 1 {
            let rest = self.held.get(from..)?;
            return memchr(b'\n', rest).map(|at| from + at);
        }
        // Two-byte units, aligned to the line's start.
        from -= from % 2;
        let rest = self.held.get(from..)?;
        rest.chunks_exact(2)
            .position(|unit| unit == newline)
            .map(|index| from + index * 2)
    }
}
