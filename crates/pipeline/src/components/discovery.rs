//! Components that find targets.

pub(super) mod docker;
pub(super) mod relabel;
