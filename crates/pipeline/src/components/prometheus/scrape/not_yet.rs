//! Arguments of Alloy's `prometheus.scrape` that are checked but have no effect yet: whoever uses one is told so.

use super::arguments::{PROTOBUF, ScrapeArguments};
use crate::Remark;

const NO_NATIVE: &str = "native histograms are not read yet";

/// One remark for each such argument that was given a value with an effect in Alloy.
pub(super) fn remarks(arguments: &ScrapeArguments) -> Vec<Remark> {
    let clustered = arguments
        .clustering
        .as_ref()
        .is_some_and(|clustering| clustering.enabled);
    let asks_for_protobuf = arguments
        .scrape_protocols
        .0
        .iter()
        .any(|protocol| protocol == PROTOBUF);
    [
        (
            "convert_classic_histograms_to_nhcb",
            arguments.convert_classic_histograms_to_nhcb,
            "classic histograms are sent as they are",
        ),
        (
            "scrape_native_histograms",
            arguments.scrape_native_histograms,
            "protobuf pages are not read yet, targets are asked for text",
        ),
        (
            "enable_protobuf_negotiation",
            arguments.enable_protobuf_negotiation,
            "protobuf pages are not read yet, targets are asked for text",
        ),
        (
            "scrape_protocols",
            asks_for_protobuf,
            "of its formats PrometheusProto is not asked for, the others are",
        ),
        (
            "scrape_classic_histograms",
            arguments.scrape_classic_histograms,
            NO_NATIVE,
        ),
        (
            "native_histogram_bucket_limit",
            arguments.native_histogram_bucket_limit != 0,
            NO_NATIVE,
        ),
        (
            "native_histogram_min_bucket_factor",
            arguments.native_histogram_min_bucket_factor != 0.0,
            NO_NATIVE,
        ),
        (
            "start_timestamp_zero_ingestion",
            arguments.start_timestamp_zero_ingestion,
            "_created lines are sent as series",
        ),
        (
            "enable_type_and_unit_labels",
            arguments.enable_type_and_unit_labels,
            "types and units are sent as metadata only",
        ),
        (
            "scrape_failure_log_file",
            !arguments.scrape_failure_log_file.is_empty(),
            "failed scrapes are shown by the component API and in the debug log",
        ),
        (
            "clustering",
            clustered,
            "this agent scrapes all of its targets itself",
        ),
    ]
    .into_iter()
    .filter(|(_, given, _)| *given)
    .map(|(name, _, instead)| Remark::on([name], format!("{name} has no effect yet: {instead}")))
    .collect()
}
