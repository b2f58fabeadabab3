//! Why bytes are no syslog message.

/// Why bytes are no syslog message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyslogError {
    /// A part of the message is not what its format says.
    #[error("the message has no {part} where its format wants one, at byte {at}")]
    Part {
        /// What was looked for.
        part: &'static str,
        /// Where.
        at: usize,
    },
    /// A count that is none, or that another message follows without one.
    #[error("the stream has no octet count where one must stand; the connection is closed")]
    Count,
    /// A message that is longer than the limit.
    #[error("a message has more than {limit} bytes, which is the limit; the connection is closed")]
    Length {
        /// The limit.
        limit: usize,
    },
    /// A first byte that starts no message: the connection is closed and nothing counted.
    #[error("the stream starts like no syslog; the connection is closed")]
    NoSyslog,
}
