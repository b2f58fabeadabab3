//! Columns of values: what equals the base costs one bit, what counted on from it one to four bytes.
//!
//! ```text
//! for each eight values: a byte of bits, the lowest first: set = differs from the base; then for each that differs:
//! 0zzz zzzz                          difference of whole numbers, zigzag
//! 10zz zzzz  zzzz zzzz               the same, higher bits first
//! 110z zzzz  zzzz zzzz  zzzz zzzz
//! 1110 zzzz  … three bytes more
//! 1111 hlll  l + 1 bytes             XOR of the bits: its low bytes, or its high ones if h is set; little-endian
//! ```
//! A base column is coded against zeros. Every NaN keeps its bits.

use crate::varint::{unzigzag, zigzag};

/// Whole numbers beyond this are not exact in a double.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Appends `values`, coded against `base` (zeros where it ends).
pub(crate) fn put(buffer: &mut Vec<u8>, values: &[f64], base: &[f64]) {
    let mut bases = base.iter().copied().chain(std::iter::repeat(0.0));
    for eight in values.chunks(8) {
        let bits_at = buffer.len();
        buffer.push(0);
        let mut bits = 0_u8;
        for (bit, value) in eight.iter().enumerate() {
            let base = bases.next().unwrap_or(0.0);
            if value.to_bits() != base.to_bits() {
                bits |= 1 << bit;
                put_value(buffer, *value, base);
            }
        }
        if let Some(place) = buffer.get_mut(bits_at) {
            *place = bits;
        }
    }
}

/// Reads `count` values coded against `base`; `None` if the bytes are not such a column, or not all of it.
pub(crate) fn read(bytes: &[u8], count: usize, base: &[f64]) -> Option<Box<[f64]>> {
    // Eight values take at least one byte: nothing is reserved for a count that cannot be true.
    if bytes.len() < count.div_ceil(8) {
        return None;
    }
    let mut values = Vec::with_capacity(count);
    let mut bases = base.iter().copied().chain(std::iter::repeat(0.0));
    let mut rest = bytes;
    while values.len() < count {
        let (bits, behind) = rest.split_first()?;
        rest = behind;
        for bit in 0..8.min(count - values.len()) {
            let base = bases.next()?;
            let value = if bits & (1 << bit) == 0 {
                base
            } else {
                read_value(&mut rest, base)?
            };
            values.push(value);
        }
    }
    rest.is_empty().then(|| values.into_boxed_slice())
}

/// Appends one value that differs from `base`.
#[inline]
pub(crate) fn put_value(buffer: &mut Vec<u8>, value: f64, base: f64) {
    if let Some(difference) = whole_difference(value, base) {
        let [.., b3, b2, b1, b0] = difference.to_be_bytes();
        match difference {
            0..0x80 => return buffer.push(b0),
            0x80..0x4000 => return buffer.extend_from_slice(&[0x80 | b1, b0]),
            0x4000..0x20_0000 => return buffer.extend_from_slice(&[0xc0 | b2, b1, b0]),
            0x20_0000..0x1000_0000 => return buffer.extend_from_slice(&[0xe0 | b3, b2, b1, b0]),
            _ => {}
        }
    }
    let xor = value.to_bits() ^ base.to_bits();
    let bytes = xor.to_le_bytes();
    let (low_zeros, high_zeros) = (
        xor.trailing_zeros() as usize / 8,
        xor.leading_zeros() as usize / 8,
    );
    let high = low_zeros > high_zeros;
    let (from, to) = if high {
        (low_zeros.min(7), 8)
    } else {
        (0, 8 - high_zeros.min(7))
    };
    let length = u8::try_from(to - from - 1).unwrap_or(7);
    buffer.push(0xf0 | u8::from(high) << 3 | length);
    buffer.extend_from_slice(bytes.get(from..to).unwrap_or_default());
}

/// Reads one value that differs from `base`.
#[inline]
pub(crate) fn read_value(rest: &mut &[u8], base: f64) -> Option<f64> {
    let (first, behind) = rest.split_first()?;
    *rest = behind;
    if *first >= 0xf0 {
        let length = usize::from(first & 7) + 1;
        let (taken, behind) = rest.split_at_checked(length)?;
        *rest = behind;
        let mut bytes = [0; 8];
        let from = if first & 8 == 0 { 0 } else { 8 - length };
        bytes.get_mut(from..from + length)?.copy_from_slice(taken);
        return Some(f64::from_bits(u64::from_le_bytes(bytes) ^ base.to_bits()));
    }
    let (mask, more) = match first {
        0..0x80 => (0x7f, 0),
        0x80..0xc0 => (0x3f, 1),
        0xc0..0xe0 => (0x1f, 2),
        _ => (0x0f, 3),
    };
    let (taken, behind) = rest.split_at_checked(more)?;
    *rest = behind;
    let coded = taken
        .iter()
        .fold(u64::from(first & mask), |n, byte| n << 8 | u64::from(*byte));
    Some((whole(base)? + unzigzag(coded)) as f64)
}

/// The zigzag difference, if both are whole numbers that the reader can add up again bit for bit.
#[inline]
fn whole_difference(value: f64, base: f64) -> Option<u64> {
    let (value, base) = (whole(value)?, whole(base)?);
    Some(zigzag(value - base))
}

/// The number as an integer, if that says all: -0 and numbers too large for it do not count.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "compared with the original afterwards"
)]
fn whole(value: f64) -> Option<i64> {
    let integer = value as i64;
    let same = (integer as f64).to_bits() == value.to_bits();
    (same && value.abs() < MAX_WHOLE).then_some(integer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<u64>().prop_map(f64::from_bits),
            (-1000_i32..1000).prop_map(f64::from),
            any::<i64>().prop_map(|n| n as f64),
            (0_i32..100).prop_map(|n| f64::from(n) / 7.0),
            prop::sample::select(vec![
                0.0,
                -0.0,
                f64::NAN,
                f64::INFINITY,
                f64::MIN_POSITIVE,
                5e-324,
                MAX_WHOLE,
                -MAX_WHOLE,
                f64::from_bits(0x7ff0_0000_0000_0002),
            ]),
        ]
    }

    proptest! {
        #[test]
        fn every_bit_comes_back(pairs in prop::collection::vec((values(), values(), any::<bool>()), 0..100)) {
            let base: Vec<_> = pairs.iter().map(|(base, ..)| *base).collect();
            let next: Vec<_> = pairs.iter().map(|(base, next, same)| if *same { *base } else { *next }).collect();
            for base in [&base[..], &[], &base[..base.len() / 2]] {
                let mut bytes = Vec::new();
                put(&mut bytes, &next, base);
                let back = read(&bytes, next.len(), base).expect("what was written can be read");
                let bits = |list: &[f64]| list.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                prop_assert_eq!(bits(&back), bits(&next));
                prop_assert!(bytes.len() <= next.len() * 9 + next.len().div_ceil(8));
                for cut in 0..bytes.len() {
                    prop_assert!(read(&bytes[..cut], next.len(), base).is_none(), "cut at {}", cut);
                }
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60), count in 0_usize..100) {
            let read = read(&bytes, count, &[1.0; 20]);
            prop_assert!(read.is_none_or(|values| values.len() == count));
        }
    }

    #[test]
    fn a_counter_that_went_on_takes_one_byte_and_one_bit() {
        let (base, next) = ([1000.0; 8], [1001.0; 8]);
        let mut bytes = Vec::new();
        put(&mut bytes, &next, &base);
        assert_eq!(bytes, [0xff, 2, 2, 2, 2, 2, 2, 2, 2]);
    }
}
