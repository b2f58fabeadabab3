//! What a receiver holds and has seen.

/// Numbers of one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Series that have samples now.
    pub series: u64,
    /// Samples and histograms taken so far.
    pub samples: u64,
    /// Of those, how many were dropped to make room.
    pub samples_dropped: u64,
    /// Log streams that have lines now.
    pub streams: u64,
    /// Lines taken so far.
    pub lines: u64,
    /// Of those, how many were dropped to make room.
    pub lines_dropped: u64,
    /// Requests that were refused.
    pub refused: u64,
}
