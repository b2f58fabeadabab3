//! `tls_config`, and secrets given as text or file.

use super::ConfigError;
use super::table::Table;
use crate::{PemSource, SecretSource, TlsModule, TlsVersion};

pub(super) fn tls(parent: &mut Table<'_>) -> Result<TlsModule, ConfigError> {
    let Some(mut table) = parent.table("tls_config")? else {
        return Ok(TlsModule::default());
    };
    let ca = pem(&mut table, "ca", "ca_file")?;
    let certificate = pem(&mut table, "cert", "cert_file")?;
    let key = pem(&mut table, "key", "key_file")?;
    let identity = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => return Err(table.error("a certificate needs its key and a key its certificate")),
    };
    let module = TlsModule {
        insecure_skip_verify: table.flag("insecure_skip_verify", false)?,
        ca,
        identity,
        server_name: table
            .text("server_name")?
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
        // Older versions are not spoken, so that a lower bound below 1.2 is one of 1.2.
        min: table
            .parsed(
                "min_version",
                "TLS10, TLS11, TLS12 or TLS13",
                |text| match text {
                    "TLS10" | "TLS11" | "TLS12" => Some(TlsVersion::Tls12),
                    "TLS13" => Some(TlsVersion::Tls13),
                    _ => None,
                },
            )?
            .unwrap_or_default(),
        max: table.parsed(
            "max_version",
            "TLS12 or TLS13 (older ones are not spoken here)",
            |text| match text {
                "TLS12" => Some(TlsVersion::Tls12),
                "TLS13" => Some(TlsVersion::Tls13),
                _ => None,
            },
        )?,
    };
    if module.max.is_some_and(|max| max < module.min) {
        return Err(table.error("max_version is lower than min_version"));
    }
    table.finish()?;
    Ok(module)
}

fn pem(
    table: &mut Table<'_>,
    text: &'static str,
    file: &'static str,
) -> Result<Option<PemSource>, ConfigError> {
    match (table.secret(text)?, table.file(file)?) {
        (secret, None) if secret.is_empty() => Ok(None),
        (secret, None) => Ok(Some(PemSource::Text(secret))),
        (secret, Some(path)) if secret.is_empty() => Ok(Some(PemSource::File(path))),
        _ => Err(table.error(&format!("only one of {text} and {file} may be given"))),
    }
}

/// A secret as text or file; `None` where neither is given.
pub(super) fn secret(
    table: &mut Table<'_>,
    text: &'static str,
    file: &'static str,
) -> Result<Option<SecretSource>, ConfigError> {
    match (table.secret(text)?, table.file(file)?) {
        (secret, None) if secret.is_empty() => Ok(None),
        (secret, None) => Ok(Some(SecretSource::Text(secret))),
        (secret, Some(path)) if secret.is_empty() => Ok(Some(SecretSource::File(path))),
        _ => Err(table.error(&format!("only one of {text} and {file} may be given"))),
    }
}
