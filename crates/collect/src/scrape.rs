//! Scraping: a target's pages become batches of samples.
//!
//! Three levels of use:
//! - [`TargetScrape`] is the pure core: it takes a page (or the news that there is none) and hands one batch to a
//!   receiver, with report series and stale markers. No clock, no task, no socket.
//!
//! A scrape is all or nothing: one bad line, and the page leaves only `up 0` and stale markers.

mod columns;
mod error;
mod exemplars;
mod family;
mod lines;
mod options;
mod page;
mod protocol;
mod rebuild;
mod replay;
mod report;
mod sample_labels;
mod target_scrape;

pub use error::ScrapeError;
pub use options::{Limits, ScrapeOptions};
pub use protocol::{NameEscaping, ScrapeProtocol, UnknownWord, accept_header, page_format};
pub use target_scrape::{PageFormat, PageInput, ScrapeBuffers, Scraped, TargetScrape};
