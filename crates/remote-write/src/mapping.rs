//! An endpoint's `write_relabel_config`: rules run once per series, after that its id is looked up.
//!
//! Without rules there is no mapping at all. The mapping holds the series that rules made, and lets go of them when the
//! table says that the original is gone.

use std::sync::Arc;

use outpost_model::{Decision, Labels, Rules};

use crate::table::{Paged, Table, WatcherId};

/// Not looked at yet.
const UNKNOWN: u32 = 0;
/// A rule drops it.
const DROPPED: u32 = 1;
/// Ids are kept above the two.
const FIRST: u32 = 2;

/// Which series each series becomes at one endpoint.
pub(crate) struct Mapping {
    table: Arc<Table>,
    rules: Rules,
    watcher: WatcherId,
    ids: Paged<u32>,
    /// Series that are someone else's, for giving them back.
    made: std::collections::HashMap<u32, u32>,
}

// === impl Mapping ===

impl Mapping {
    /// A mapping by `rules`; `None` where there are none.
    pub(crate) fn new(table: &Arc<Table>, rules: &Rules) -> Option<Self> {
        (!rules.is_empty()).then(|| Self {
            table: Arc::clone(table),
            rules: rules.clone(),
            watcher: table.write().watch(),
            ids: Paged::default(),
            made: std::collections::HashMap::new(),
        })
    }

    /// Forgets series that are gone. To be called while no mapped id is in use.
    pub(crate) fn refresh(&mut self) {
        let mut tables = self.table.write();
        for id in tables.take_freed(self.watcher).iter() {
            if let Some(place) = self.ids.get_mut(id) {
                *place = UNKNOWN;
            }
            if let Some(made) = self.made.remove(&id) {
                tables.release(made);
            }
        }
    }

    /// What the series becomes; `None`: nothing.
    pub(crate) fn map(&mut self, id: u32) -> Option<u32> {
        match self.ids.get(id).copied().unwrap_or(UNKNOWN) {
            UNKNOWN => self.run_rules(id),
            DROPPED => None,
            mapped => Some(mapped - FIRST),
        }
    }

    fn run_rules(&mut self, id: u32) -> Option<u32> {
        let mut labels = self.table.read().labels(id).to_builder();
        let mapped = match self.rules.apply(&mut labels) {
            Decision::Drop => None,
            Decision::Keep => {
                let mut tables = self.table.write();
                let mapped = tables.resolve(&labels.build(), &Labels::default(), None);
                match mapped {
                    // Its own hold would keep it for ever.
                    Some(same) if same == id => tables.release(same),
                    Some(other) => {
                        self.made.insert(id, other);
                    }
                    None => {}
                }
                mapped
            }
        };
        *self.ids.entry(id) = mapped.map_or(DROPPED, |mapped| mapped + FIRST);
        mapped
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let mut tables = self.table.write();
        tables.unwatch(self.watcher);
        for made in self.made.values() {
            tables.release(*made);
        }
    }
}
