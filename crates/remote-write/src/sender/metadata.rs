//! Metadata in requests of its own, every now and then: 1.0 has no other place for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use outpost_model::Metadata;
use tokio::time::Instant;

use super::Shared;
use super::lane::{Lane, MAX_REQUEST_BYTES};
use super::post::post;
use crate::{MetadataConfig, Protocol};

/// When metadata is sent next.
pub(super) struct MetadataTimer {
    config: MetadataConfig,
    next: Instant,
}

// === impl MetadataTimer ===

impl MetadataTimer {
    pub(super) fn new(config: MetadataConfig) -> Self {
        Self {
            config,
            next: Instant::now() + config.send_interval,
        }
    }

    /// When the next sending is due, if ever.
    pub(super) fn next(&self, protocol: Protocol) -> Option<Instant> {
        let on =
            self.config.send && protocol == Protocol::V1 && !self.config.send_interval.is_zero();
        on.then_some(self.next)
    }

    pub(super) fn is_due(&self, protocol: Protocol) -> bool {
        self.next(protocol)
            .is_some_and(|next| next <= Instant::now())
    }

    /// Sends what is known of all metrics. One try: the next comes soon, and samples do not wait for this.
    pub(super) async fn send(&mut self, shared: &Shared, lanes: &mut Vec<Lane>) {
        self.next = Instant::now() + self.config.send_interval;
        let families: BTreeMap<String, Arc<Metadata>> = {
            let tables = shared.log.table.read();
            tables
                .all_metadata()
                .map(|known| (known.family.clone(), Arc::clone(known)))
                .collect()
        };
        let families: Vec<_> = families.into_values().collect();
        if lanes.is_empty() {
            lanes.push(Lane::default());
        }
        let Some(lane) = lanes.first_mut() else {
            return;
        };
        let metrics = &shared.ledger.metrics;
        let [.., sent] = &metrics.sent;
        let [.., failed] = &metrics.failed;
        for mut part in families.chunks(self.config.max_samples_per_send.max(1)) {
            while !part.is_empty() {
                let count = lane.encoder.encode_metadata(part, MAX_REQUEST_BYTES);
                part = part.get(count..).unwrap_or_default();
                let body = Bytes::copy_from_slice(lane.encoder.compress());
                sent.inc_by(count as u64);
                metrics.metadata_bytes.inc_by(body.len() as u64);
                let answer = tokio::select! {
                    answer = post(shared, Protocol::V1, &body, 0) => answer,
                    () = shared.stop.cancelled() => return,
                };
                let problem = match answer {
                    Ok(answer) if answer.status.is_success() => continue,
                    Ok(answer) => format!("{} {}", answer.status.as_u16(), answer.words),
                    Err(problem) => problem,
                };
                failed.inc_by(count as u64);
                tracing::debug!(
                    endpoint = shared.endpoint.name,
                    problem,
                    "cannot deliver metadata"
                );
                return;
            }
        }
    }
}
