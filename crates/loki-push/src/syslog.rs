//! Takes syslog messages over TCP and UDP: RFC 5424, RFC 3164 and plain lines.
//!
//! Framing, parsing and labelling are functions on bytes; the listener is what moves them. Syslog knows no answer, so a
//! line counts as taken when the pipeline's [`crate::Budget`] has room for it: until then a TCP sender is made to wait,
//! and a datagram is dropped and counted. What is under way when the agent is killed is lost.
//!
//! It is not: a server for syslog over TLS, and it asks no name server for a sender's name: only the hosts file.

mod error;
mod frame;
mod hosts;
mod labels;
mod message;
mod rfc3164;
mod rfc5424;
mod server;
mod settings;
mod words;

pub use error::SyslogError;
pub use server::{SyslogListener, SyslogMetrics};
pub use settings::{SyslogFormat, SyslogSettings};

#[cfg(test)]
mod tests;
