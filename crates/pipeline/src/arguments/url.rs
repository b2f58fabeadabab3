//! The `url` of an endpoint.

use http::Uri;

use crate::{Refusal, Remark};

/// The URL that pushes go to: http or https, with a host.
pub(crate) fn push_url(text: &str) -> Result<Uri, Refusal> {
    let wrong = |why: &str| Refusal::of(["url"], format!("url {text:?} {why}"));
    if text.is_empty() {
        return Err(wrong("is empty"));
    }
    let uri: Uri = text.parse().map_err(|_| wrong("is not a URL"))?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        Some(_) => return Err(wrong("must begin with http:// or https://")),
        None => return Err(wrong("has no scheme: write http://… or https://…")),
    }
    match uri.host() {
        Some(host) if !host.is_empty() => Ok(uri),
        _ => Err(wrong("names no host")),
    }
}

/// Credentials on their way through a network in plain text.
pub(crate) fn plain_credentials(url: &str, has_credentials: bool) -> Option<Remark> {
    let uri: Uri = url.parse().ok()?;
    let host = uri.host()?;
    let near = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    (has_credentials && uri.scheme_str() == Some("http") && !near).then(|| {
        Remark::on(
            ["url"],
            format!("the credentials go to {host} in plain text; use https"),
        )
    })
}
