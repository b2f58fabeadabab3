//! Files that a module names, read at every probe and never without a limit.

use std::path::Path;

use outpost_http_client::Secret;
use tokio::io::AsyncReadExt as _;

use crate::{Failure, Reason, SecretSource};

/// A password or token is not larger.
const MAX_SECRET_BYTES: u64 = 1 << 20;

/// The first `limit` bytes of a file.
pub(crate) async fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let read = async {
        let mut bytes = Vec::new();
        let file = tokio::fs::File::open(path).await?;
        file.take(limit).read_to_end(&mut bytes).await?;
        Ok::<_, std::io::Error>(bytes)
    };
    read.await.map_err(|error| {
        Failure::new(
            Reason::Config,
            format!("cannot read {}: {error}", path.display()),
        )
    })
}

/// A secret, wherever it stands.
pub(crate) async fn secret(source: &SecretSource) -> Result<Secret, Failure> {
    match source {
        SecretSource::Text(secret) => Ok(secret.clone()),
        SecretSource::File(path) => {
            let bytes = read(path, MAX_SECRET_BYTES).await?;
            let text = String::from_utf8(bytes).map_err(|_| {
                Failure::new(Reason::Config, format!("{} is not text", path.display()))
            })?;
            Ok(Secret::new(text.trim()))
        }
    }
}
