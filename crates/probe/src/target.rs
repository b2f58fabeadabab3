//! The URL of an HTTP probe, and where a redirect leads.

use ::http::Uri;

use crate::{Failure, Reason};

/// Where an HTTP request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) encrypted: bool,
    /// As written, an IPv6 address in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Path and query, beginning with `/`.
    pub(crate) path: String,
}

// === impl Url ===

impl Url {
    /// Reads a target; without a scheme it is `http://`.
    pub(crate) fn parse(target: &str) -> Result<Self, Failure> {
        let text = if target.contains("://") {
            target.to_owned()
        } else {
            format!("http://{target}")
        };
        let uri: Uri = text
            .split('#')
            .next()
            .unwrap_or_default()
            .parse()
            .map_err(|error| refuse(target, &format!("{error}")))?;
        let encrypted = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            other => {
                return Err(refuse(
                    target,
                    &format!("unknown scheme {}", other.unwrap_or("")),
                ));
            }
        };
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host
            .ok_or_else(|| refuse(target, "it names no host"))?
            .to_owned();
        let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |p| p.as_str());
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        };
        Ok(Self {
            encrypted,
            host,
            port,
            path,
        })
    }

    /// Where a `Location` leads, seen from here.
    /// Whether its host is `host` or under it.
    pub(crate) fn is_at_or_under(&self, host: &str) -> bool {
        let above = self.host.strip_suffix(host);
        above.is_some_and(|head| head.is_empty() || head.ends_with('.'))
    }

    pub(crate) fn join(&self, location: &str) -> Result<Self, Failure> {
        if location.contains("://") {
            return Self::parse(location);
        }
        if let Some(rest) = location.strip_prefix("//") {
            let scheme = if self.encrypted { "https" } else { "http" };
            return Self::parse(&format!("{scheme}://{rest}"));
        }
        let path = if location.starts_with('/') {
            location.to_owned()
        } else {
            let own = self.path.split('?').next().unwrap_or_default();
            let folder = own.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{folder}/{location}")
        };
        Ok(Self {
            path,
            ..self.clone()
        })
    }

    /// Host and port as the `Host` header has them: the port only where it is not the scheme's own.
    pub(crate) fn authority(&self) -> String {
        match (self.encrypted, self.port) {
            (true, 443) | (false, 80) => self.host.clone(),
            (_, port) => format!("{}:{port}", self.host),
        }
    }
}

fn refuse(target: &str, why: &str) -> Failure {
    Failure::new(
        Reason::Target,
        format!("{target:?} is not a URL to probe: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_without_a_scheme_is_plain_http() {
        let url = Url::parse("example.org:8080/a?b=c#d").unwrap();
        assert_eq!(
            (url.encrypted, url.port, url.path.as_str()),
            (false, 8080, "/a?b=c")
        );
        assert_eq!(url.authority(), "example.org:8080");
        assert_eq!(Url::parse("https://[::1]").unwrap().authority(), "[::1]");
    }

    #[test]
    fn what_is_no_url_is_said_with_its_value() {
        for target in ["ftp://host", "http://", "http://a b", ""] {
            let failure = Url::parse(target).unwrap_err();
            assert_eq!(failure.reason, Reason::Target);
            assert!(
                failure.message.contains(&format!("{target:?}")),
                "{failure}"
            );
        }
    }

    #[test]
    fn redirects_are_seen_from_where_they_stand() {
        let base = Url::parse("https://a.test/x/y?z").unwrap();
        let leads = |location| {
            let url = base.join(location).unwrap();
            format!(
                "{}{}{}",
                if url.encrypted { "s:" } else { "" },
                url.authority(),
                url.path
            )
        };
        assert_eq!(leads("http://b.test/q"), "b.test/q");
        assert_eq!(leads("//c.test/q"), "s:c.test/q");
        assert_eq!(leads("/q"), "s:a.test/q");
        assert_eq!(leads("q"), "s:a.test/x/q");
    }
}
