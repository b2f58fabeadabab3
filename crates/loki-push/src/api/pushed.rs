//! From a push message to streams with the labels that their lines will have.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use outpost_model::{Labels, LabelsBuilder, is_legacy_label_name};

use super::content::{self, Format};
use super::{ApiError, ApiSettings, json, label_text};
use crate::{Entry, PushedEntry, TENANT_LABEL, Timestamp, decode_push, relabel};

/// The header with the tenant.
const TENANT_HEADER: &str = "x-scope-orgid";

/// Longer tenants are none.
const LONGEST_TENANT: usize = 150;

/// Labels are cut to so many characters in an error.
const SHOWN: usize = 100;

/// The lines of a push, and what was wrong with some of its streams.
#[derive(Debug, Default)]
pub(super) struct Pushed {
    pub(super) entries: Vec<Entry>,
    /// The first stream whose labels cannot be read.
    pub(super) refused: Option<ApiError>,
}

/// Reads a push. `limit` is what the pipeline can hold.
pub(super) fn read(
    headers: &HeaderMap,
    body: &[u8],
    settings: &ApiSettings,
    limit: usize,
) -> Result<Pushed, ApiError> {
    let format = content::format(headers)?;
    let message = content::decode(headers, body, limit)?;
    let tenant = tenant(headers);
    let mut pushed = Pushed::default();
    match format {
        Format::Json => {
            for stream in json::decode(&message).map_err(ApiError::Json)? {
                let (pairs, entries) = stream.into_parts();
                let mut labels = LabelsBuilder::default();
                for (name, value) in &pairs {
                    labels.set(name, value);
                }
                if pairs.iter().any(|(name, _)| !is_legacy_label_name(name)) {
                    let shown = format!("{}", labels.build());
                    pushed.refuse(&shown, 0);
                    continue;
                }
                pushed.take(&labels, entries, tenant, settings);
            }
        }
        Format::Protobuf => {
            let most = settings.max_message_size.min(limit);
            let message = content::unsnap(&message, most)?;
            for stream in decode_push(&message).map_err(ApiError::Protobuf)? {
                let mut labels = LabelsBuilder::default();
                match label_text::read(&stream.labels, &mut labels) {
                    Ok(()) => pushed.take(&labels, stream.entries, tenant, settings),
                    Err(bad) => pushed.refuse(&stream.labels, bad.at),
                }
            }
        }
    }
    Ok(pushed)
}

/// The lines of a body, each an entry: neither rules nor tenants apply.
pub(super) fn read_raw(body: &[u8], settings: &ApiSettings) -> Pushed {
    let labels = Arc::new(Labels::from_pairs(settings.labels.iter().cloned()));
    let now = Timestamp::now();
    let lines = body.split(|byte| *byte == b'\n').map(|mut line| {
        while let Some(shorter) = line.strip_suffix(b"\r") {
            line = shorter;
        }
        line
    });
    let entries = lines
        .filter(|line| !line.is_empty())
        .map(|line| Entry::new(Arc::clone(&labels), now, Bytes::copy_from_slice(line)))
        .collect();
    Pushed {
        entries,
        refused: None,
    }
}

/// The tenant, if it is one that Loki takes.
fn tenant(headers: &HeaderMap) -> Option<&str> {
    let tenant = headers.get(TENANT_HEADER)?.to_str().ok()?;
    let sound = !tenant.is_empty()
        && tenant.len() <= LONGEST_TENANT
        && !matches!(tenant, "." | "..")
        && tenant
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!-_.*'()".contains(&byte));
    sound.then_some(tenant)
}

// === impl Pushed ===

impl Pushed {
    fn refuse(&mut self, labels: &str, at: usize) {
        self.refused.get_or_insert_with(|| ApiError::Labels {
            labels: labels.chars().take(SHOWN).collect(),
            at,
        });
    }

    /// Takes a stream; without a label left it is dropped, as in Alloy.
    fn take(
        &mut self,
        given: &LabelsBuilder,
        entries: Vec<PushedEntry>,
        tenant: Option<&str>,
        settings: &ApiSettings,
    ) {
        let mut labels = given.clone();
        for (name, value) in &settings.labels {
            labels.set(name, value);
        }
        let Some(labels) = relabel(&settings.rules, &labels.build()) else {
            return;
        };
        let shown = labels.iter().filter(|(name, _)| !name.starts_with("__"));
        let tenant = tenant.map(|tenant| (TENANT_LABEL, tenant));
        let labels = Arc::new(Labels::from_pairs(shown.chain(tenant)));
        for entry in entries {
            let time = if settings.use_incoming_timestamp {
                entry.timestamp
            } else {
                Timestamp::now()
            };
            let mut taken = Entry::new(Arc::clone(&labels), time, entry.line);
            taken.metadata = entry.metadata;
            self.entries.push(taken);
        }
    }
}
