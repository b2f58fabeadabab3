//! The labels of a sample: those of the page and those of the target, and what a sample may be called.

use outpost_model::{
    Labels, LabelsBuilder, METRIC_NAME, is_legacy_label_name, is_legacy_metric_name,
};

use super::{Limits, ScrapeError, ScrapeOptions};

/// Stands before a label of the page that the target has, too.
pub(super) const EXPORTED: &str = "exported_";

/// Puts the target's labels to those of the page, which may hold a name twice and empty values.
///
/// An empty value on the page means that the label is absent, but under `honor_labels` it still keeps the target's away.
pub(super) fn merge(labels: &mut LabelsBuilder, target: &Labels, honor: bool) {
    let empty: Vec<String> = labels
        .iter()
        .filter(|(_, value)| value.is_empty())
        .map(|(name, _)| name.to_owned())
        .collect();
    if honor {
        for (name, value) in target.iter() {
            if labels.get(name).is_none() {
                labels.push(name, value);
            }
        }
        labels.retain(|name, _| !empty.iter().any(|empty| empty == name));
        return;
    }
    let mut conflicts: Vec<(String, String)> = target
        .iter()
        .filter_map(|(name, _)| {
            let exposed = labels.get(name).filter(|value| !value.is_empty())?;
            Some((name.to_owned(), exposed.to_owned()))
        })
        .collect();
    labels.retain(|name, _| !empty.iter().any(|empty| empty == name) && target.get(name).is_none());
    for (name, value) in target.iter() {
        labels.push(name, value);
    }
    conflicts.sort_by_key(|(name, _)| name.len());
    for (mut name, value) in conflicts {
        while labels.get(&name).is_some() {
            name.insert_str(0, EXPORTED);
        }
        labels.push(name, value);
    }
}

/// Checks what a sample may be called. Sorts the labels.
pub(super) fn check(
    labels: &mut LabelsBuilder,
    options: &ScrapeOptions,
) -> Result<(), ScrapeError> {
    let Some(metric) = labels.get(METRIC_NAME) else {
        return Err(ScrapeError::NoMetricName);
    };
    if !options.utf8_names {
        if !is_legacy_metric_name(metric) {
            return Err(ScrapeError::InvalidName {
                name: metric.to_owned(),
            });
        }
        let invalid = |name: &str| name != METRIC_NAME && !is_legacy_label_name(name);
        if let Some((name, _)) = labels.iter().find(|(name, _)| invalid(name)) {
            return Err(ScrapeError::InvalidName {
                name: name.to_owned(),
            });
        }
    } else if labels.iter().any(|(name, _)| name.is_empty()) {
        return Err(ScrapeError::InvalidName {
            name: String::new(),
        });
    }
    check_limits(labels, &options.limits)?;
    match labels.duplicate() {
        Some(name) => Err(ScrapeError::DuplicateLabel {
            name: name.to_owned(),
        }),
        None => Ok(()),
    }
}

fn check_limits(labels: &LabelsBuilder, limits: &Limits) -> Result<(), ScrapeError> {
    let over = |length: usize, limit: usize| limit > 0 && length > limit;
    let exceeded = |what, found, limit| Err(ScrapeError::LabelLimit { what, found, limit });
    if over(labels.len(), limits.labels) {
        return exceeded("labels", labels.len(), limits.labels);
    }
    for (name, value) in labels.iter() {
        if over(name.len(), limits.label_name_length) {
            return exceeded(
                "bytes of a label name",
                name.len(),
                limits.label_name_length,
            );
        }
        if over(value.len(), limits.label_value_length) {
            return exceeded(
                "bytes of a label value",
                value.len(),
                limits.label_value_length,
            );
        }
    }
    Ok(())
}
