//! Prometheus remote write from a write-ahead log that loses nothing.
#![allow(dead_code, unreachable_pub)]

mod encode;
mod points;
mod table;
mod varint;
