//! What exporters inside the agent have in common: the one target that each exports.

use std::sync::Arc;

use outpost_collect::exporter::{Exporter, SharedExporter};

use crate::arguments::{Target, targets_value};
use crate::{Context, InternalTargets};

/// Exports the target at which this component's exporter is scraped, without a socket. Its instance is this host.
pub(crate) fn export_target(context: &Context, name: &str, job: &str) {
    let host = Arc::clone(&context.surroundings().host);
    export_target_of(context, name, job, &host.hostname);
}

/// Offers an exporter at this component's target, in place of its earlier one.
pub(crate) fn offer(context: &Context, exporter: impl Exporter) {
    let exporter = Arc::new(SharedExporter::new(exporter));
    let targets = &context.surroundings().targets;
    targets.put(&context.id().to_string(), exporter);
}

/// Exports the target at which this component's exporter of `instance` is scraped.
pub(crate) fn export_target_of(context: &Context, name: &str, job: &str, instance: &str) {
    let surroundings = context.surroundings();
    let id = context.id().to_string();
    let path = InternalTargets::metrics_path(&id);
    let target: Target = [
        ("__address__", surroundings.targets.address()),
        ("__meta_component_id", &id),
        ("__meta_component_name", name),
        ("__metrics_path__", &path),
        ("__scheme__", "http"),
        ("instance", instance),
        ("job", job),
    ]
    .into_iter()
    .collect();
    context.exports().set("targets", targets_value([&target]));
}
