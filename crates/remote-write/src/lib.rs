//! Prometheus remote write from a write-ahead log that loses nothing.
//!
//! Samples are appended to a log on disk and sent from there, so that a restart, a kill, a long outage of the receiver or
//! a full disk cost nothing, or a counted number of the oldest samples. Remote write 1.0 and 2.0, several endpoints that
//! do not wait for each other, constant memory whatever the backlog.
//!
//! ```no_run
//! use outpost_model::{Batch, Labels, LayoutId, MetricsReceiver, Resolution};
//! use outpost_remote_write::RemoteWrite;
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let (handle, run) = RemoteWrite::builder("/var/lib/my-service/metrics")
//!     .endpoint("http://prometheus:9090/api/v1/write")
//!     .build()?;
//! let shutdown = CancellationToken::new();
//! let sending = tokio::spawn(run.run(shutdown.clone()));
//!
//! let generation = handle.generation();
//! let labels = Labels::from_pairs([("__name__", "orders_total"), ("job", "shop")]);
//! if let Resolution::Series(series) = handle.resolve(&labels, None) {
//!     handle.append(&Batch {
//!         values: &[3.0],
//!         series: &[series],
//!         ..Batch::empty(generation, LayoutId::fresh(), 1_700_000_000_000)
//!     })?;
//! }
//!
//! shutdown.cancel();
//! sending.await?;
//! # Ok(())
//! # }
//! ```
//!
//! Three levels of use: [`RemoteWrite`] is all of it, and without its [`Run`] a durable log to append to; [`inspect()`]
//! reads a log's directory; [`RequestEncoder`] is the pure core, and everything else is then yours.
//!
//! It is not: a scraper, a registry of metrics, a query engine, or a receiver.
mod chunk;
mod clock;
mod config;
mod encode;
#[cfg(feature = "metrics-facade")]
mod facade;
mod inspect;
mod ledger;
mod log;
mod mapping;
mod metrics;
mod points;
mod pusher;
mod remote_write;
mod request;
mod sender;
mod source;
mod table;
mod varint;
mod wal;

pub use chunk::Position;
pub use config::{
    CheckedConfig, Config, ConfigError, EndpointConfig, MetadataConfig, QueueConfig, WalConfig,
};
pub use encode::Protocol;
#[cfg(feature = "metrics-facade")]
pub use facade::{DEFAULT_BUCKETS, Facade};
pub use inspect::{Inspection, SegmentReport, inspect};
pub use ledger::{EndpointStatus, Health};
pub use log::{OpenError, Pending};
pub use metrics::Reason;
pub use points::Counts;
pub use pusher::Pusher;
pub use remote_write::{BuildError, Builder, RemoteWrite, Run, Status};
pub use request::RequestEncoder;
