//! The configuration after checking.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use outpost_http_client::ClientConfig;
use outpost_model::{Labels, RuleError, Rules, TargetNames};

use super::{Config, EndpointConfig, MetadataConfig, QueueConfig, WalConfig};
use crate::Protocol;

/// Requests in flight at once, whatever `max_shards` says: each has buffers, and more never helped.
const MAX_LANES: usize = 16;

/// A configuration that can run.
#[derive(Clone, Debug)]
pub struct CheckedConfig {
    pub(crate) external_labels: Labels,
    pub(crate) endpoints: Vec<Arc<Endpoint>>,
    pub(crate) wal: WalConfig,
}

/// An endpoint that can run.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    /// Names its place in the log.
    pub(crate) key: String,
    /// Its name in metrics.
    pub(crate) name: String,
    /// Its URL as logs and metrics show it, without a password.
    pub(crate) url: String,
    /// The URL, if requests can go there.
    pub(crate) target: Option<Uri>,
    pub(crate) client: ClientConfig,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) send_exemplars: bool,
    pub(crate) send_native_histograms: bool,
    pub(crate) protocol: Protocol,
    pub(crate) queue: QueueConfig,
    pub(crate) metadata: MetadataConfig,
    pub(crate) rules: Rules,
    /// As it was written, to see what a reload changes.
    pub(crate) raw: EndpointConfig,
}

/// Why a configuration was refused. Messages leave out the component's name.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A URL with characters that no URL has.
    #[error("url {url:?} is not a URL: write http://… or https://…")]
    Url {
        /// The URL.
        url: String,
    },
    /// A header that cannot be sent.
    #[error(
        "headers: {name:?} cannot be sent: its name or value holds characters that HTTP forbids"
    )]
    Header {
        /// Its name.
        name: String,
    },
    /// HTTP client arguments that are wrong.
    #[error(transparent)]
    Http(#[from] outpost_http_client::ConfigError),
    /// A relabel rule that is wrong.
    #[error("write_relabel_config {} is wrong", index + 1)]
    Rule {
        /// Which rule, from zero.
        index: usize,
        /// Why.
        #[source]
        source: RuleError,
    },
    /// `truncate_frequency` of zero.
    #[error("truncate_frequency must not be 0")]
    TruncateFrequency,
    /// Keepalive times in the wrong order.
    #[error("min_keepalive_time ({min:?}) must be shorter than max_keepalive_time ({max:?})")]
    KeepaliveTimes {
        /// The one.
        min: Duration,
        /// The other.
        max: Duration,
    },
}

// === impl Config ===

impl Config {
    /// Checks the configuration.
    pub fn check(&self) -> Result<CheckedConfig, ConfigError> {
        let wal = self.wal;
        if wal.truncate_frequency.is_zero() {
            return Err(ConfigError::TruncateFrequency);
        }
        if wal.min_keepalive_time >= wal.max_keepalive_time {
            return Err(ConfigError::KeepaliveTimes {
                min: wal.min_keepalive_time,
                max: wal.max_keepalive_time,
            });
        }
        let mut keys = BTreeSet::new();
        let mut endpoints = Vec::new();
        for raw in &self.endpoints {
            let wanted = if raw.name.is_empty() {
                without_password(&raw.url)
            } else {
                raw.name.clone()
            };
            let mut key = wanted.clone();
            let mut turn = 1;
            while !keys.insert(key.clone()) {
                turn += 1;
                key = format!("{wanted}#{turn}");
            }
            endpoints.push(Arc::new(Endpoint::check(raw, key)?));
        }
        Ok(CheckedConfig {
            external_labels: Labels::from_pairs(self.external_labels.clone()),
            endpoints,
            wal,
        })
    }
}

// === impl Endpoint ===

impl Endpoint {
    fn check(raw: &EndpointConfig, key: String) -> Result<Self, ConfigError> {
        let url = raw.url.as_str();
        if url.chars().any(char::is_control) || has_bad_escape(url) || has_bad_scheme(url) {
            return Err(ConfigError::Url {
                url: without_password(&raw.url),
            });
        }
        let target = raw
            .url
            .parse()
            .ok()
            .filter(|url: &Uri| url.host().is_some() && url.scheme().is_some());
        let client =
            ClientConfig::try_from(raw.http.clone())?.with_round_robin_dns(raw.round_robin_dns);
        let rules = Rules::compile(&raw.write_relabel, TargetNames::Legacy)
            .map_err(|(index, source)| ConfigError::Rule { index, source })?;
        let default = EndpointConfig::default();
        let timeout = if raw.remote_timeout.is_zero() {
            default.remote_timeout
        } else {
            raw.remote_timeout
        };
        Ok(Self {
            name: if raw.name.is_empty() {
                short_name(&raw.url)
            } else {
                raw.name.clone()
            },
            key,
            url: without_password(&raw.url),
            target,
            client,
            headers: headers(&raw.headers)?,
            timeout,
            send_exemplars: raw.send_exemplars,
            send_native_histograms: raw.send_native_histograms,
            protocol: raw.protocol,
            queue: QueueConfig {
                max_samples_per_send: raw.queue.max_samples_per_send.max(1),
                min_shards: raw.queue.min_shards.clamp(1, MAX_LANES),
                max_shards: raw.queue.max_shards.clamp(1, MAX_LANES),
                ..raw.queue
            },
            metadata: raw.metadata,
            rules,
            raw: raw.clone(),
        })
    }
}

fn headers(raw: &BTreeMap<String, String>) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    for (name, value) in raw {
        let header = HeaderName::from_bytes(name.as_bytes())
            .ok()
            .zip(HeaderValue::from_str(value).ok());
        let Some((header, value)) = header else {
            return Err(ConfigError::Header { name: name.clone() });
        };
        headers.insert(header, value);
    }
    Ok(headers)
}

/// `127.0.0.1:9090/write`: what stands before the colon is no scheme, and no path may begin so.
fn has_bad_scheme(url: &str) -> bool {
    let first = url.split(['/', '?', '#']).next().unwrap_or_default();
    first.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            || !scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

fn has_bad_escape(url: &str) -> bool {
    url.split('%').skip(1).any(|rest| {
        let mut digits = rest.bytes();
        !(digits.next().is_some_and(|d| d.is_ascii_hexdigit())
            && digits.next().is_some_and(|d| d.is_ascii_hexdigit()))
    })
}

/// The URL as it may be shown and may name a file: a password in it is hidden.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match authority
        .rsplit_once('@')
        .and_then(|(user, host)| Some((user.split_once(':')?.0, host)))
    {
        Some((user, host)) => format!("{scheme}://{user}:xxxxx@{host}{path}"),
        None => url.to_owned(),
    }
}

/// Six hex digits that stay the same for a URL.
fn short_name(url: &str) -> String {
    format!("{:06x}", crc32c::crc32c(url.as_bytes()) & 0x00ff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_url_is_used_and_neither_shown_nor_part_of_a_file_name() {
        let config = Config {
            endpoints: vec![EndpointConfig {
                url: "http://me:hunter2@127.0.0.1:9090/api/v1/write".to_owned(),
                ..EndpointConfig::default()
            }],
            ..Config::default()
        };
        let checked = config.check().expect("a good configuration");
        let endpoint = &checked.endpoints[0];
        let shown = "http://me:xxxxx@127.0.0.1:9090/api/v1/write";
        assert_eq!(
            (endpoint.url.as_str(), endpoint.key.as_str()),
            (shown, shown)
        );
        let target = endpoint.target.as_ref().expect("a URL with a host");
        assert!(target.to_string().contains("me:hunter2@"));
    }

    #[test]
    fn a_url_without_a_password_stays_as_it_is() {
        for url in [
            "http://h/a:b@c",
            "http://me@h/",
            "http://h:1/?q=a:b@c",
            "h",
            "",
        ] {
            assert_eq!(without_password(url), url);
        }
    }
}
