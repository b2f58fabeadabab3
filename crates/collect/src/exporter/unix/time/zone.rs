//! The local time zone's name and offset at a moment, from `TZ` and `/etc/localtime` (RFC 8536, the data block that both
//! versions of the format share).
//!
//! It is not: rules for moments after the file's last transition beyond what that transition says.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// A time zone's name and offset at a moment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Zone {
    /// The abbreviation, `UTC` say.
    pub(super) name: String,
    /// Seconds ahead of UTC.
    pub(super) offset: i32,
}

/// The zone of this process at `now`, in Unix time; UTC where none can be read.
pub(super) fn local(now: f64) -> Zone {
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds are meant")]
    let now = now as i64;
    fs::read(file(env::var("TZ").ok().as_deref()))
        .ok()
        .and_then(|bytes| at(&bytes, now))
        .unwrap_or_else(|| Zone {
            name: "UTC".to_owned(),
            offset: 0,
        })
}

/// The file that describes the zone.
fn file(tz: Option<&str>) -> PathBuf {
    match tz.map(|tz| tz.trim_start_matches(':')) {
        None => PathBuf::from("/etc/localtime"),
        Some("") => PathBuf::from("/usr/share/zoneinfo/UTC"),
        Some(name) => Path::new("/usr/share/zoneinfo").join(name),
    }
}

/// The counts of a header, which come before the data.
struct Header {
    version: u8,
    is_ut: usize,
    is_std: usize,
    leap: usize,
    times: usize,
    types: usize,
    chars: usize,
}

const HEADER: usize = 44;

fn header(bytes: &[u8]) -> Option<Header> {
    let rest = bytes.strip_prefix(b"TZif")?;
    let count = |index: usize| {
        let at = 16 + index * 4;
        let bytes: [u8; 4] = rest.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes(bytes)).ok()
    };
    Some(Header {
        version: *rest.first()?,
        is_ut: count(0)?,
        is_std: count(1)?,
        leap: count(2)?,
        times: count(3)?,
        types: count(4)?,
        chars: count(5)?,
    })
}

/// The zone that a file's `bytes` describe, at `now`.
fn at(bytes: &[u8], now: i64) -> Option<Zone> {
    let head = header(bytes)?;
    if head.version == 0 {
        return read(bytes.get(HEADER..)?, &head, 4, now);
    }
    // From version 2 on the data comes a second time, with times of eight bytes.
    let first =
        head.times * 5 + head.types * 6 + head.chars + head.leap * 8 + head.is_std + head.is_ut;
    let second = bytes.get(HEADER.checked_add(first)?..)?;
    let head = header(second)?;
    read(second.get(HEADER..)?, &head, 8, now)
}

fn read(data: &[u8], head: &Header, width: usize, now: i64) -> Option<Zone> {
    let times = data.get(..head.times.checked_mul(width)?)?;
    let data = data.get(times.len()..)?;
    let indices = data.get(..head.times)?;
    let data = data.get(head.times..)?;
    let types = data.get(..head.types.checked_mul(6)?)?;
    let chars = data.get(types.len()..)?.get(..head.chars)?;

    let passed = times
        .chunks_exact(width)
        .take_while(|time| seconds(time) <= now)
        .count();
    let index = match passed.checked_sub(1) {
        Some(last) => usize::from(*indices.get(last)?),
        None => 0,
    };
    let kind = types.chunks_exact(6).nth(index)?;
    let (offset, rest) = kind.split_first_chunk::<4>()?;
    let name = chars.get(usize::from(*rest.get(1)?)..)?;
    let name = name.split(|byte| *byte == 0).next()?;
    Some(Zone {
        name: String::from_utf8_lossy(name).into_owned(),
        offset: i32::from_be_bytes(*offset),
    })
}

/// A big-endian time of four or eight bytes.
fn seconds(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|b| b & 0x80 != 0) {
        -1
    } else {
        0
    };
    bytes
        .iter()
        .fold(sign, |n, byte| (n << 8) | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A version 2 file: LMT until -3000000000, then KST, with DST (KDT) from 2000000000 on.
    fn seoul() -> Vec<u8> {
        let mut file = Vec::new();
        let empty = [0u32; 6];
        let counts = [0u32, 0, 0, 2, 3, 12];
        for (counts, data) in [(empty, false), (counts, true)] {
            file.extend_from_slice(b"TZif2");
            file.extend_from_slice(&[0; 15]);
            for count in counts {
                file.extend_from_slice(&count.to_be_bytes());
            }
            if data {
                for time in [-3_000_000_000i64, 2_000_000_000] {
                    file.extend_from_slice(&time.to_be_bytes());
                }
                file.extend_from_slice(&[1, 2]);
                for (offset, dst, name) in [(30472i32, 0, 0), (32400, 0, 4), (36000, 1, 8)] {
                    file.extend_from_slice(&offset.to_be_bytes());
                    file.extend_from_slice(&[dst, name]);
                }
                file.extend_from_slice(b"LMT\0KST\0KDT\0");
            }
        }
        file
    }

    #[test]
    fn the_last_transition_before_the_moment_counts() {
        let zone = |now| at(&seoul(), now).map(|z| (z.name, z.offset));
        assert_eq!(zone(-4_000_000_000), Some(("LMT".to_owned(), 30472)));
        assert_eq!(zone(1_700_000_000), Some(("KST".to_owned(), 32400)));
        assert_eq!(zone(2_000_000_000), Some(("KDT".to_owned(), 36000)));
    }

    #[test]
    fn a_file_cut_short_anywhere_is_no_zone_and_no_panic() {
        let file = seoul();
        for length in 0..file.len() {
            assert_eq!(at(&file[..length], 0), None, "{length} bytes");
        }
    }
}
