//! Facts of the certificates that a server showed, also where they were refused.

use std::fmt::Write as _;

use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::prober::Notes;

/// What `rustls` says of the end of a chain that it did not verify, as the real exporter writes it: the zero time.
const NO_CHAIN: f64 = -62_135_596_800.0;

/// Reports the chain's expiry and the first certificate's facts.
///
/// `verified` says whether the chain was accepted; blackbox_exporter reports nothing of a refused one, which is when
/// people want to know most.
pub(crate) fn report_chain(chain: &[CertificateDer<'_>], verified: bool, notes: &mut Notes) {
    let parsed: Vec<X509Certificate<'_>> = chain
        .iter()
        .filter_map(|der| Some(X509Certificate::from_der(der).ok()?.1))
        .collect();
    let expiries = || {
        parsed
            .iter()
            .map(|c| c.validity().not_after.timestamp() as f64)
    };
    let (Some(earliest), Some(leaf)) = (expiries().reduce(f64::min), parsed.first()) else {
        return;
    };
    let report = &mut notes.report;
    report.set(
        "probe_ssl_earliest_cert_expiry",
        "Unix time at which the first of the server's certificates expires.",
        earliest,
    );
    report.set(
        "probe_ssl_last_chain_expiry_timestamp_seconds",
        "Unix time at which the accepted chain expires.",
        if verified { earliest } else { NO_CHAIN },
    );
    report.set(
        "probe_ssl_verified",
        "Whether the server's certificate was accepted.",
        f64::from(u8::from(verified)),
    );
    let fingerprint = chain
        .first()
        .map(|der| hex(&Sha256::digest(der)))
        .unwrap_or_default();
    report.set_labelled(
        "probe_ssl_last_chain_info",
        "The server's own certificate.",
        &[
            ("fingerprint_sha256", &fingerprint),
            ("issuer", &name(leaf.issuer())),
            ("serialnumber", &serial(leaf.raw_serial())),
            ("subject", &name(leaf.subject())),
            ("subjectalternative", &alternatives(leaf)),
        ],
        1.0,
    );
}

/// The parts of a name in the order in which Go prints them, whatever their order in the certificate.
const PARTS: [(&str, &str); 9] = [
    ("2.5.4.5", "SERIALNUMBER"),
    ("2.5.4.3", "CN"),
    ("2.5.4.17", "POSTALCODE"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.8", "ST"),
    ("2.5.4.7", "L"),
    ("2.5.4.11", "OU"),
    ("2.5.4.10", "O"),
    ("2.5.4.6", "C"),
];

/// A name as Go prints it: `CN=…,O=…`, several values of one part joined by `+`.
fn name(name: &x509_parser::x509::X509Name<'_>) -> String {
    let attributes: Vec<(String, &str)> = name
        .iter_attributes()
        .filter_map(|attribute| {
            Some((
                attribute.attr_type().to_id_string(),
                attribute.as_str().ok()?,
            ))
        })
        .collect();
    let parts = PARTS.iter().filter_map(|(oid, short)| {
        let values: Vec<String> = attributes
            .iter()
            .filter(|(part, _)| part == oid)
            .map(|(_, value)| format!("{short}={}", escape(value)))
            .collect();
        (!values.is_empty()).then(|| values.join("+"))
    });
    parts.collect::<Vec<_>>().join(",")
}

/// Escapes a value as RFC 2253 asks.
fn escape(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::with_capacity(value.len());
    for (at, c) in value.chars().enumerate() {
        let edge = (at == 0 && matches!(c, ' ' | '#')) || (at == last && c == ' ');
        if edge || matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// DNS names and, which the real exporter leaves out, IP addresses.
fn alternatives(certificate: &X509Certificate<'_>) -> String {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return String::new();
    };
    let names: Vec<String> = extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => ip(bytes),
            _ => None,
        })
        .collect();
    names.join(",")
}

fn ip(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(bytes)
        .ok()
        .map(|six| std::net::Ipv6Addr::from(six).to_string())
}

/// A number's bytes; a leading zero byte, which only says that it is positive, is not one of them.
fn serial(bytes: &[u8]) -> String {
    hex(bytes.strip_prefix(&[0]).unwrap_or(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
