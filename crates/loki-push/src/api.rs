//! Takes log lines that programs push: Loki's push API as an entry.
//!
//! A push is answered once every one of its lines has a final fate: 204 when all endpoints gave their verdict (or a
//! stage dropped the line on purpose), 503 when that took longer than [`VERDICT_WAIT`], when the pipeline's bytes were
//! taken, or when a line was lost at a shutdown. So 204 means delivered, and a client that keeps what was not answered
//! loses nothing when the agent is killed; it may send again what was already under way.
//!
//! Memory: at most [`OPEN_BODIES`] bodies of at most a quarter of the pipeline's bytes are open at once; the lines of a
//! push are paid from the pipeline's [`crate::Budget`] until they have their verdict.
//!
//! It is not: a store, and it does not speak Loki's gRPC.

mod content;
mod error;
mod json;
mod label_text;
mod pushed;
mod server;
mod source;
mod verdict;

pub use error::ApiError;
pub use server::{ApiServerConfig, serve_api};
pub use source::{ApiMetrics, ApiSettings, ApiSource, OPEN_BODIES, VERDICT_WAIT};
pub(crate) use verdict::{UnderWay, Verdict};

#[cfg(test)]
mod tests;
