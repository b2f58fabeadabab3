//! What `prometheus.scrape` takes.

use std::collections::BTreeMap;

use outpost_alloy_syntax::{
    Bytes, Duration, Fields, FromValue, Mismatch, ToValue, Value, arguments,
};

use crate::arguments::{HttpClientArguments, MetricsTo, Target};

/// The formats asked for, best first, unless native histograms are wanted.
pub(crate) const TEXT_FIRST: [&str; 4] = [
    "OpenMetricsText1.0.0",
    "OpenMetricsText0.0.1",
    "PrometheusText1.0.0",
    "PrometheusText0.0.4",
];

/// The format that native histograms come in.
pub(crate) const PROTOBUF: &str = "PrometheusProto";

arguments! {
    /// Scrapes targets and passes the samples on.
    pub(crate) struct ScrapeArguments {
        /// What to scrape.
        attr targets: Vec<Target>,
        /// Where the samples go.
        attr forward_to: Vec<Option<MetricsTo>>,
        /// The `job` label of targets without one; the component's id if empty.
        attr job_name: String = String::new(),
        /// Refuse pages with more bytes than this, inflated; 0 takes all.
        attr body_size_limit: Bytes = Bytes::new(0),
        /// Turn classic histograms into native ones with custom buckets.
        attr convert_classic_histograms_to_nhcb: bool = false,
        /// Ask for gzip.
        attr enable_compression: bool = true,
        /// Deprecated: ask for protobuf first, which also turns native histograms on.
        attr enable_protobuf_negotiation: bool = false,
        /// Put type and unit of a family into labels.
        attr enable_type_and_unit_labels: bool = false,
        /// Report three more series about each scrape.
        attr extra_metrics: bool = false,
        /// The page's labels win over the target's.
        attr honor_labels: bool = false,
        /// Pass type, help and unit on.
        attr honor_metadata: bool = false,
        /// Keep times that the page gives.
        attr honor_timestamps: bool = true,
        /// The most labels of a series; 0 for any number.
        attr label_limit: u64 = 0,
        /// The most bytes of a label's name; 0 for any number.
        attr label_name_length_limit: u64 = 0,
        /// The most bytes of a label's value; 0 for any number.
        attr label_value_length_limit: u64 = 0,
        /// How names beyond the legacy ones are written.
        attr metric_name_escaping_scheme: EscapingScheme = EscapingScheme(String::new()),
        /// Which names are allowed: `legacy` or `utf8`.
        attr metric_name_validation_scheme: String = "legacy".to_owned(),
        /// The path of the page, unless the target says another.
        attr metrics_path: String = "/metrics".to_owned(),
        /// The most buckets of a native histogram; 0 for any number.
        attr native_histogram_bucket_limit: u64 = 0,
        /// The least growth from bucket to bucket of a native histogram.
        attr native_histogram_min_bucket_factor: f64 = 0.0,
        /// Query parameters.
        attr params: BTreeMap<String, Vec<String>> = BTreeMap::new(),
        /// The most samples of a page; 0 for any number.
        attr sample_limit: u64 = 0,
        /// `http` or `https`, unless the target says another.
        attr scheme: String = "http".to_owned(),
        /// Keep classic histograms beside native ones.
        attr scrape_classic_histograms: bool = false,
        /// Where failed scrapes are written down as JSON lines.
        attr scrape_failure_log_file: String = String::new(),
        /// The format of pages that do not say theirs.
        attr scrape_fallback_protocol: String = "PrometheusText0.0.4".to_owned(),
        /// How often.
        attr scrape_interval: Duration = Duration::from_secs(60),
        /// Take native histograms; needs protobuf.
        attr scrape_native_histograms: bool = false,
        /// The formats asked for, best first.
        attr scrape_protocols: Protocols = Protocols(Vec::new()),
        /// How long one scrape may take; at most the interval.
        attr scrape_timeout: Duration = Duration::from_secs(10),
        /// Begin a counter with a zero at the time at which it says it was created.
        attr start_timestamp_zero_ingestion: bool = false,
        /// The most targets; 0 for any number.
        attr target_limit: u64 = 0,
        /// End series with times of their own when they are no longer on the page.
        attr track_timestamps_staleness: bool = false,
        /// Sharing targets with other agents.
        block clustering: Option<ClusteringArguments>,
        /// The HTTP client.
        flatten client: HttpClientArguments,
    }
    check = Self::check;
}

arguments! {
    /// Sharing targets with other agents.
    pub(crate) struct ClusteringArguments {
        /// Whether.
        attr enabled: bool,
    }
}

/// How names beyond the legacy ones are written; empty for the validation scheme's default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EscapingScheme(pub(crate) String);

/// The formats asked for, best first; empty for the usual ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Protocols(pub(crate) Vec<String>);

// === impl ScrapeArguments ===

impl ScrapeArguments {
    /// The formats asked for.
    pub(crate) fn protocols(&self) -> Vec<String> {
        if !self.scrape_protocols.0.is_empty() {
            return self.scrape_protocols.0.clone();
        }
        let protobuf_first = self.scrape_native_histograms || self.enable_protobuf_negotiation;
        protobuf_first
            .then_some(PROTOBUF)
            .into_iter()
            .chain(TEXT_FIRST)
            .map(str::to_owned)
            .collect()
    }

    /// What Alloy refuses at load.
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.scrape_timeout > self.scrape_interval {
            fields.object(
                if fields.was_given("scrape_timeout") {
                    "scrape_timeout"
                } else {
                    "scrape_interval"
                },
                format!(
                    "scrape_timeout ({}) must not be longer than scrape_interval ({})",
                    self.scrape_timeout, self.scrape_interval
                ),
            );
        }
        self.check_protocols(fields);
        self.check_names(fields);
    }

    fn check_protocols(&self, fields: &mut Fields<'_, '_>) {
        let known = |protocol: &str| protocol == PROTOBUF || TEXT_FIRST.contains(&protocol);
        let names = || format!("{PROTOBUF}, {}", TEXT_FIRST.join(", "));
        for (at, protocol) in self.scrape_protocols.0.iter().enumerate() {
            if !known(protocol) {
                fields.object(
                    "scrape_protocols",
                    format!("unknown protocol {protocol:?}; there are {}", names()),
                );
            } else if self
                .scrape_protocols
                .0
                .iter()
                .take(at)
                .any(|p| p == protocol)
            {
                fields.object("scrape_protocols", format!("{protocol} is given twice"));
            }
        }
        // Empty means none: a page without a known content type fails then.
        if !self.scrape_fallback_protocol.is_empty() && !known(&self.scrape_fallback_protocol) {
            fields.object(
                "scrape_fallback_protocol",
                format!(
                    "unknown protocol {:?}; there are {}",
                    self.scrape_fallback_protocol,
                    names()
                ),
            );
        }
        let protobuf = self.protocols().iter().any(|p| p == PROTOBUF);
        if self.enable_protobuf_negotiation && !self.scrape_protocols.0.is_empty() {
            fields.object(
                "enable_protobuf_negotiation",
                "enable_protobuf_negotiation cannot be used with scrape_protocols; put PrometheusProto first there",
            );
        } else if self.scrape_native_histograms && !protobuf {
            fields.object(
                "scrape_native_histograms",
                "native histograms need PrometheusProto in scrape_protocols",
            );
        }
    }

    fn check_names(&self, fields: &mut Fields<'_, '_>) {
        let utf8 = match self.metric_name_validation_scheme.as_str() {
            "legacy" => false,
            "utf8" => true,
            other => {
                fields.object(
                    "metric_name_validation_scheme",
                    format!("unknown scheme {other:?}; it is \"legacy\" or \"utf8\""),
                );
                return;
            }
        };
        match self.metric_name_escaping_scheme.0.as_str() {
            "" | "underscores" | "dots" | "values" => {}
            "allow-utf-8" if utf8 => {}
            "allow-utf-8" => fields.object(
                "metric_name_escaping_scheme",
                "\"allow-utf-8\" needs metric_name_validation_scheme = \"utf8\"",
            ),
            other => fields.object(
                "metric_name_escaping_scheme",
                format!(
                    "unknown scheme {other:?}; there are \"allow-utf-8\", \"underscores\", \"dots\", \"values\""
                ),
            ),
        }
    }
}

// === impl Protocols ===

impl FromValue for Protocols {
    const NAME: &'static str = "list";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        Vec::from_value(value).map(Self)
    }
}

impl ToValue for Protocols {
    fn to_value(&self) -> Value {
        if self.0.is_empty() {
            Value::array(TEXT_FIRST.map(Value::from))
        } else {
            self.0.to_value()
        }
    }

    fn is_hidden(&self, _: &Self) -> bool {
        false
    }
}

// === impl EscapingScheme ===

impl FromValue for EscapingScheme {
    const NAME: &'static str = "string";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        String::from_value(value).map(Self)
    }
}

impl ToValue for EscapingScheme {
    fn to_value(&self) -> Value {
        Value::from(if self.0.is_empty() {
            "underscores"
        } else {
            &self.0
        })
    }

    fn is_hidden(&self, _: &Self) -> bool {
        false
    }
}
