//! Encodings of files: how to find line ends in them, and to make UTF-8 of a line.

use bytes::Bytes;

/// How a file's text is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes as they are; a byte order mark at the start of a file may still say something else.
    #[default]
    AsIs,
    /// A named encoding.
    Named(&'static encoding_rs::Encoding),
}

/// A name that no encoding has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown encoding {name:?}; use an IANA name such as UTF-8, UTF-16LE, EUC-KR, ISO-8859-1")]
pub struct UnknownEncoding {
    /// The name.
    pub name: String,
}

// === impl Encoding ===

impl Encoding {
    /// The encoding with this IANA name, in any case; empty means as it is.
    pub fn named(name: &str) -> Result<Self, UnknownEncoding> {
        if name.is_empty() {
            return Ok(Self::AsIs);
        }
        encoding_rs::Encoding::for_label(name.as_bytes())
            .map(Self::Named)
            .ok_or_else(|| UnknownEncoding {
                name: name.to_owned(),
            })
    }

    /// The encoding of a file that starts with `head`, and the length of its byte order mark. The mark wins.
    pub(super) fn of_file(self, head: &[u8]) -> (Self, usize) {
        match encoding_rs::Encoding::for_bom(head) {
            Some((encoding, length)) if encoding == encoding_rs::UTF_8 => (self, length),
            Some((encoding, length)) => (Self::Named(encoding), length),
            None => (self, 0),
        }
    }

    /// The bytes of a newline.
    pub(super) fn newline(self) -> &'static [u8] {
        match self {
            Self::Named(e) if e == encoding_rs::UTF_16LE => b"\n\0",
            Self::Named(e) if e == encoding_rs::UTF_16BE => b"\0\n",
            _ => b"\n",
        }
    }

    /// A line as UTF-8, without one carriage return at its end.
    pub(super) fn decode(self, line: Bytes) -> Bytes {
        let mut text = match self {
            Self::AsIs => line,
            Self::Named(encoding) => {
                let (text, _) = encoding.decode_without_bom_handling(&line);
                Bytes::from(text.into_owned())
            }
        };
        if text.ends_with(b"\r") {
            text.truncate(text.len() - 1);
        }
        text
    }
}
