//! From a request's head and body to the bytes of a push message: content type, compression, limits.

use std::io::Read as _;

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::ApiError;

/// What a push is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// JSON.
    Json,
    /// Protobuf in a snappy block: everything that is not called JSON.
    Protobuf,
}

/// What the content type says.
pub(super) fn format(headers: &HeaderMap) -> Result<Format, ApiError> {
    let given = headers.get(CONTENT_TYPE);
    let given = given.map_or(b"" as &[u8], |value| value.as_bytes());
    let given = String::from_utf8_lossy(given);
    let media = media_type(&given).ok_or_else(|| ApiError::ContentType(given.to_string()))?;
    Ok(if media == "application/json" {
        Format::Json
    } else {
        Format::Protobuf
    })
}

/// The media type in lower case, if type and parameters are well-formed.
fn media_type(text: &str) -> Option<String> {
    let mut parts = text.split(';').map(str::trim);
    let media = parts.next()?.to_ascii_lowercase();
    let is_token = |text: &str| !text.is_empty() && text.bytes().all(is_token_byte);
    if !media.split('/').all(is_token) || media.split('/').count() > 2 {
        return None;
    }
    let parameters: Vec<_> = parts.collect();
    let last = parameters.len().saturating_sub(1);
    let sound = parameters.iter().enumerate().all(|(at, parameter)| {
        (at == last && parameter.is_empty())
            || parameter
                .split_once('=')
                .is_some_and(|(name, value)| is_token(name.trim()) && !value.trim().is_empty())
    });
    sound.then_some(media)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Undoes the content encoding; at most `limit` bytes may come out.
pub(super) fn decode(headers: &HeaderMap, body: &[u8], limit: usize) -> Result<Vec<u8>, ApiError> {
    let encoding = headers.get(CONTENT_ENCODING);
    let encoding = encoding.map_or(b"" as &[u8], |value| value.as_bytes());
    match encoding {
        // Snappy is part of the protobuf message already; clients name it all the same.
        b"" | b"snappy" => Ok(body.to_vec()),
        b"gzip" => inflate("gzip", MultiGzDecoder::new(body), limit),
        b"deflate" => inflate("deflate", DeflateDecoder::new(body), limit),
        other => Err(ApiError::Encoding(
            String::from_utf8_lossy(other).into_owned(),
        )),
    }
}

fn inflate(
    encoding: &'static str,
    decoder: impl std::io::Read,
    limit: usize,
) -> Result<Vec<u8>, ApiError> {
    let mut out = Vec::new();
    decoder
        .take(limit as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|error| ApiError::Compression {
            encoding,
            source: error.into(),
        })?;
    if out.len() > limit {
        return Err(ApiError::TooLarge { limit });
    }
    Ok(out)
}

/// Decodes the snappy block of a protobuf message.
pub(super) fn unsnap(body: &[u8], limit: usize) -> Result<Vec<u8>, ApiError> {
    let broken = |error: snap::Error| ApiError::Compression {
        encoding: "snappy",
        source: error.into(),
    };
    if body.is_empty() {
        return Err(broken(snap::Error::Empty));
    }
    if snap::raw::decompress_len(body).map_err(broken)? > limit {
        return Err(ApiError::MessageSize { limit });
    }
    snap::raw::Decoder::new()
        .decompress_vec(body)
        .map_err(broken)
}
