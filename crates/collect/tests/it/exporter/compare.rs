//! Holds a page beside a peer's page of the same moment.
//!
//! Ours is taken before and after the peer's: what counts up must lie between the two, what stands still must be equal
//! in all three, and only families named as restless may do as they like.

use super::exposition::{Family, Page};

/// What is allowed to differ, each with its reason in the caller.
#[derive(Default)]
pub(crate) struct Allowed<'a> {
    /// Prefixes of families that only the peer has.
    pub(crate) only_theirs: &'a [&'a str],
    /// Prefixes of families that only we have.
    pub(crate) only_ours: &'a [&'a str],
    /// Prefixes of families whose values may differ (gauges that move all the time).
    pub(crate) restless: &'a [&'a str],
    /// Prefixes of families whose series come and go by themselves.
    pub(crate) fleeting: &'a [&'a str],
}

/// Counters of two programs may be read a little apart and rounded differently.
const SLACK: f64 = 1e-9;

fn named(list: &[&str], name: &str) -> bool {
    list.iter().any(|prefix| name.starts_with(prefix))
}

/// What differs, a line for each difference.
pub(crate) fn differences(
    before: &Page,
    theirs: &Page,
    after: &Page,
    allowed: &Allowed<'_>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (name, peer) in theirs {
        match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) => family(name, before, peer, after, allowed, &mut found),
            _ if named(allowed.only_theirs, name) => {}
            _ => found.push(format!("{name}: only the peer has it")),
        }
    }
    for name in before.keys() {
        if !theirs.contains_key(name) && !named(allowed.only_ours, name) {
            found.push(format!("{name}: the peer has it not"));
        }
    }
    found
}

fn family(
    name: &str,
    before: &Family,
    peer: &Family,
    after: &Family,
    allowed: &Allowed<'_>,
    found: &mut Vec<String>,
) {
    if before.kind != peer.kind {
        found.push(format!("{name}: {} here, {} there", before.kind, peer.kind));
    }
    if before.labels != peer.labels {
        found.push(format!(
            "{name}: labels {:?} here, {:?} there",
            before.labels, peer.labels
        ));
    }
    if named(allowed.fleeting, name) {
        return;
    }
    let keys = |family: &Family| family.series.keys().cloned().collect::<Vec<_>>();
    if keys(before) != keys(peer) && keys(after) != keys(peer) {
        found.push(format!(
            "{name}: series {:?} here, {:?} there",
            keys(before),
            keys(peer)
        ));
        return;
    }
    if named(allowed.restless, name) {
        return;
    }
    for (series, value) in &peer.series {
        let (Some(low), Some(high)) = (before.series.get(series), after.series.get(series)) else {
            continue;
        };
        let slack = SLACK * value.abs();
        let between = low.min(*high) - slack <= *value && *value <= low.max(*high) + slack;
        if !(between || value.is_nan() && low.is_nan()) {
            found.push(format!(
                "{name}{series}: {low} then {high} here, {value} there"
            ));
        }
    }
}
