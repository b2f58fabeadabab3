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
mod config;
mod conversation;
mod dial;
mod dns;
mod failure;
mod file;
mod grpc;
mod history;
mod http;
mod icmp;
mod live;
mod log;
mod module;
mod outcome;
mod pattern;
mod prober;
mod report;
mod resolve;
mod schedule;
mod server;
mod status;
mod target;
mod tls;

pub use config::{Config, ConfigError};
pub use failure::{Failure, Reason};
pub use live::{LoadError, load};
pub use log::{Line, Log};
pub use module::{
    Authentication, Compression, DnsModule, Encryption, Family, GrpcModule, HeaderCheck,
    HttpModule, HttpProxy, IcmpModule, Module, PemSource, ProberKind, ProxyServer, QueryResponse,
    RecordChecks, SecretSource, StatusRange, TcpModule, TlsModule, TlsVersion, Transport,
    UnixModule,
};
pub use outcome::Outcome;
pub use pattern::Pattern;
pub use prober::{Prober, Request};
pub use report::Report;
pub use schedule::{ScheduledResult, ScheduledSample, ScheduledTarget, WriteEndpoint};
pub use server::{ServeError, Server, ServerOptions};
