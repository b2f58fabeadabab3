//! Reload: the whole new configuration is checked before the running one is touched.
//!
//! What cannot be known before (a directory that cannot be opened) makes that component unhealthy and leaves the others
//! alone.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use outpost_alloy_syntax::{Diagnostics, Source};
use tokio::time::Instant;

use super::Agent;
use super::tell::tell;
use crate::built;
use crate::{Built, ComponentId, Health, HealthState, Program};

/// How long components that are no longer in the configuration may take to stop.
const GRACE: Duration = Duration::from_secs(30);

// === impl Agent ===

impl Agent {
    /// Reads the configuration again. If anything is wrong with it, everything stays as it is.
    pub async fn reload(&self) -> Result<(), Diagnostics> {
        let _alone = self.inner.reloading.lock().await;
        let result = self.try_reload().await;
        match &result {
            Ok(()) => tracing::info!("configuration loaded again"),
            Err(wrong) => {
                self.inner.metrics.load_failed();
                tracing::error!("the new configuration is not used, the old one goes on");
                tell(wrong);
            }
        }
        result
    }

    async fn try_reload(&self) -> Result<(), Diagnostics> {
        let sources = (self.inner.read)()?;
        let surroundings = &self.inner.surroundings;
        let program = Program::read(
            &sources,
            &self.inner.registry,
            surroundings.stability,
            &surroundings.host,
        )?;
        let rehearsal = Built::new(program.clone(), &Arc::new(surroundings.scratch()))?;
        tell(&rehearsal.warnings);
        tell(&rehearsal.advice);
        drop(rehearsal);
        self.exchange(program, &sources).await;
        Ok(())
    }

    /// Puts `program` in place: updates, builds, stops, starts.
    async fn exchange(&self, program: Program, sources: &[Arc<Source>]) {
        let (old_graph, gone, new) = {
            let mut state = self.state();
            let old = std::mem::replace(&mut state.program, program);
            let order = state.program.order.clone();
            let mut new = Vec::new();
            for id in &order {
                if state.parts.contains_key(id) {
                    if let Err(wrong) = state.evaluate(id) {
                        tracing::error!(component_id = %id, "the component keeps its arguments: it cannot take the new ones");
                        tell(&wrong);
                    }
                } else if let Some(node) = state.program.nodes.get(id) {
                    match built::build(id, node, &state.parts, &self.inner.surroundings) {
                        Ok((part, _)) => {
                            let opened = part.instance.open();
                            if let Err(refusal) = &opened {
                                tracing::error!(component_id = %id, "cannot open the component: {refusal}");
                                part.context.health().set_run(Health::now(
                                    HealthState::Unhealthy,
                                    refusal.to_string(),
                                ));
                            } else {
                                new.push(id.clone());
                            }
                            state.parts.insert(id.clone(), part);
                        }
                        Err(wrong) => {
                            tracing::error!(component_id = %id, "the component cannot be built");
                            tell(&wrong);
                        }
                    }
                }
            }
            let gone: BTreeSet<ComponentId> = old
                .nodes
                .keys()
                .filter(|id| !state.program.nodes.contains_key(*id))
                .cloned()
                .collect();
            (old.graph, gone, new)
        };
        self.stop(&old_graph, &gone, Instant::now() + GRACE).await;
        let mut state = self.state();
        for id in &gone {
            if let Some(part) = state.parts.remove(id) {
                self.inner.surroundings.targets.remove(&id.to_string());
                drop(part);
            }
        }
        for id in &new {
            state.start(id);
        }
        drop(state);
        // What was announced while both configurations were there has been seen by all.
        let changed = self.inner.surroundings.changes.take();
        self.follow(changed);
        self.inner.metrics.loaded(sources);
    }
}
