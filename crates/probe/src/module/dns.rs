//! What to ask a DNS server, and what to accept.

use std::net::IpAddr;

use super::{Family, TlsModule};
use crate::Pattern;

/// What to ask a DNS server, and what to accept.
#[derive(Clone, Debug)]
pub struct DnsModule {
    /// The name asked for. Required.
    pub query_name: String,
    /// The type's number.
    pub query_type: u16,
    /// The class' number.
    pub query_class: u16,
    /// Whether the server shall ask others.
    pub recursion_desired: bool,
    /// How the question travels.
    pub transport: Transport,
    /// TLS, for [`Transport::Tls`].
    pub tls: TlsModule,
    /// Which addresses of the server to use.
    pub family: Family,
    /// The address to ask from.
    pub source: Option<IpAddr>,
    /// The numbers of the codes that count as success; empty means 0, `NOERROR`.
    pub valid_rcodes: Vec<u16>,
    /// Conditions on the answers.
    pub answer: RecordChecks,
    /// Conditions on the authority section.
    pub authority: RecordChecks,
    /// Conditions on the additional section.
    pub additional: RecordChecks,
}

/// How a question travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
}

/// Conditions on the records of one section, each held against a record's text form.
#[derive(Clone, Debug, Default)]
pub struct RecordChecks {
    /// Fail if one record matches one of these.
    pub fail_if_matches: Vec<Pattern>,
    /// Fail unless all records match each of these: what `fail_if_all_match_regexp` does in `blackbox_exporter`, against
    /// its name and documentation.
    pub fail_unless_all_match: Vec<Pattern>,
    /// Fail if one record does not match.
    pub fail_if_not_matches: Vec<Pattern>,
    /// Fail if no record matches.
    pub fail_if_none_matches: Vec<Pattern>,
}
