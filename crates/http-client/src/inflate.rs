//! Gzip on the way into a buffer with a limit: a bomb stops at the limit, whatever it would grow to.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

use crate::ReadError;

/// Takes compressed chunks, appends what they hold to a buffer.
pub(crate) struct Inflate<'a, R: FnMut(usize) -> bool> {
    decoder: MultiGzDecoder<Limited<'a, R>>,
}

/// A buffer that refuses to grow by more than a limit, or than there is room for.
pub(crate) struct Limited<'a, R> {
    buffer: &'a mut Vec<u8>,
    limit: usize,
    held: usize,
    room: R,
    full: Option<Full>,
}

/// Why a buffer refused to grow.
#[derive(Clone, Copy)]
enum Full {
    Limit,
    Room,
}

// === impl Inflate ===

impl<'a, R: FnMut(usize) -> bool> Inflate<'a, R> {
    pub(crate) fn new(limited: Limited<'a, R>) -> Self {
        Self {
            decoder: MultiGzDecoder::new(limited),
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
        let Err(error) = outcome else {
            return Ok(());
        };
        Err(self
            .decoder
            .get_ref()
            .refusal()
            .unwrap_or(ReadError::Gzip(error)))
    }
}

// === impl Limited ===

impl<'a, R: FnMut(usize) -> bool> Limited<'a, R> {
    pub(crate) fn new(buffer: &'a mut Vec<u8>, limit: usize, room: R) -> Self {
        Self {
            buffer,
            limit,
            held: 0,
            room,
            full: None,
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let held = self.held.saturating_add(bytes.len());
        if held > self.limit {
            self.full = Some(Full::Limit);
        } else if !(self.room)(bytes.len()) {
            self.full = Some(Full::Room);
        }
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        self.held = held;
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    fn refusal(&self) -> Option<ReadError> {
        self.full.map(|full| match full {
            Full::Limit => ReadError::TooLarge { limit: self.limit },
            Full::Room => ReadError::NoRoom { held: self.held },
        })
    }
}

impl<R: FnMut(usize) -> bool> Write for Limited<'_, R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes).map_err(io::Error::other)?;
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
        let mut inflate = Inflate::new(Limited::new(&mut buffer, limit, |_| true));
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
        let mut bomb = Inflate::new(Limited::new(&mut buffer, 1 << 20, |_| true));
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
