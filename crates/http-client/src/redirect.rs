//! Redirects as Go's client follows them: what is asked next, and whether secrets go along.
//!
//! One thing differs: Go repeats a POST after 301, 302 and 303 as an empty GET, whose answer says nothing about what was
//! to be sent. Here that is an error, so that no push counts as delivered because a page was.

use http::{Method, StatusCode, Uri};

use crate::SendError;
use crate::auth::bare_host;

/// As many as Go's client and browsers' smallest take.
pub(crate) const MAX_REDIRECTS: usize = 10;

/// What is asked after a redirect.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Next {
    pub(crate) url: Uri,
    pub(crate) method: Method,
}

/// What to ask after an answer with `status` to a request of `method`; `None`: this is no redirect.
///
/// 307 and 308 repeat the request; 301, 302 and 303 do for GET and HEAD, and refuse anything that has a body.
pub(crate) fn next(
    status: StatusCode,
    location: Option<&str>,
    method: &Method,
    url: &Uri,
) -> Result<Option<Next>, SendError> {
    let again = match status.as_u16() {
        301..=303 => false,
        307 | 308 => true,
        _ => return Ok(None),
    };
    // Without a place to go, the answer stands as it is.
    let Some(location) = location else {
        return Ok(None);
    };
    let refused = |problem| SendError::Redirect {
        location: location.to_owned(),
        problem,
    };
    let url = resolve(url, location).ok_or_else(|| refused("no usable URL"))?;
    if !matches!(url.scheme_str(), Some("http" | "https")) {
        return Err(refused("neither http nor https"));
    }
    if !again && !matches!(*method, Method::GET | Method::HEAD) {
        return Err(refused(
            "the body would be lost; put that place into the configuration",
        ));
    }
    Ok(Some(Next {
        url,
        method: method.clone(),
    }))
}

/// Whether secrets meant for `from` may be sent to `to`: the same host, and not from TLS to plain text.
pub(crate) fn keeps_secrets(from: &Uri, to: &Uri) -> bool {
    let host = |url: &Uri| bare_host(url.host().unwrap_or_default()).to_lowercase();
    let downgrade = from.scheme_str() == Some("https") && to.scheme_str() != Some("https");
    host(from) == host(to) && !downgrade
}

/// `location` as seen from `base` (RFC 3986, 5.2).
fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let location = escape(location.split('#').next().unwrap_or_default().trim());
    let scheme = base.scheme_str()?;
    let authority = base.authority()?.as_str();
    if has_scheme(&location) {
        return absolute(&location);
    }
    if location.starts_with("//") {
        return absolute(&format!("{scheme}:{location}"));
    }
    let origin = format!("{scheme}://{authority}");
    let path = if location.is_empty() {
        base.path_and_query()?.as_str().to_owned()
    } else if location.starts_with('?') {
        format!("{}{location}", base.path())
    } else {
        let (path, query) = match location.split_once('?') {
            Some((path, query)) => (path, format!("?{query}")),
            None => (location.as_str(), String::new()),
        };
        let whole = if path.starts_with('/') {
            path.to_owned()
        } else {
            let folder = base
                .path()
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            format!("{folder}/{path}")
        };
        format!("{}{query}", without_dots(&whole))
    };
    absolute(&format!("{origin}{path}"))
}

fn absolute(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    (uri.scheme().is_some() && uri.authority().is_some()).then_some(uri)
}

fn has_scheme(location: &str) -> bool {
    location.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// Blanks and what is no ASCII are escaped, as browsers do; the rest must be right as it is.
fn escape(location: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(location.len());
    for byte in location.bytes() {
        if byte.is_ascii_graphic() {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let last = segments.len().saturating_sub(1);
    for (index, segment) in segments.iter().enumerate() {
        match *segment {
            ".." => {
                kept.pop();
                if index == last {
                    kept.push("");
                }
            }
            "." if index == last => kept.push(""),
            "." => {}
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(base: &str, location: &str) -> String {
        resolve(&base.parse().expect("a URL"), location)
            .map_or_else(|| "none".to_owned(), |url| url.to_string())
    }

    #[test]
    fn locations_are_resolved_against_the_url_before() {
        let base = "http://h:1/a/b?q=1";
        for (location, wanted) in [
            ("https://other/x", "https://other/x"),
            ("//other/x", "http://other/x"),
            ("/x?y=2#z", "http://h:1/x?y=2"),
            ("c", "http://h:1/a/c"),
            ("../c/./d/..", "http://h:1/c/"),
            ("?r=1", "http://h:1/a/b?r=1"),
            ("", "http://h:1/a/b?q=1"),
            ("/with blank/é", "http://h:1/with%20blank/%C3%A9"),
            ("../../../../up", "http://h:1/up"),
            ("http://", "none"),
        ] {
            assert_eq!(follow(base, location), wanted, "{location}");
        }
    }

    #[test]
    fn a_push_is_repeated_where_the_status_says_so_and_never_becomes_a_get() {
        let url = "http://h/push".parse().expect("a URL");
        let after = |status: u16, method: Method| {
            let status = StatusCode::from_u16(status).expect("a status");
            next(status, Some("/x"), &method, &url)
                .expect("a location")
                .map(|next| next.method)
        };
        assert_eq!(after(301, Method::HEAD), Some(Method::HEAD));
        assert_eq!(after(302, Method::GET), Some(Method::GET));
        assert_eq!(after(308, Method::POST), Some(Method::POST));
        assert_eq!(after(304, Method::GET), None);
        assert_eq!(
            next(StatusCode::FOUND, None, &Method::GET, &url).expect("no error"),
            None
        );
        for status in [
            StatusCode::MOVED_PERMANENTLY,
            StatusCode::FOUND,
            StatusCode::SEE_OTHER,
        ] {
            let lost = next(status, Some("/x"), &Method::POST, &url).expect_err("refused");
            assert!(
                lost.to_string().contains("the body would be lost"),
                "{lost}"
            );
        }
        let elsewhere = next(StatusCode::FOUND, Some("ftp://h/x"), &Method::GET, &url);
        assert!(
            elsewhere
                .expect_err("refused")
                .to_string()
                .contains("neither http nor https")
        );
    }

    #[test]
    fn secrets_stay_with_their_host_and_under_tls() {
        let keeps = |from: &str, to: &str| {
            keeps_secrets(&from.parse().expect("a URL"), &to.parse().expect("a URL"))
        };
        assert!(keeps("http://h/a", "https://H:8443/b"));
        assert!(!keeps("https://h/a", "http://h/a"));
        assert!(!keeps("http://h/a", "http://h.evil/a"));
    }
}
