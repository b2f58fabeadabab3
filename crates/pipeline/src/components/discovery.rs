//! Components that find targets.

pub(super) mod dns;
pub(super) mod docker;
pub(super) mod file;
pub(super) mod http;
pub(super) mod relabel;
mod search;
mod yaml;
