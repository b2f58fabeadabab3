//! Stopping: those that others do not need first, so that sources end before what they feed is drained.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::{Agent, Task};
use crate::ComponentId;
use crate::graph::Graph;

// === impl Agent ===

impl Agent {
    /// Stops every component.
    pub(super) async fn stop_all(&self, grace: Duration) {
        let (graph, ids) = {
            let state = self.state();
            let ids: BTreeSet<ComponentId> = state.tasks.keys().cloned().collect();
            (state.program.graph.clone(), ids)
        };
        self.stop(&graph, &ids, Instant::now() + grace).await;
    }

    /// Stops some components in layers of `graph`, dependents first, all by `deadline`.
    pub(super) async fn stop(
        &self,
        graph: &Graph<ComponentId>,
        ids: &BTreeSet<ComponentId>,
        deadline: Instant,
    ) {
        for level in graph.levels().into_iter().rev() {
            let tasks: Vec<(ComponentId, Task)> = {
                let mut state = self.state();
                level
                    .into_iter()
                    .filter(|id| ids.contains(id))
                    .filter_map(|id| Some((id.clone(), state.tasks.remove(&id)?)))
                    .collect()
            };
            for (_, task) in &tasks {
                task.tell();
            }
            join_all(tasks.into_iter().map(|(id, task)| async move {
                if !task.end(deadline).await {
                    tracing::warn!(component_id = %id, "the component did not stop in time and was cut off");
                }
            }))
            .await;
        }
    }
}
