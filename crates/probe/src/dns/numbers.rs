//! Names of types, classes and response codes (IANA's "Domain Name System Parameters").

#[rustfmt::skip]
const TYPES: [(&str, u16); 45] = [
    ("A", 1), ("NS", 2), ("CNAME", 5), ("SOA", 6), ("MB", 7), ("MG", 8), ("MR", 9), ("NULL", 10),
    ("PTR", 12), ("HINFO", 13), ("MINFO", 14), ("MX", 15), ("TXT", 16), ("RP", 17), ("AFSDB", 18),
    ("X25", 19), ("ISDN", 20), ("RT", 21), ("SIG", 24), ("KEY", 25), ("AAAA", 28), ("LOC", 29),
    ("SRV", 33), ("NAPTR", 35), ("KX", 36), ("CERT", 37), ("DNAME", 39), ("OPT", 41), ("APL", 42),
    ("DS", 43), ("SSHFP", 44), ("RRSIG", 46), ("NSEC", 47), ("DNSKEY", 48), ("DHCID", 49),
    ("NSEC3", 50), ("NSEC3PARAM", 51), ("TLSA", 52), ("SMIMEA", 53), ("CDS", 59), ("CDNSKEY", 60),
    ("SVCB", 64), ("HTTPS", 65), ("ANY", 255), ("CAA", 257),
];

const CLASSES: [(&str, u16); 6] = [
    ("IN", 1),
    ("CS", 2),
    ("CH", 3),
    ("HS", 4),
    ("NONE", 254),
    ("ANY", 255),
];

#[rustfmt::skip]
const RCODES: [(&str, u16); 18] = [
    ("NOERROR", 0), ("FORMERR", 1), ("SERVFAIL", 2), ("NXDOMAIN", 3), ("NOTIMP", 4), ("REFUSED", 5),
    ("YXDOMAIN", 6), ("YXRRSET", 7), ("NXRRSET", 8), ("NOTAUTH", 9), ("NOTZONE", 10), ("BADSIG", 16),
    ("BADKEY", 17), ("BADTIME", 18), ("BADMODE", 19), ("BADNAME", 20), ("BADALG", 21), ("BADTRUNC", 22),
];

fn number(table: &[(&str, u16)], name: &str) -> Option<u16> {
    table
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, number)| *number)
}

fn name(table: &[(&'static str, u16)], number: u16) -> Option<&'static str> {
    table
        .iter()
        .find(|(_, known)| *known == number)
        .map(|(name, _)| *name)
}

pub(crate) fn type_number(text: &str) -> Option<u16> {
    number(&TYPES, text)
}

pub(crate) fn class_number(text: &str) -> Option<u16> {
    number(&CLASSES, text)
}

pub(crate) fn rcode_number(text: &str) -> Option<u16> {
    number(&RCODES, text)
}

/// The name, or `TYPE123` (RFC 3597).
pub(super) fn type_name(value: u16) -> String {
    name(&TYPES, value).map_or_else(|| format!("TYPE{value}"), str::to_owned)
}

/// The name, or `CLASS123` (RFC 3597).
pub(super) fn class_name(value: u16) -> String {
    name(&CLASSES, value).map_or_else(|| format!("CLASS{value}"), str::to_owned)
}

pub(super) fn rcode_name(value: u16) -> String {
    name(&RCODES, value).map_or_else(|| format!("code {value}"), str::to_owned)
}
