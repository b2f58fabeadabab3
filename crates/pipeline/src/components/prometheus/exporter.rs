//! What exporters inside the agent have in common: the one target that each exports.

use crate::arguments::{Target, targets_value};
use crate::{Context, InternalTargets};

/// Exports the target at which this component's exporter is scraped, without a socket.
pub(crate) fn export_target(context: &Context, name: &str, job: &str) {
    let surroundings = context.surroundings();
    let id = context.id().to_string();
    let path = InternalTargets::metrics_path(&id);
    let target: Target = [
        ("__address__", surroundings.targets.address()),
        ("__meta_component_id", &id),
        ("__meta_component_name", name),
        ("__metrics_path__", &path),
        ("__scheme__", "http"),
        ("instance", &surroundings.host.hostname),
        ("job", job),
    ]
    .into_iter()
    .collect();
    context.exports().set("targets", targets_value([&target]));
}
