//! A writer's numbers, for people.

use std::collections::BTreeMap;

/// The numbers of a writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteStatus {
    /// Those of each endpoint.
    pub endpoints: Vec<EndpointStatus>,
}

/// The numbers of one endpoint since its start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointStatus {
    /// Its name, or its host where it has none.
    pub name: String,
    /// Lines that Loki has taken.
    pub sent: u64,
    /// Lines that wait.
    pub pending: u64,
    /// Bytes of them.
    pub pending_bytes: u64,
    /// Lines given up, by reason.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Failed tries that were worth another one.
    pub retries: u64,
    /// Streams seen lately.
    pub streams: usize,
    /// Streams that wait after a failure.
    pub parked_streams: usize,
    /// What the last failed try said; None once a later one went well.
    pub last_error: Option<String>,
}
