//! A target: what discovery found, with the component's defaults, as something that can be asked.

use std::collections::BTreeMap;
use std::time::Duration;

use outpost_model::{Labels, LabelsBuilder};
use rapidhash::v3::rapidhash_v3;

use super::{duration, url};

const ADDRESS: &str = "__address__";
const SCHEME: &str = "__scheme__";
const METRICS_PATH: &str = "__metrics_path__";
const INTERVAL: &str = "__scrape_interval__";
const TIMEOUT: &str = "__scrape_timeout__";
const PARAM: &str = "__param_";
const META: &str = "__meta_";
/// Labels that begin so never come onto samples.
const RESERVED: &str = "__";
const JOB: &str = "job";
const INSTANCE: &str = "instance";

/// What a target is where its labels say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetDefaults {
    /// The `job` label.
    pub job: String,
    /// `http` or `https`.
    pub scheme: String,
    /// The path of the page. Default `/metrics`.
    pub metrics_path: String,
    /// Query parameters; a label `__param_NAME` replaces the first value of NAME.
    pub params: BTreeMap<String, Vec<String>>,
    /// How often the target is asked. Default 1 minute.
    pub interval: Duration,
    /// How long it has to answer. Default 10 seconds.
    pub timeout: Duration,
}

/// A target that can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// All labels but those of discovery.
    labels: Labels,
    sample_labels: Labels,
    url: String,
    interval: Duration,
    timeout: Duration,
}

/// Why a label set is no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No `__address__`, or an empty one.
    #[error("the target has no address: label {ADDRESS} is missing")]
    NoAddress,
    /// An address that holds a path.
    #[error("{address:?} is no host and port, put the path into {METRICS_PATH}")]
    BadAddress {
        /// The address.
        address: String,
    },
    /// A duration that is none, or 0.
    #[error("label {label} is {value:?}, give a duration above 0 such as 30s")]
    BadDuration {
        /// The label.
        label: &'static str,
        /// Its value.
        value: String,
    },
    /// A target that may take longer than until its next scrape.
    #[error("the scrape timeout ({timeout:?}) is longer than the scrape interval ({interval:?})")]
    TimeoutTooLong {
        /// The timeout.
        timeout: Duration,
        /// The interval.
        interval: Duration,
    },
}

// === impl TargetDefaults ===

impl Default for TargetDefaults {
    fn default() -> Self {
        Self {
            job: String::new(),
            scheme: "http".to_owned(),
            metrics_path: "/metrics".to_owned(),
            params: BTreeMap::new(),
            interval: Duration::from_secs(60),
            timeout: Duration::from_secs(10),
        }
    }
}

// === impl Target ===

impl Target {
    /// Makes a target of the labels that discovery found. Empty values count as absent.
    pub fn new(found: &Labels, defaults: &TargetDefaults) -> Result<Self, TargetError> {
        let mut labels = LabelsBuilder::default();
        for (name, value) in found.iter().filter(|(_, value)| !value.is_empty()) {
            labels.push(name, value);
        }
        for (name, value) in [
            (JOB, &defaults.job),
            (SCHEME, &defaults.scheme),
            (METRICS_PATH, &defaults.metrics_path),
        ] {
            if labels.get(name).is_none() && !value.is_empty() {
                labels.push(name, value);
            }
        }
        let Some(address) = labels.get(ADDRESS).map(str::to_owned) else {
            return Err(TargetError::NoAddress);
        };
        if address.contains('/') {
            return Err(TargetError::BadAddress { address });
        }
        let interval = time(&labels, INTERVAL, defaults.interval)?;
        let timeout = time(&labels, TIMEOUT, defaults.timeout)?;
        if timeout > interval {
            return Err(TargetError::TimeoutTooLong { timeout, interval });
        }
        labels.retain(|name, _| !name.starts_with(META));
        if labels.get(INSTANCE).is_none() {
            labels.push(INSTANCE, &address);
        }
        let url = url::build(
            labels.get(SCHEME).unwrap_or_default(),
            &address,
            labels.get(METRICS_PATH).unwrap_or_default(),
            &params(&labels, &defaults.params),
        );
        let mut sample_labels = labels.clone();
        sample_labels.retain(|name, _| !name.starts_with(RESERVED));
        Ok(Self {
            labels: labels.build(),
            sample_labels: sample_labels.build(),
            url,
            interval,
            timeout,
        })
    }

    /// The labels that the target gives its samples.
    pub fn sample_labels(&self) -> &Labels {
        &self.sample_labels
    }

    /// All labels but those of discovery.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Where the page is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often the target is asked.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// How long it has to answer.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// A number that is the same for the same target in every process, and spreads targets evenly.
    pub(super) fn phase(&self) -> u64 {
        rapidhash_v3(format!("{}{}", self.labels, self.url).as_bytes())
    }
}

fn time(
    labels: &LabelsBuilder,
    label: &'static str,
    default: Duration,
) -> Result<Duration, TargetError> {
    let Some(value) = labels.get(label) else {
        return Ok(default);
    };
    duration::parse(value)
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| TargetError::BadDuration {
            label,
            value: value.to_owned(),
        })
}

/// The query: the component's parameters, the first value of each replaced by its label.
fn params(
    labels: &LabelsBuilder,
    defaults: &BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, Vec<String>> {
    let mut params = defaults.clone();
    for (name, value) in labels.iter() {
        if let Some(name) = name.strip_prefix(PARAM) {
            let values = params.entry(name.to_owned()).or_default();
            match values.first_mut() {
                Some(first) => value.clone_into(first),
                None => values.push(value.to_owned()),
            }
        }
    }
    params
}
