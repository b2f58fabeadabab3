//! The messages that come in, field by field as their protocols have them.
//!
//! Only what is kept is declared: unknown fields are skipped by the decoder.

pub(crate) mod loki;
pub(crate) mod v1;
pub(crate) mod v2;
