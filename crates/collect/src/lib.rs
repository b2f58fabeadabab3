//! Scraping as Prometheus does it, and the exporters inside.
//!
//! ```
//! use std::time::Duration;
//!
//! use outpost_collect::exporter::{SharedExporter, unix};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let mut config = unix::UnixConfig::default();
//! config.collectors.set = vec!["loadavg".to_owned()];
//! let exporter = SharedExporter::new(unix::UnixExporter::new(&config));
//! let page = exporter.text(Duration::from_secs(10)).await?;
//! assert!(String::from_utf8(page)?.contains("\nnode_load1 "));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! It is not: a store of samples, or a way to push them.

pub mod discovery;
pub mod exporter;
mod exposition;
mod scrape;

pub use exposition::{
    Entry, ExemplarText, InvalidName, ParseError, ParseReason, Parser, Position, Series, TextFormat,
};
pub use scrape::{
    FindPage, HttpScrape, InMemoryPage, Limits, NameEscaping, PageFormat, PageInput, PageRead,
    PoolConfig, ScrapeBuffers, ScrapeError, ScrapeMetrics, ScrapeOptions, ScrapePool,
    ScrapeProtocol, Scraped, Synced, Target, TargetDefaults, TargetError, TargetHealth,
    TargetScrape, TargetStatus, UnknownWord, WallClock, accept_header, page_format,
};
