//! Exporters inside the agent: sources that fill a [`Page`] when they are asked.
//!
//! An [`Exporter`] answers one collection after the other; [`SharedExporter`] lets several scrape loops and the
//! component's HTTP page ask the same one. A page is columnar: in the steady state a collection changes only its values,
//! and its layout says so, so that a scrape loop resolves series once and then hands over numbers without any text.
//!
//! Exporters are: [`cadvisor::CadvisorExporter`], [`unix::UnixExporter`], [`mysql::MysqlExporter`], [`nginx::NginxExporter`].
//!
//! It is not: a scrape loop, a listener, or the metrics of the agent itself (`outpost-self-metrics`).

pub mod cadvisor;
pub mod mysql;
pub mod nginx;
mod page;
mod shared;
pub mod unix;

use std::future::Future;
use std::pin::Pin;

use tokio::time::Instant;

pub use page::{FamilyView, Page, Rows};
pub use shared::{ScrapeTimeout, SharedExporter};

/// A collection under way.
pub type Collection<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A source of metrics inside this process.
///
/// Nothing here fails as a whole: what cannot be had is left out and told by the exporter's own families
/// (`node_scrape_collector_success`, `mysql_up`, `nginx_up`).
pub trait Exporter: Send + 'static {
    /// Puts what the source says now on `page`, families one after the other.
    ///
    /// It ends by `deadline` with what was had until then. The page has been opened and will be closed by the caller.
    fn collect<'a>(&'a mut self, page: &'a mut Page, deadline: Instant) -> Collection<'a>;
}
