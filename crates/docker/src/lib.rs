//! A thin Docker Engine API client: list, inspect, networks, events, logs.
//!
//! ```no_run
//! use outpost_docker::{Client, Filters};
//! use outpost_http_client::ClientConfig;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let docker = Client::connect("unix:///var/run/docker.sock", ClientConfig::default())?;
//! for container in docker.list(&Filters::default(), false).await? {
//!     println!("{} {}", container.id, container.names.join(" "));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The pure core is [`FrameDecoder`] and [`split_timestamp`]: bytes of a log stream in, records out, in bounded memory.
//!
//! It is not: a way to manage containers, an image client, or a joiner of partial lines (that takes the rules of the
//! logs' owner).

mod client;
mod container;
mod error;
mod event;
mod filters;
mod frame;
mod host;
mod logs;
mod timestamp;

pub use client::Client;
pub use container::{Attachment, Container, Details, Network, Port};
pub use error::DockerError;
pub use event::{Event, Events};
pub use filters::Filters;
pub use frame::{Format, Frame, FrameDecoder, FrameError, LogStream, MAX_FRAME_BYTES};
pub use host::HostError;
pub use logs::{LogOptions, Logs};
pub use timestamp::{Instant, split_timestamp};
