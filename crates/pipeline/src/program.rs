//! A configuration that was parsed and whose names were checked: which components there are and who needs whom.
//!
//! Nothing is evaluated here. What is wrong with one component does not keep the others from being checked; such a
//! component is marked broken and will not be evaluated.

mod references;
mod statements;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use outpost_alloy_syntax::{Diagnostic, Diagnostics, Host, Source, parse_all};

use crate::graph::{Cycle, Graph};
use crate::place::Placed;
use crate::{ComponentId, Definition, Registry, Stability};

pub(crate) use references::Link;

/// A checked configuration.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub(crate) nodes: BTreeMap<ComponentId, Node>,
    pub(crate) graph: Graph<ComponentId>,
    /// Every node that is on no cycle and needs none on one, after all that it needs.
    pub(crate) order: Vec<ComponentId>,
    /// What was found wrong or worth a look.
    pub(crate) found: Diagnostics,
    /// What stands in the file and was refused as a whole: references to it are not wrong as well.
    pub(crate) refused: BTreeSet<String>,
}

/// One block of the top level.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) definition: Definition,
    pub(crate) label: String,
    pub(crate) placed: Placed,
    /// What it refers to, in order of place.
    pub(crate) links: Vec<Link>,
    /// Whether something about it is wrong already.
    pub(crate) broken: bool,
}

// === impl Program ===

impl Program {
    /// Reads sources as one configuration.
    ///
    /// Fails for what cannot be parsed; everything else that is wrong is in [`Program::diagnostics`].
    pub fn read(
        sources: &[Arc<Source>],
        registry: &Registry,
        stability: Stability,
        host: &Arc<Host>,
    ) -> Result<Self, Diagnostics> {
        let mut program = Self::default();
        for file in parse_all(sources)? {
            program.take(file, registry, stability, host);
        }
        program.link(stability);
        program.check();
        program.arrange();
        program.found.sort();
        Ok(program)
    }

    /// What was found wrong or worth a look.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.found
    }

    /// The components, in the order of their ids.
    pub fn components(&self) -> impl Iterator<Item = &ComponentId> {
        self.nodes.keys()
    }

    /// Checks each block against its definition, as far as that goes without evaluation.
    fn check(&mut self) {
        for node in self.nodes.values_mut() {
            let found = (node.definition.check)(&node.placed.block, &node.placed.source);
            node.broken |= found.has_errors();
            self.found.extend(found);
        }
    }

    /// Puts the nodes in order; those on cycles are broken.
    fn arrange(&mut self) {
        for id in self.nodes.keys() {
            self.graph.add(id.clone());
        }
        for (id, node) in &self.nodes {
            for link in &node.links {
                self.graph.connect(id, &link.to);
            }
        }
        let cycles = match self.graph.order() {
            Ok(order) => {
                self.order = order;
                return;
            }
            Err(cycles) => cycles,
        };
        for cycle in &cycles {
            self.found.push(self.tell(cycle));
        }
        let mut rest = Graph::default();
        let stuck: HashSet<&ComponentId> = cycles.iter().flatten().collect();
        for id in self.nodes.keys().filter(|id| !stuck.contains(*id)) {
            rest.add(id.clone());
        }
        for (id, node) in &self.nodes {
            for link in &node.links {
                rest.connect(id, &link.to);
            }
        }
        self.order = rest.order().unwrap_or_default();
        let stuck: HashSet<ComponentId> = stuck.into_iter().cloned().collect();
        for (id, node) in &mut self.nodes {
            node.broken |= stuck.contains(id);
        }
    }

    /// A cycle as an error at its first component, with the others as notes.
    fn tell(&self, cycle: &Cycle<ComponentId>) -> Diagnostic {
        let path: Vec<String> = cycle
            .iter()
            .chain(cycle.first())
            .map(ToString::to_string)
            .collect();
        let message = match path.as_slice() {
            [only, _] => format!("{only} refers to itself"),
            _ => format!(
                "components refer to each other in a circle: {}",
                path.join(" → ")
            ),
        };
        let mut places = cycle.iter().filter_map(|id| self.nodes.get(id));
        let Some(first) = places.next() else {
            return Diagnostic::error_without_place(message);
        };
        let mut diagnostic = first.placed.error(message);
        for (id, node) in cycle
            .iter()
            .zip(cycle.iter().map(|id| self.nodes.get(id)))
            .skip(1)
        {
            if let Some(node) = node {
                diagnostic = diagnostic.with_note(
                    &node.placed.source,
                    node.placed.block.header_span(),
                    format!("{id} is part of the circle"),
                );
            }
        }
        diagnostic.with_help("take one of these references away")
    }
}
