//! The component's arguments, without its targets, as the scrape pool takes them.

use std::sync::Arc;

use outpost_collect::{
    FindPage, HttpScrape, Limits, NameEscaping, PoolConfig, ScrapeMetrics, ScrapeOptions,
    ScrapeProtocol, TargetDefaults, WallClock,
};
use outpost_http_client::{Client, ClientConfig, HttpConfig};

use super::ScrapeArguments;
use super::arguments::PROTOBUF;
use super::internal::InternalPage;
use crate::{Context, Refusal};

/// Bytes of pages that a component reads at one time. One page alone gets half of it, 128 MiB.
const PAGE_MEMORY: usize = 256 << 20;

/// Everything that makes the pool begin anew when it changes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    options: ScrapeOptions,
    defaults: TargetDefaults,
    target_limit: usize,
    protocols: Vec<ScrapeProtocol>,
    escaping: NameEscaping,
    fallback: Option<ScrapeProtocol>,
    compression: bool,
    client: HttpConfig,
    /// The receivers, by the names of their exports.
    forward_to: String,
}

// === impl Settings ===

impl Settings {
    pub(super) fn new(context: &Context, arguments: &ScrapeArguments) -> Result<Self, Refusal> {
        let timeout = arguments.scrape_timeout.to_std_or_zero();
        let utf8_names = arguments.metric_name_validation_scheme == "utf8";
        let protocols = arguments.protocols();
        let fallback = Some(arguments.scrape_fallback_protocol.as_str());
        Ok(Self {
            options: ScrapeOptions {
                honor_labels: arguments.honor_labels,
                honor_timestamps: arguments.honor_timestamps,
                track_timestamps_staleness: arguments.track_timestamps_staleness,
                utf8_names,
                extra_metrics: arguments.extra_metrics,
                start_timestamp_zero_ingestion: arguments.start_timestamp_zero_ingestion,
                limits: limits(arguments),
                timeout,
            },
            defaults: TargetDefaults {
                job: job(context, arguments),
                scheme: arguments.scheme.clone(),
                metrics_path: arguments.metrics_path.clone(),
                params: arguments.params.clone(),
                interval: arguments.scrape_interval.to_std_or_zero(),
                timeout,
            },
            target_limit: whole(arguments.target_limit),
            protocols: protocols
                .iter()
                // What cannot be read is not asked for.
                .filter(|protocol| protocol.as_str() != PROTOBUF)
                .map(|protocol| parse("scrape_protocols", protocol))
                .collect::<Result<_, _>>()?,
            escaping: match arguments.metric_name_escaping_scheme.0.as_str() {
                "" if utf8_names => NameEscaping::AllowUtf8,
                "" => NameEscaping::Underscores,
                scheme => parse("metric_name_escaping_scheme", scheme)?,
            },
            fallback: fallback
                .filter(|protocol| !protocol.is_empty())
                .map(|protocol| parse("scrape_fallback_protocol", protocol))
                .transpose()?,
            compression: arguments.enable_compression,
            client: arguments.client.raw(),
            forward_to: format!("{:?}", arguments.forward_to),
        })
    }

    /// The pool's configuration.
    pub(super) fn pool(
        &self,
        context: &Context,
        metrics: &ScrapeMetrics,
    ) -> Result<PoolConfig, Refusal> {
        let client = ClientConfig::try_from(self.client.clone())
            .map_err(|error| Refusal::because(&error))?;
        Ok(PoolConfig {
            options: self.options.clone(),
            defaults: self.defaults.clone(),
            target_limit: self.target_limit,
            page_memory: PAGE_MEMORY,
            http: HttpScrape {
                client: Client::new(client),
                protocols: self.protocols.clone(),
                escaping: self.escaping,
                fallback: self.fallback,
                compression: self.compression,
            },
            find_page: find_page(context),
            clock: WallClock::System,
            metrics: metrics.clone(),
        })
    }
}

/// The `job` of targets that have none.
pub(super) fn job(context: &Context, arguments: &ScrapeArguments) -> String {
    if arguments.job_name.is_empty() {
        context.id().to_string()
    } else {
        arguments.job_name.clone()
    }
}

fn limits(arguments: &ScrapeArguments) -> Limits {
    Limits {
        samples: whole(arguments.sample_limit),
        labels: whole(arguments.label_limit),
        label_name_length: whole(arguments.label_name_length_limit),
        label_value_length: whole(arguments.label_value_length_limit),
        buckets: whole(arguments.native_histogram_bucket_limit),
        body: arguments.body_size_limit.to_u64().unwrap_or_default(),
    }
}

/// A number that no page reaches is as good as any other such number.
fn whole(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn parse<T: std::str::FromStr<Err = outpost_collect::UnknownWord>>(
    argument: &'static str,
    word: &str,
) -> Result<T, Refusal> {
    word.parse()
        .map_err(|error: outpost_collect::UnknownWord| Refusal::of([argument], error.to_string()))
}

/// Targets at the agent's own address are exporters inside.
fn find_page(context: &Context) -> FindPage {
    let targets = Arc::clone(&context.surroundings().targets);
    Arc::new(move |target| {
        let labels = target.labels();
        let inside = labels.get("__address__") == Some(targets.address());
        inside.then(|| Arc::new(InternalPage::new(Arc::clone(&targets), labels)) as _)
    })
}
