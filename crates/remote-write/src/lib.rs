//! Prometheus remote write from a write-ahead log that loses nothing.
#![allow(dead_code, unreachable_pub)]

mod chunk;
mod encode;
mod log;
mod points;
mod source;
mod table;
mod varint;
mod wal;
