//! A configuration whose components exist, with their exports, and do nothing yet.
//!
//! Building is evaluation in the order of the references: a component's arguments are decoded with the exports of those
//! before it. All objections are collected; what depends on something broken is left out, since it could only repeat it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use outpost_alloy_syntax::{Diagnostics, Severity, Statement};

use crate::component::Instance;
use crate::environment::calls;
use crate::place::Placed;
use crate::program::Node;
use crate::scope::Visible;
use crate::{ComponentId, Context, Program, Remark, Surroundings};

/// Built components.
pub struct Built {
    pub(crate) program: Program,
    pub(crate) parts: BTreeMap<ComponentId, Part>,
    /// Warnings of the language itself.
    pub(crate) warnings: Diagnostics,
    /// Warnings of ours: what works and is probably not meant.
    pub(crate) advice: Diagnostics,
}

/// A component that exists.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) context: Context,
    pub(crate) instance: Arc<dyn Instance>,
}

// === impl Built ===

impl Built {
    /// Evaluates and builds everything in `program`.
    pub fn new(program: Program, surroundings: &Arc<Surroundings>) -> Result<Self, Diagnostics> {
        let mut parts: BTreeMap<ComponentId, Part> = BTreeMap::new();
        let mut found = program.found.clone();
        let mut advice = Diagnostics::default();
        let mut failed = BTreeSet::new();
        for id in &program.order {
            let Some(node) = program.nodes.get(id) else {
                continue;
            };
            if node.broken || node.links.iter().any(|link| failed.contains(&link.to)) {
                failed.insert(id.clone());
                continue;
            }
            match build(id, node, &parts, surroundings) {
                Ok((part, remarks)) => {
                    advice.extend(advise(&node.placed, &remarks));
                    parts.insert(id.clone(), part);
                }
                Err(wrong) => {
                    found.extend(wrong);
                    failed.insert(id.clone());
                }
            }
        }
        found.sort();
        advice.sort();
        if found.has_errors() {
            return Err(found);
        }
        Ok(Self {
            program,
            parts,
            warnings: found,
            advice,
        })
    }

    /// What the language itself warns of, such as deprecated functions.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// What works and is probably not meant.
    pub fn advice(&self) -> &Diagnostics {
        &self.advice
    }
}

impl std::fmt::Debug for Built {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.parts.keys()).finish()
    }
}

/// Builds one component.
pub(crate) fn build(
    id: &ComponentId,
    node: &Node,
    parts: &BTreeMap<ComponentId, Part>,
    surroundings: &Arc<Surroundings>,
) -> Result<(Part, Vec<Remark>), Diagnostics> {
    let context = Context::new(id.clone(), Arc::clone(surroundings));
    let scope = visible(node, parts);
    let (instance, remarks) = (node.definition.build)(&context, &node.placed, &scope)?;
    Ok((Part { context, instance }, remarks))
}

/// What a node's expressions can see.
pub(crate) fn visible(node: &Node, parts: &BTreeMap<ComponentId, Part>) -> Visible {
    let exports = node.links.iter().filter_map(|link| {
        let part = parts.get(&link.to)?;
        Some((link.to.local().to_owned(), part.context.exports().object()))
    });
    Visible::new(exports, Arc::clone(&node.placed.host))
}

/// Remarks as warnings at their places, and one for each environment variable that is read and not set.
pub(crate) fn advise(placed: &Placed, remarks: &[Remark]) -> Diagnostics {
    let mut advice: Diagnostics = remarks
        .iter()
        .map(|remark| placed.remark(Severity::Warning, remark))
        .collect();
    unset(placed, &placed.block.body.statements, &mut advice);
    advice
}

fn unset(placed: &Placed, statements: &[Statement], advice: &mut Diagnostics) {
    for statement in statements {
        match statement {
            Statement::Block(block) => unset(placed, &block.body.statements, advice),
            Statement::Attribute(attribute) => calls(&attribute.value, &mut |name, argument| {
                if !placed.host.environment.contains_key(name) {
                    let mut warning = placed.error_at(
                        argument.span,
                        format!("the environment variable {name} is not set, so this is \"\""),
                    );
                    warning.severity = Severity::Warning;
                    advice.push(warning);
                }
            }),
        }
    }
}
