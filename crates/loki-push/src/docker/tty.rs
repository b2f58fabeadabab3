//! Lines of containers with a terminal.
//!
//! Their log has no frames, so the records of a long line stand one after the other, each with its time in front: the
//! time of the line's first record stands again in the middle of the line. No program prints that, to the nanosecond.

use bytes::{Bytes, BytesMut};
use memchr::memmem;

/// Below this length no line was cut in records.
const LEAST: usize = 16 * 1024;

/// A line without the times that stand within it. `stamp` is the time in front of it, with its blank.
pub(super) fn without_inner_times(line: Bytes, stamp: &[u8]) -> Bytes {
    if line.len() < LEAST || stamp.is_empty() || memmem::find(&line, stamp).is_none() {
        return line;
    }
    let mut whole = BytesMut::with_capacity(line.len());
    let mut rest: &[u8] = &line;
    while let Some(at) = memmem::find(rest, stamp) {
        whole.extend_from_slice(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + stamp.len()..).unwrap_or_default();
    }
    whole.extend_from_slice(rest);
    whole.freeze()
}
