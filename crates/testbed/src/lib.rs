//! The real parts that tests run against: Prometheus, nginx, MariaDB, containers, and the binaries of the peers.
//!
//! `cargo xtask test` brings them up (or unpacks them) and says in the environment where they are. A test asks for the
//! part that it needs; where the part is missing it is named as left out and the test ends early, except with `CI=true`,
//! where a missing part fails the test.
//!
//! ```no_run
//! let Some(prometheus) = outpost_testbed::Prometheus::start() else { return };
//! let up = prometheus.query("up");
//! ```
//!
//! It is a test library: it stops at the first surprise. It is not: part of what ships.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test library: stopping is its way of saying what is wrong"
)]

mod container;
mod http;
mod log_sink;
mod mariadb;
mod nginx;
mod parts;
mod process;
mod prometheus;
mod prometheus_agent;
mod sample_sink;
mod site;
mod spring_boot;

pub use container::{Container, container_host};
pub use http::{get, post, url_encode};
pub use log_sink::{LogEntry, LogSink};
pub use mariadb::MariaDb;
pub use nginx::Nginx;
pub use parts::{left_out, peer, tool};
pub use process::{Process, free_port, wait_until};
pub use prometheus::Prometheus;
pub use prometheus_agent::PrometheusAgent;
pub use sample_sink::{PushedSample, SampleSink};
pub use site::{Site, SiteAnswer, SiteRequest};
pub use spring_boot::SpringBoot;
