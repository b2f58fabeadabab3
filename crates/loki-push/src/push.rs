//! The body of a Loki push request: protobuf (`logproto.PushRequest`), then one raw snappy block.
//!
//! Field numbers are those of Loki's `pkg/push/push.proto`. It is not: a client, and it decides nothing about batching.

mod body;
mod decode;
mod labels;
mod wire;

pub use body::StreamBody;
pub(crate) use body::entry_size;
pub use decode::{DecodeError, PushedEntry, PushedStream, decode_push};
pub use labels::label_string;

#[cfg(test)]
mod tests;
