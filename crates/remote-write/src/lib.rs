//! Prometheus remote write from a write-ahead log that loses nothing.
