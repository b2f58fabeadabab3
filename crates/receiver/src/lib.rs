//! A development receiver: takes remote write and Loki pushes into memory and answers the runbook's queries.
//!
//! ```
//! use outpost_receiver::{Limits, Receiver};
//! use tokio::net::TcpListener;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let receiver = Receiver::new(Limits::default());
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let shutdown = std::future::ready(()); // a signal, in a program
//! receiver.serve(listener, shutdown).await;
//! assert_eq!(receiver.counts().samples, 0);
//! # Ok::<_, std::io::Error>(())
//! # })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! Memory is bounded: when it is full the oldest samples and lines go, counted. It speaks Prometheus' paths
//! (`/api/v1/write`, `query`, `query_range`, `series`, `labels`, `label/NAME/values`) and Loki's (`/loki/api/v1/push`
//! and the same queries) on any listener that it is given.
//!
//! It is not: a database (a restart forgets everything), a query engine (selectors and line filters only; anything more
//! is told to need a real Prometheus or Loki), or a place for anything but development: it knows no user.

mod api;
mod counts;
mod histogram;
mod intake;
mod number;
mod receiver;
mod selector;
mod server;
mod store;
mod time;
mod wire;

pub use counts::Counts;
pub use receiver::{Limits, Receiver};
