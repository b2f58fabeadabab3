//! The words for facilities and severities, as Alloy's labels have them.

const FACILITIES: [&str; 24] = [
    "kern",
    "user",
    "mail",
    "daemon",
    "auth",
    "syslog",
    "lpr",
    "news",
    "uucp",
    "clock daemon",
    "authpriv",
    "ftp",
    "NTP subsystem",
    "log audit",
    "log alert",
    "cron",
    "local0",
    "local1",
    "local2",
    "local3",
    "local4",
    "local5",
    "local6",
    "local7",
];

const SEVERITIES: [&str; 8] = [
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "informational",
    "debug",
];

/// The facility of a priority.
pub(super) fn facility(priority: u8) -> &'static str {
    FACILITIES
        .get(usize::from(priority / 8))
        .copied()
        .unwrap_or_default()
}

/// The severity of a priority.
pub(super) fn severity(priority: u8) -> &'static str {
    SEVERITIES
        .get(usize::from(priority % 8))
        .copied()
        .unwrap_or_default()
}
