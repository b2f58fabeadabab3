//! What a failed connection or handshake means, for people.

use std::error::Error as _;
use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError};

use crate::{SendError, TlsCheck};

/// A failed connect to `address` (or a socket's path).
pub(super) fn connecting(address: &str, source: io::Error) -> SendError {
    let address = address.to_owned();
    match source.kind() {
        io::ErrorKind::ConnectionRefused => SendError::Refused { address, source },
        _ => SendError::Connect { address, source },
    }
}

/// A failed handshake with `address`, whose certificate should be for `name`.
pub(super) fn tls(address: &str, name: &str, source: io::Error) -> SendError {
    SendError::Tls {
        address: address.to_owned(),
        check: check(name, &source),
        source,
    }
}

/// A TLS failure inside an exchange: with TLS 1.3 a server refuses the client's certificate only after the handshake.
pub(crate) fn after_handshake(address: &str, error: &hyper::Error) -> Option<SendError> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && let Some(fault) = io
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<TlsError>())
        {
            return Some(tls(address, "", io::Error::new(io.kind(), fault.clone())));
        }
        cause = error.source();
    }
    // HTTP/2 keeps only the words of what happened below it.
    let words = error.source()?.to_string();
    [
        AlertDescription::CertificateRequired,
        AlertDescription::BadCertificate,
        AlertDescription::CertificateUnknown,
        AlertDescription::UnknownCA,
    ]
    .map(TlsError::AlertReceived)
    .into_iter()
    .find(|alert| words.contains(&alert.to_string()))
    .map(|alert| {
        tls(
            address,
            "",
            io::Error::new(io::ErrorKind::InvalidData, alert),
        )
    })
}

/// The check that failed.
fn check(name: &str, source: &io::Error) -> TlsCheck {
    let Some(error) = source
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TlsError>())
    else {
        return match source.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe => TlsCheck::Ended,
            _ => TlsCheck::Other,
        };
    };
    match error {
        TlsError::InvalidCertificate(fault) => certificate(name, fault),
        TlsError::AlertReceived(alert) => match alert {
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::NoCertificate => TlsCheck::ClientCertificateWanted,
            AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity => {
                TlsCheck::Incompatible
            }
            _ => TlsCheck::Ended,
        },
        TlsError::PeerIncompatible(_) => TlsCheck::Incompatible,
        TlsError::InvalidMessage(_) => TlsCheck::NotTls,
        _ => TlsCheck::Other,
    }
}

fn certificate(name: &str, fault: &CertificateError) -> TlsCheck {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsCheck::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsCheck::NotYetValid
        }
        // A bad signature: an authority of the same name, with another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsCheck::UnknownIssuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsCheck::WrongName {
                name: name.to_owned(),
            }
        }
        // A server whose own certificate is an authority and not among ours.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            TlsCheck::UnknownIssuer
        }
        _ => TlsCheck::Certificate,
    }
}
