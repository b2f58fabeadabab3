//! Scraping: a target's pages become batches of samples.
//!
//! Three levels of use:
//! - [`TargetScrape`] is the pure core: it takes a page (or the news that there is none) and hands one batch to a
//!   receiver, with report series and stale markers. No clock, no task, no socket.
//! - [`Target`] makes a target of what discovery found.
//! - [`ScrapePool`] runs everything: one task for each target, in its slot of each interval, over HTTP or from an
//!   exporter inside this process. Whoever drops it stops it.
//!
//! A scrape is all or nothing: one bad line, and the page leaves only `up 0` and stale markers.

mod columns;
mod duration;
mod error;
mod exemplars;
mod family;
mod index;
mod lines;
mod metrics;
mod options;
mod page;
mod page_memory;
mod pool;
mod protocol;
mod rebuild;
mod replay;
mod report;
mod sample_labels;
mod schedule;
mod source;
mod status;
mod target;
mod target_scrape;
mod target_task;
mod url;
mod work;

pub use error::ScrapeError;
pub use metrics::ScrapeMetrics;
pub use options::{Limits, ScrapeOptions};
pub use pool::{FindPage, PoolConfig, ScrapePool, Synced};
pub use protocol::{NameEscaping, ScrapeProtocol, UnknownWord, accept_header, page_format};
pub use schedule::WallClock;
pub use source::{HttpScrape, InMemoryPage, PageRead};
pub use status::{TargetHealth, TargetStatus};
pub use target::{Target, TargetDefaults, TargetError};
pub use target_scrape::{PageFormat, PageInput, ScrapeBuffers, Scraped, TargetScrape};
