//! What a listener does with messages.

use std::sync::Arc;
use std::time::Duration;

use outpost_model::Rules;

use crate::Timestamp;

/// How messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyslogFormat {
    /// RFC 5424.
    #[default]
    Rfc5424,
    /// RFC 3164, as BSD programs write.
    Rfc3164,
    /// Lines of which only a priority in front is read.
    Raw {
        /// Messages end with a NUL, which stays, in place of a newline.
        nul_terminated: bool,
    },
}

/// What a listener does with messages.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an argument of its own that goes with every other"
)]
#[derive(Clone, Debug)]
pub struct SyslogSettings {
    /// How messages are written.
    pub format: SyslogFormat,
    /// The longest message with an octet count, in bytes.
    pub max_message_length: usize,
    /// Keep the messages' times; otherwise lines have the time at which they came.
    pub use_incoming_timestamp: bool,
    /// Make labels of the structured data of RFC 5424.
    pub label_structured_data: bool,
    /// Send the whole RFC 5424 message on, not its text alone.
    pub use_rfc5424_message: bool,
    /// Take RFC 5424 messages without text.
    pub allow_empty: bool,
    /// Connections on which nothing comes for so long are closed; 0 keeps them.
    pub idle_timeout: Duration,
    /// Labels of every line, for the rules to see.
    pub labels: Vec<(String, String)>,
    /// Rules for the labels.
    pub rules: Arc<Rules>,
    /// The clock: RFC 3164 times have no year.
    pub now: fn() -> Timestamp,
}
