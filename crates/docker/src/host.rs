//! Where a daemon listens: `unix://`, `tcp://`, `http://`, `https://`.

use std::path::PathBuf;

/// A daemon's address, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Unix(PathBuf),
    /// The URL without a slash at its end.
    Http(String),
}

/// Why a host cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Another kind of address.
    #[error("cannot reach a Docker daemon at {host:?}: use unix://, tcp://, http:// or https://")]
    Scheme {
        /// As it was given.
        host: String,
    },
    /// A percent sign without two hexadecimal digits after it.
    #[error("{host:?} holds a % that is no escape")]
    Escape {
        /// As it was given.
        host: String,
    },
    /// Nothing after the scheme.
    #[error("{host:?} names no {missing}")]
    Incomplete {
        /// As it was given.
        host: String,
        /// What it lacks.
        missing: &'static str,
    },
}

// === impl Host ===

impl Host {
    pub(crate) fn parse(host: &str) -> Result<Self, HostError> {
        let (scheme, rest) = host.split_once("://").ok_or_else(|| HostError::Scheme {
            host: host.to_owned(),
        })?;
        let missing = |missing| {
            Err(HostError::Incomplete {
                host: host.to_owned(),
                missing,
            })
        };
        let mut escapes = rest.split('%').skip(1);
        let is_hex = |after: &str| {
            after
                .get(..2)
                .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        if !escapes.all(is_hex) {
            return Err(HostError::Escape {
                host: host.to_owned(),
            });
        }
        match scheme {
            "unix" if rest.is_empty() => missing("socket"),
            "unix" => Ok(Self::Unix(PathBuf::from(rest))),
            "tcp" | "http" | "https" => {
                let rest = rest.trim_end_matches('/');
                if rest.is_empty() {
                    return missing("host");
                }
                let scheme = if scheme == "https" { "https" } else { "http" };
                Ok(Self::Http(format!("{scheme}://{rest}")))
            }
            _ => Err(HostError::Scheme {
                host: host.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_host_is_understood() {
        let http = |url: &str| Ok(Host::Http(url.to_owned()));
        assert_eq!(
            Host::parse("unix:///var/run/docker.sock"),
            Ok(Host::Unix("/var/run/docker.sock".into()))
        );
        assert_eq!(
            Host::parse("tcp://10.0.0.1:2375"),
            http("http://10.0.0.1:2375")
        );
        assert_eq!(Host::parse("https://d:2376/"), http("https://d:2376"));
        for bad in [
            "/var/run/docker.sock",
            "npipe:////./pipe/docker",
            "unix://",
            "tcp:///",
            "unix://%zz",
            "tcp://h%2",
        ] {
            let error = Host::parse(bad).expect_err("refused");
            assert!(error.to_string().contains(bad), "{error}");
        }
    }
}
