//! Probes of services from outside: one probe with a deadline gives a typed outcome.
//!
//! ```no_run
//! use std::time::Duration;
//! use outpost_probe::{Module, Prober, Request};
//!
//! # async fn demo() {
//! let prober = Prober::new().await;
//! let request = Request::new("https://example.org/health");
//! let outcome = prober.probe(&Module::http_2xx(), &request, Duration::from_secs(5)).await;
//! println!("{} {:?}\n{}", outcome.success, outcome.failure, outcome.report);
//! # }
//! ```
//!
//! It is not: a load generator, a browser, or a judge of trends (Prometheus has the history).

mod certificate;
mod failure;
mod http;
mod log;
mod module;
mod outcome;
mod prober;
mod report;
mod resolve;
mod server;
mod target;
mod tls;

pub use failure::{Failure, Reason};
pub use log::{Line, Log};
pub use module::{Encryption, Family, HttpModule, Module, ProberKind};
pub use outcome::Outcome;
pub use prober::{Prober, Request};
pub use report::Report;
pub use server::{ServeError, Server};
