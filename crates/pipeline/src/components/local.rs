//! Components that look at this machine's files.

pub(super) mod file_match;
