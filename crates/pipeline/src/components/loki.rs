//! Components of logs.

pub(super) mod echo;
pub(super) mod process;
pub(super) mod relabel;
mod restart;
pub(super) mod source_api;
pub(super) mod source_docker;
pub(super) mod source_file;
pub(super) mod source_syslog;
pub(super) mod write;
