//! Frames: a head of twenty bytes, then the payload.
//!
//! ```text
//! 0        4        8        12    13       16       20
//! | magic  | length | crc32c | kind| zero   | count  | payload of `length` bytes …
//! ```
//! All numbers are little-endian. The checksum covers the length, and everything from `kind` to the payload's end.
//! `count` is the number of points (samples, histograms or exemplars) in the payload, so that what is dropped can be
//! counted without being decoded. After a damaged frame the next magic with a right checksum is where reading goes on.

/// Bytes of a frame's head.
pub(crate) const HEAD: usize = 20;
/// What every frame begins with.
pub(crate) const MAGIC: [u8; 4] = [0xf6, b'O', b'P', 0xa9];
/// No payload is longer: a length beyond it is damage.
pub(crate) const MAX_PAYLOAD: usize = 64 << 20;

/// What a payload holds; the numbers are those of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Labels by number.
    Pairs = 1,
    /// Label sets by number.
    Sets = 2,
    /// Series by number.
    Series = 3,
    /// What is known of a metric.
    Metadata = 4,
    /// A list of series by number.
    Layout = 5,
    /// Values of a layout that later columns refer to.
    Base = 6,
    /// Values of a layout as differences to its base.
    Delta = 7,
    /// Samples with times of their own.
    Stamped = 8,
    /// Native histograms.
    Histograms = 9,
    /// Exemplars.
    Exemplars = 10,
    /// Times since which the series of the next column count.
    Starts = 11,
    /// The segment's last frame: what it holds in all.
    Seal = 12,
}

/// A frame found in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) kind: Kind,
    pub(crate) count: u32,
    pub(crate) payload: &'a [u8],
}

/// What stands at a place where a frame should begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// A frame.
    Frame(Frame<'a>),
    /// The head promises more bytes than there are: read more, or the end was cut off. The frame's full length.
    Short(usize),
    /// No frame.
    Damaged,
}

// === impl Kind ===

impl Kind {
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        const ALL: [Kind; 12] = [
            Kind::Pairs,
            Kind::Sets,
            Kind::Series,
            Kind::Metadata,
            Kind::Layout,
            Kind::Base,
            Kind::Delta,
            Kind::Stamped,
            Kind::Histograms,
            Kind::Exemplars,
            Kind::Starts,
            Kind::Seal,
        ];
        ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// Appends a frame whose payload `write` appends.
pub(crate) fn put(
    buffer: &mut Vec<u8>,
    kind: Kind,
    count: usize,
    write: impl FnOnce(&mut Vec<u8>),
) {
    let at = buffer.len();
    buffer.resize(at + HEAD, 0);
    write(buffer);
    let length = buffer.len() - at - HEAD;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    let Some(frame) = buffer.get_mut(at..) else {
        return;
    };
    if let Some((head, _)) = frame.split_first_chunk_mut::<HEAD>() {
        let parts = [
            MAGIC,
            number(length),
            [0; 4],
            [kind as u8, 0, 0, 0],
            number(count),
        ];
        for (place, byte) in head.iter_mut().zip(parts.into_iter().flatten()) {
            *place = byte;
        }
    }
    let sum = checksum(frame).to_le_bytes();
    if let Some(place) = frame.get_mut(8..12) {
        place.copy_from_slice(&sum);
    }
}

/// Looks at what stands at the beginning of `bytes`.
pub(crate) fn find(bytes: &[u8]) -> Found<'_> {
    let Some((head, _)) = bytes.split_first_chunk::<HEAD>() else {
        let same = bytes.iter().zip(MAGIC).all(|(a, b)| *a == b);
        return if same {
            Found::Short(HEAD)
        } else {
            Found::Damaged
        };
    };
    let [
        m0,
        m1,
        m2,
        m3,
        l0,
        l1,
        l2,
        l3,
        s0,
        s1,
        s2,
        s3,
        kind,
        _,
        _,
        _,
        c0,
        c1,
        c2,
        c3,
    ] = *head;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    if [m0, m1, m2, m3] != MAGIC || length > MAX_PAYLOAD {
        return Found::Damaged;
    }
    let Some(frame) = bytes.get(..HEAD + length) else {
        return Found::Short(HEAD + length);
    };
    match (Kind::from_byte(kind), frame.get(HEAD..)) {
        (Some(kind), Some(payload)) if checksum(frame) == u32::from_le_bytes([s0, s1, s2, s3]) => {
            let count = u32::from_le_bytes([c0, c1, c2, c3]);
            Found::Frame(Frame {
                kind,
                count,
                payload,
            })
        }
        _ => Found::Damaged,
    }
}

/// Where the next magic stands in `bytes`, from `from` on.
pub(crate) fn next_magic(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(MAGIC.len())
        .position(|window| window == MAGIC)
        .map(|at| from + at)
}

fn checksum(frame: &[u8]) -> u32 {
    let length = frame.get(4..8).unwrap_or_default();
    let rest = frame.get(12..).unwrap_or_default();
    crc32c::crc32c_append(crc32c::crc32c(length), rest)
}
