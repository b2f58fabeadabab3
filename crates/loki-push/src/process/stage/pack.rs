//! `stage.pack`: puts labels into the line, as JSON.

use tokio::time::Instant;

use crate::Timestamp;
use crate::process::chain::Stage;
use crate::process::config::PackConfig;
use crate::process::item::Item;
use crate::process::value::write_json_string;

/// The key of the line itself.
const ENTRY: &str = "_entry";

/// Packs lines.
pub(super) struct Pack {
    /// Sorted, each once.
    labels: Vec<String>,
    ingest_timestamp: bool,
}

// === impl Pack ===

impl Pack {
    pub(super) fn new(config: &PackConfig) -> Self {
        let mut labels = config.labels.clone();
        labels.sort_unstable();
        labels.dedup();
        Self {
            labels,
            ingest_timestamp: config.ingest_timestamp,
        }
    }

    fn pack(&self, item: &mut Item) {
        let mut packed = String::from("{");
        for name in &self.labels {
            let Some(value) = item.input(Some(name)).map(std::borrow::Cow::into_owned) else {
                continue;
            };
            write_json_string(name, &mut packed);
            packed.push(':');
            write_json_string(&value, &mut packed);
            packed.push(',');
            item.labels.remove(name);
        }
        write_json_string(ENTRY, &mut packed);
        packed.push(':');
        write_json_string(&item.text(), &mut packed);
        packed.push('}');
        item.set_text(packed);
    }
}

impl Stage for Pack {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            self.pack(item);
            if self.ingest_timestamp {
                item.timestamp = Timestamp::now();
            }
        }
    }
}
