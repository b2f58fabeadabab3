//! An endpoint's durable place in the log: two slots of a small file, written in turn.
//!
//! ```text
//! 0        8        16        24       28      32        …                      64
//! | turn   | segment | offset | index  | crc32c| zeros
//! ```
//! The slot with the higher turn and a right checksum holds. A torn write costs one step back, never the place.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::chunk::Position;

/// Bytes of a slot.
const SLOT: usize = 64;
/// Bytes of a slot that mean something.
const USED: usize = 32;
/// Ends the name of a cursor file.
const SUFFIX: &str = ".cursor";
/// Bytes of the longest file name that file systems take.
const LONGEST: usize = 255;
/// Bytes that stay of a longer one.
const KEPT: usize = 180;

/// An open cursor file.
#[derive(Debug)]
pub(crate) struct Cursor {
    file: File,
    turn: u64,
    position: Option<Position>,
}

// === impl Cursor ===

impl Cursor {
    /// Opens or makes the cursor of the endpoint called `name`.
    pub(crate) fn open(directory: &Path, name: &str) -> io::Result<Self> {
        let path = directory.join(file_name(name));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let (turn, position) = newest(&file)?.map_or((0, None), |(turn, at)| (turn, Some(at)));
        Ok(Self {
            file,
            turn,
            position,
        })
    }

    /// The place kept; `None` for an endpoint never seen before.
    pub(crate) fn position(&self) -> Option<Position> {
        self.position
    }

    /// Keeps a place. It survives a kill at once.
    pub(crate) fn store(&mut self, position: Position) -> io::Result<()> {
        if self.position == Some(position) {
            return Ok(());
        }
        let turn = self.turn + 1;
        self.file
            .write_all_at(&encode(turn, position), turn % 2 * SLOT as u64)?;
        (self.turn, self.position) = (turn, Some(position));
        Ok(())
    }
}

/// Reads a cursor file without opening it for writing.
pub(crate) fn read(path: &Path) -> io::Result<Option<Position>> {
    Ok(newest(&File::open(path)?)?.map(|(_, position)| position))
}

/// The cursor files in `directory`, with the endpoints' names.
pub(crate) fn list(directory: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut cursors = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.and_then(|name| name.strip_suffix(SUFFIX)) {
            cursors.push((unescape(name), path));
        }
    }
    cursors.sort();
    Ok(cursors)
}

fn newest(file: &File) -> io::Result<Option<(u64, Position)>> {
    let mut bytes = [0; 2 * SLOT];
    let mut length = 0;
    while let Some(room) = bytes.get_mut(length..).filter(|room| !room.is_empty()) {
        match file.read_at(room, length as u64)? {
            0 => break,
            read => length += read,
        }
    }
    let (slots, _) = bytes.as_chunks::<SLOT>();
    Ok(slots
        .iter()
        .filter_map(decode)
        .max_by_key(|(turn, _)| *turn))
}

fn encode(turn: u64, position: Position) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    let parts = [
        turn.to_le_bytes(),
        position.segment.to_le_bytes(),
        position.offset.to_le_bytes(),
    ];
    let bytes = parts
        .into_iter()
        .flatten()
        .chain(position.index.to_le_bytes());
    for (place, byte) in slot.iter_mut().zip(bytes) {
        *place = byte;
    }
    let sum = crc32c::crc32c(slot.get(..USED - 4).unwrap_or_default()).to_le_bytes();
    if let Some(place) = slot.get_mut(USED - 4..USED) {
        place.copy_from_slice(&sum);
    }
    slot
}

fn decode(slot: &[u8; SLOT]) -> Option<(u64, Position)> {
    let (body, sum) = slot.get(..USED)?.split_last_chunk::<4>()?;
    let (numbers, rest) = body.as_chunks::<8>();
    let [turn, segment, offset] = *numbers else {
        return None;
    };
    let index = *rest.first_chunk::<4>()?;
    let turn = u64::from_le_bytes(turn);
    // A file of zeros is no cursor.
    (turn > 0 && crc32c::crc32c(body) == u32::from_le_bytes(*sum)).then(|| {
        let position = Position {
            segment: u64::from_le_bytes(segment),
            offset: u64::from_le_bytes(offset),
            index: u32::from_le_bytes(index),
        };
        (turn, position)
    })
}

/// Letters, digits, `-`, `_` and `.` stand for themselves, everything else for its bytes in hex after `%`. A name too long
/// for a file is cut, and `~` (which no short name holds) and a checksum of the whole keep it apart from its like.
fn file_name(name: &str) -> String {
    let mut file = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            file.push(char::from(byte));
        } else {
            let _ = write!(file, "%{byte:02x}");
        }
    }
    if file.len() + SUFFIX.len() > LONGEST {
        file.truncate(KEPT);
        // Half an escape would read as something else.
        if let Some(at) = file.rfind('%').filter(|at| at + 3 > KEPT) {
            file.truncate(at);
        }
        let _ = write!(file, "~{:016x}", checksum(name));
    }
    file + SUFFIX
}

/// FNV-1a of 64 bits: the same in every version, which the standard hasher does not promise.
fn checksum(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn unescape(name: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let hex = behind
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64) -> Position {
        Position {
            segment: 3,
            offset,
            index: 7,
        }
    }

    #[test]
    fn a_place_kept_is_there_after_reopening_and_a_torn_slot_costs_one_step() {
        let directory = tempfile::tempdir().unwrap();
        let name = "prometheus.remote_write.a/http://x:1/β";
        let mut cursor = Cursor::open(directory.path(), name).unwrap();
        assert_eq!(cursor.position(), None);
        cursor.store(at(1)).unwrap();
        cursor.store(at(2)).unwrap();
        assert_eq!(
            Cursor::open(directory.path(), name).unwrap().position(),
            Some(at(2))
        );
        let (listed, path) = list(directory.path()).unwrap().remove(0);
        assert_eq!(listed, name);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[17] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(read(&path).unwrap(), Some(at(1)));
        std::fs::write(&path, &bytes[..20]).unwrap();
        assert_eq!(read(&path).unwrap(), None);
    }

    #[test]
    fn names_too_long_for_a_file_have_places_of_their_own_and_others_keep_their_file() {
        let directory = tempfile::tempdir().unwrap();
        let long = format!("http://{}:9090/api", "ä".repeat(300));
        let names = [format!("{long}/1"), format!("{long}/2"), "x".repeat(248)];
        for (name, offset) in names.iter().zip(1..) {
            let mut cursor = Cursor::open(directory.path(), name).unwrap();
            assert_eq!(cursor.position(), None, "{name}");
            cursor.store(at(offset)).unwrap();
        }
        for (name, offset) in names.iter().zip(1..) {
            let cursor = Cursor::open(directory.path(), name).unwrap();
            assert_eq!(cursor.position(), Some(at(offset)), "{name}");
        }
        let listed = list(directory.path()).unwrap();
        assert_eq!(listed.len(), 3);
        assert!(listed[0].0.starts_with("http://ää"), "{listed:?}");
        // As it was called before long names were cut.
        assert_eq!(listed[2].0, names[2]);
    }
}
