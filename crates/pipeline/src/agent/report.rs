//! What an agent tells about itself: components, health, metrics.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use outpost_alloy_syntax::{Encoded, Value};

use super::{Agent, State};
use crate::view::Details;
use crate::{ComponentId, ComponentView, HealthState, InternalTargets, Refresh, Role};

/// What the capsules are called into which samples or lines flow.
const RECEIVER: &str = "receiver";

// === impl Agent ===

impl Agent {
    /// Whether everything has been started and nothing was told to stop.
    pub fn is_ready(&self) -> bool {
        self.inner.ready.load(Ordering::Acquire)
    }

    /// The names of components that are unhealthy or have ended, each once.
    pub fn unhealthy(&self) -> Vec<String> {
        let state = self.state();
        let mut names: Vec<String> = state
            .shown()
            .filter(|id| state.health_of(id) > HealthState::Unknown)
            .filter_map(|id| Some(state.program.nodes.get(id)?.definition.name.to_owned()))
            .collect();
        names.dedup();
        names
    }

    /// All components without their details.
    pub fn components(&self) -> Vec<ComponentView> {
        let state = self.state();
        state.shown().filter_map(|id| state.view(id)).collect()
    }

    /// One component with its details.
    pub fn component(&self, id: &str) -> Option<ComponentView> {
        let state = self.state();
        let id = state.shown().find(|known| known.to_string() == id)?;
        let mut view = state.view(id)?;
        let part = state.parts.get(id)?;
        let json = |body: Vec<Encoded>| body.iter().map(Encoded::to_json).collect();
        view.details = Some(Details {
            arguments: json(part.instance.arguments()),
            exports: json(part.context.exports().encode()),
            debug_info: json(part.instance.debug_info()),
        });
        Some(view)
    }

    /// The agent's own metrics as a page.
    pub fn metrics_text(&self) -> String {
        self.inner.surroundings.own_page.text()
    }

    /// Has the gauges about components brought up to date before each page.
    pub(super) fn offer_metrics(&self) {
        let inner = Arc::downgrade(&self.inner);
        let refresh: Arc<Refresh> = Arc::new(move || {
            if let Some(inner) = inner.upgrade() {
                let agent = Agent { inner };
                let state = agent.state();
                let states = state.shown().map(|id| state.health_of(id));
                agent.inner.metrics.refresh(states, &state.program.graph);
            }
        });
        self.inner.surroundings.own_page.before_each(&refresh);
        // Only the first agent of these surroundings can be the one that is told of here.
        let _ = self.inner.refresh.set(refresh);
    }

    /// The exporters inside.
    pub fn targets(&self) -> &Arc<InternalTargets> {
        &self.inner.surroundings.targets
    }

    /// The host's name.
    pub fn hostname(&self) -> &str {
        &self.inner.surroundings.host.hostname
    }

    /// Where the HTTP server listens, as the binary has said.
    pub fn http_address(&self) -> String {
        let address = self.inner.http_address.lock();
        address.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says where the HTTP server listens.
    pub fn set_http_address(&self, address: impl Into<String>) {
        let mut held = self
            .inner
            .http_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *held = address.into();
    }
}

// === impl State ===

impl State {
    /// The components that people and tools see.
    fn shown(&self) -> impl Iterator<Item = &ComponentId> {
        self.program
            .nodes
            .iter()
            .filter(|(id, node)| {
                node.definition.role == Role::Component && self.parts.contains_key(*id)
            })
            .map(|(id, _)| id)
    }

    fn health_of(&self, id: &ComponentId) -> HealthState {
        self.parts.get(id).map_or(HealthState::Unknown, |part| {
            part.context.health().get().state
        })
    }

    fn view(&self, id: &ComponentId) -> Option<ComponentView> {
        let (node, part) = (self.program.nodes.get(id)?, self.parts.get(id)?);
        let names = |ids: Vec<&ComponentId>| {
            let mut names: Vec<String> = ids.iter().map(ToString::to_string).collect();
            names.sort();
            names
        };
        let shown = |id: &&ComponentId| {
            let role = self.program.nodes.get(*id).map(|node| node.definition.role);
            role == Some(Role::Component)
        };
        let graph = &self.program.graph;
        Some(ComponentView {
            id: id.clone(),
            name: node.definition.name.to_owned(),
            label: node.label.clone(),
            references_to: names(graph.needs(id).filter(shown).collect()),
            referenced_by: names(graph.needed_by(id).filter(shown).collect()),
            data_flows_to: self.flows_from(id),
            health: part.context.health().get(),
            details: None,
        })
    }

    /// Where data goes from a component: into the receivers that it refers to, and to whoever refers to its other
    /// exports; once per reference.
    fn flows_from(&self, id: &ComponentId) -> Vec<String> {
        let mut to = Vec::new();
        for (other, node) in &self.program.nodes {
            if node.definition.role != Role::Component {
                continue;
            }
            for link in &node.links {
                let receiver = self.is_receiver(&link.to, link.export.as_deref());
                if other == id && receiver {
                    to.push(link.to.to_string());
                } else if link.to == *id && !receiver {
                    to.push(other.to_string());
                }
            }
        }
        to.sort();
        to
    }

    fn is_receiver(&self, id: &ComponentId, export: Option<&str>) -> bool {
        let value = export.and_then(|name| self.parts.get(id)?.context.exports().get(name));
        matches!(value, Some(Value::Capsule(capsule)) if capsule.kind().ends_with(RECEIVER))
    }
}
