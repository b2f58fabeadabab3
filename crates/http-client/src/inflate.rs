//! Gzip on the way into a buffer with a limit: a bomb stops at the limit, whatever it would grow to.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

use crate::ReadError;

/// Takes compressed chunks, appends what they hold to a buffer.
pub(crate) struct Inflate<'a> {
    decoder: MultiGzDecoder<Limited<'a>>,
    limit: usize,
}

/// A buffer that refuses to grow by more than `left`.
struct Limited<'a> {
    buffer: &'a mut Vec<u8>,
    left: usize,
    full: bool,
}

// === impl Inflate ===

impl<'a> Inflate<'a> {
    pub(crate) fn new(buffer: &'a mut Vec<u8>, limit: usize) -> Self {
        let limited = Limited {
            buffer,
            left: limit,
            full: false,
        };
        Self {
            decoder: MultiGzDecoder::new(limited),
            limit,
        }
    }

    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<(), ReadError> {
        let outcome = self.decoder.write_all(chunk);
        self.explain(outcome)
    }

    /// The end of the body: checks that the last member is complete and its sum right.
    pub(crate) fn finish(mut self) -> Result<(), ReadError> {
        let outcome = self.decoder.try_finish();
        self.explain(outcome)
    }

    fn explain(&self, outcome: io::Result<()>) -> Result<(), ReadError> {
        match outcome {
            Ok(()) => Ok(()),
            Err(_) if self.decoder.get_ref().full => Err(ReadError::TooLarge { limit: self.limit }),
            Err(error) => Err(ReadError::Gzip(error)),
        }
    }
}

// === impl Limited ===

impl Write for Limited<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.left {
            self.full = true;
            return Err(io::Error::other("limit reached"));
        }
        self.left -= bytes.len();
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn inflate(wire: &[u8], limit: usize, step: usize) -> Result<Vec<u8>, ReadError> {
        let mut buffer = Vec::new();
        let mut inflate = Inflate::new(&mut buffer, limit);
        for chunk in wire.chunks(step) {
            inflate.push(chunk)?;
        }
        inflate.finish()?;
        Ok(buffer)
    }

    #[test]
    fn chunks_cut_anywhere_give_the_same_bytes() {
        let text: Vec<u8> = (0..50_000u32).flat_map(u32::to_le_bytes).collect();
        let mut wire = gzip(&text);
        wire.extend(gzip(b"second member"));
        let wanted = [text.as_slice(), b"second member"].concat();
        for step in [1, 7, 4096, wire.len()] {
            assert_eq!(inflate(&wire, wanted.len(), step).expect("valid"), wanted);
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let wire = gzip(&vec![0; 6 << 20]);
        let mut buffer = Vec::new();
        let mut bomb = Inflate::new(&mut buffer, 1 << 20);
        let error = wire
            .chunks(1024)
            .find_map(|chunk| bomb.push(chunk).err())
            .expect("too large");
        assert!(
            matches!(error, ReadError::TooLarge { limit: 1_048_576 }),
            "{error}"
        );
        drop(bomb);
        assert!(buffer.capacity() <= 2 << 20, "{} bytes", buffer.capacity());
    }

    #[test]
    fn cut_damaged_or_padded_streams_are_errors() {
        let wire = gzip(b"some text that is worth compressing, some text");
        for cut in 1..wire.len() {
            assert!(
                matches!(inflate(&wire[..cut], 1000, 3), Err(ReadError::Gzip(_))),
                "cut at {cut}"
            );
        }
        let mut damaged = wire.clone();
        let crc = damaged.len() - 6;
        damaged[crc] ^= 1;
        assert!(matches!(
            inflate(&damaged, 1000, 5),
            Err(ReadError::Gzip(_))
        ));
        let padded = [wire.as_slice(), &[0; 16]].concat();
        assert!(matches!(inflate(&padded, 1000, 5), Err(ReadError::Gzip(_))));
    }
}
