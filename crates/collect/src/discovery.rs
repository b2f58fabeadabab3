//! Where targets come from when nobody lists them by hand.
//!
//! A discovery is asked for its next set of targets and answers when there is one: at once the first time, later when
//! the set has changed. It has no task of its own; whoever asks may stop asking at any time. An error means that the
//! last set still stands, and that asking again waits as long as it should.

mod dns;
mod docker;
mod file;
mod groups;
mod http;
mod name;

use std::error::Error;
use std::future::Future;

use outpost_model::Labels;

pub use dns::{DnsDiscovery, DnsError, RecordType, Resolver};
pub use docker::{DockerDiscovery, DockerTargets};
pub use file::{FileDiscovery, FileError, YamlReader};
pub use http::{HttpDiscovery, HttpError};

/// A set of targets: each its labels, `__address__` among them, in a stable order.
pub type Targets = Vec<Labels>;

/// Something that finds targets.
pub trait Discovery: Send {
    /// Why targets cannot be found.
    type Error: Error + Send + Sync + 'static;

    /// The next set of targets that differs from the one before; after an error the next set in any case.
    ///
    /// May be dropped while it waits.
    fn next(&mut self) -> impl Future<Output = Result<Targets, Self::Error>> + Send;
}
