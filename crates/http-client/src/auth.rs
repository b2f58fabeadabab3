//! The `Authorization` header: where its secret comes from and how it is written.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use percent_encoding::percent_decode_str;
use tokio::io::AsyncReadExt;

use crate::config::Source;
use crate::{AuthError, Secret};

/// A secret file holds a password or a token, not a book.
const MAX_SECRET_BYTES: u64 = 64 << 10;

/// `Basic` with user and password.
pub(crate) fn basic(user: &str, password: &Secret) -> HeaderValue {
    let pair = format!("{user}:{}", password.expose());
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))
        .unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// `scheme credentials`; fails where the credentials hold what no header may.
pub(crate) fn scheme(scheme: &str, credentials: &Secret) -> Result<HeaderValue, AuthError> {
    let mut value = HeaderValue::try_from(format!("{scheme} {}", credentials.expose()))
        .map_err(|_| AuthError::Characters)?;
    value.set_sensitive(true);
    Ok(value)
}

impl Source {
    /// The secret as it is now: a file is read anew, without the white space around it.
    pub(crate) async fn read(&self) -> Result<Secret, AuthError> {
        let path = match self {
            Self::Text(secret) => return Ok(secret.clone()),
            Self::File(path) => path,
        };
        let read = async {
            let mut text = String::new();
            let file = tokio::fs::File::open(path).await?;
            let mut file = file.take(MAX_SECRET_BYTES + 1);
            file.read_to_string(&mut text).await?;
            if text.len() as u64 > MAX_SECRET_BYTES {
                return Err(io::Error::other("larger than 64 KiB"));
            }
            Ok(text)
        };
        match read.await {
            Ok(text) => Ok(Secret::new(text.trim())),
            Err(source) => Err(AuthError::File {
                path: path.clone(),
                source,
            }),
        }
    }
}

/// User and password of `user:password@host:port`, unescaped.
pub(crate) fn user_info(authority: &str) -> Option<(String, String)> {
    let (info, _) = authority.rsplit_once('@')?;
    let (user, password) = info.split_once(':').unwrap_or((info, ""));
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((decode(user), decode(password)))
}

/// A host without the brackets of an IPv6 address.
pub(crate) fn bare_host(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

/// `host:port`, with brackets where they are needed.
pub(crate) fn host_port(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}
