//! Variable-length integers, as protobuf and the WAL write them, and a cursor that reads them from bytes not trusted.

/// Appends `value`, seven bits a byte, the lowest first.
#[inline]
pub(crate) fn put_u64(buffer: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        buffer.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    buffer.push(low_byte(value));
}

/// Appends `value` as [`put_u64`] does.
#[inline]
pub(crate) fn put_len(buffer: &mut Vec<u8>, value: usize) {
    put_u64(buffer, value as u64);
}

/// Appends a signed number: zigzag, then as [`put_u64`].
#[inline]
pub(crate) fn put_i64(buffer: &mut Vec<u8>, value: i64) {
    put_u64(buffer, zigzag(value));
}

/// Appends text with its length before it.
pub(crate) fn put_bytes(buffer: &mut Vec<u8>, bytes: &[u8]) {
    put_len(buffer, bytes.len());
    buffer.extend_from_slice(bytes);
}

/// How many bytes [`put_u64`] takes.
#[inline]
pub(crate) fn len_u64(value: u64) -> usize {
    ((63 - (value | 1).leading_zeros() as usize) * 9 + 73) / 64
}

/// Small numbers of either sign become small numbers.
#[inline]
pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The reverse of [`zigzag`].
#[inline]
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[inline]
fn low_byte(value: u64) -> u8 {
    (value & 0x7f) as u8
}

/// Reads from bytes that may be cut or wrong: every call answers `None` at the first thing amiss.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'a> {
    rest: &'a [u8],
}

// === impl Input ===

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What has not been read.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    #[inline]
    pub(crate) fn u64(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> Option<u32> {
        u32::try_from(self.u64()?).ok()
    }

    #[inline]
    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.u64().map(unzigzag)
    }

    /// A count of things of at least one byte each: never more than there are bytes left.
    pub(crate) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.u64()?).ok()?;
        (count <= self.rest.len()).then_some(count)
    }

    #[inline]
    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// Bytes with their length before them.
    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.u64()?).ok()?;
        self.take(length)
    }

    /// Text with its length before it.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    pub(crate) fn f64(&mut self) -> Option<f64> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(f64::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_take_the_predicted_length() {
        for shift in 0..64 {
            for value in [1_u64 << shift, (1_u64 << shift) - 1, (1_u64 << shift) | 1] {
                let mut buffer = Vec::new();
                put_u64(&mut buffer, value);
                assert_eq!(buffer.len(), len_u64(value), "{value}");
                assert_eq!(Input::new(&buffer).u64(), Some(value));
                assert_eq!(unzigzag(zigzag(value.cast_signed())), value.cast_signed());
            }
        }
    }

    #[test]
    fn an_overlong_or_cut_number_is_refused() {
        assert_eq!(Input::new(&[0xff; 9]).u64(), None);
        assert_eq!(
            Input::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).u64(),
            None
        );
        assert_eq!(Input::new(&[5, 1]).bytes(), None);
    }
}
