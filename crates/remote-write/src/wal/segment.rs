//! Segment files: their names, their heads, and the seal that ends them.
//!
//! ```text
//! 0            8            16           24       28       32
//! | "OUTPWAL1" | number     | created ms | zero   | crc32c | frames …
//! ```

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::frame::{self, Kind};
use crate::points::Counts;

/// Bytes of a segment's head.
pub(crate) const HEAD: usize = 32;
/// The format's name and version.
const MAGIC: [u8; 8] = *b"OUTPWAL1";
/// Payload of a seal: five numbers of eight bytes.
const SEAL_PAYLOAD: usize = 40;
/// Bytes of a seal frame, which is always a sealed segment's end.
pub(crate) const SEAL: usize = frame::HEAD + SEAL_PAYLOAD;

/// A segment's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) number: u64,
    pub(crate) created_ms: i64,
}

/// What a segment holds in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) counts: Counts,
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
}

// === impl Head ===

impl Head {
    pub(crate) fn encode(self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let parts = MAGIC
            .into_iter()
            .chain(self.number.to_le_bytes())
            .chain(self.created_ms.to_le_bytes());
        for (place, byte) in bytes.iter_mut().zip(parts) {
            *place = byte;
        }
        if let Some((head, sum)) = bytes.split_last_chunk_mut::<4>() {
            *sum = crc32c::crc32c(head).to_le_bytes();
        }
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (head, sum) = bytes.get(..HEAD)?.split_last_chunk::<4>()?;
        if crc32c::crc32c(head) != u32::from_le_bytes(*sum) || !head.starts_with(&MAGIC) {
            return None;
        }
        let (number, rest) = head.get(MAGIC.len()..)?.split_first_chunk()?;
        let (created, _) = rest.split_first_chunk()?;
        Some(Self {
            number: u64::from_le_bytes(*number),
            created_ms: i64::from_le_bytes(*created),
        })
    }
}

// === impl Summary ===

impl Summary {
    /// Of nothing yet.
    pub(crate) const EMPTY: Self = Self {
        counts: Counts {
            samples: 0,
            histograms: 0,
            exemplars: 0,
        },
        first_ms: i64::MAX,
        last_ms: i64::MIN,
    };

    /// Appends the seal frame.
    pub(crate) fn put_seal(&self, buffer: &mut Vec<u8>) {
        frame::put(buffer, Kind::Seal, 0, |payload| {
            payload.extend_from_slice(&self.first_ms.to_le_bytes());
            payload.extend_from_slice(&self.last_ms.to_le_bytes());
            let counts = self.counts;
            for number in [counts.samples, counts.histograms, counts.exemplars] {
                payload.extend_from_slice(&number.to_le_bytes());
            }
        });
    }

    /// Reads a seal's payload.
    pub(crate) fn decode(payload: &[u8]) -> Option<Self> {
        let (numbers, []) = payload.as_chunks::<8>() else {
            return None;
        };
        let [first, last, samples, histograms, exemplars] = *numbers else {
            return None;
        };
        Some(Self {
            first_ms: i64::from_le_bytes(first),
            last_ms: i64::from_le_bytes(last),
            counts: Counts {
                samples: u64::from_le_bytes(samples),
                histograms: u64::from_le_bytes(histograms),
                exemplars: u64::from_le_bytes(exemplars),
            },
        })
    }

    /// Widens the span of time.
    pub(crate) fn span(&mut self, timestamp_ms: i64) {
        self.first_ms = self.first_ms.min(timestamp_ms);
        self.last_ms = self.last_ms.max(timestamp_ms);
    }
}

/// The file of segment `number`.
pub(crate) fn path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{number:016x}.wal"))
}

/// The numbers of the segments in `directory`, ascending, with their sizes.
pub(crate) fn list(directory: &Path) -> io::Result<Vec<(u64, u64)>> {
    let mut segments = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let number = path
            .file_stem()
            .filter(|_| path.extension() == Some(OsStr::new("wal")))
            .and_then(OsStr::to_str)
            .filter(|stem| stem.len() == 16)
            .and_then(|stem| u64::from_str_radix(stem, 16).ok());
        if let Some(number) = number {
            segments.push((
                number,
                entry.metadata().map_or(0, |metadata| metadata.len()),
            ));
        }
    }
    segments.sort_unstable();
    Ok(segments)
}
