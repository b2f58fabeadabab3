//! The statements of the top level: which blocks are known, labelled, allowed and given once.

use std::sync::Arc;

use outpost_alloy_syntax::{Diagnostic, File, Host, Statement, suggest};

use super::{Node, Program};
use crate::place::Placed;
use crate::{ComponentId, Definition, Registry, Role, Stability, catalogue};

// === impl Program ===

impl Program {
    /// Takes the blocks of a file.
    pub(super) fn take(
        &mut self,
        file: File,
        registry: &Registry,
        stability: Stability,
        host: &Arc<Host>,
    ) {
        for statement in file.body.statements {
            match statement {
                Statement::Attribute(attribute) => {
                    let name = &attribute.name.name;
                    let block = registry.get(name).is_some();
                    let diagnostic = Diagnostic::error(
                        &file.source,
                        attribute.span(),
                        format!("`{name} = …` cannot stand outside a block"),
                    );
                    self.found.push(if block {
                        diagnostic.with_help(format!("`{name}` is a block: write `{name} {{ … }}`"))
                    } else {
                        diagnostic
                    });
                }
                Statement::Block(block) => {
                    let placed = Placed {
                        source: Arc::clone(&file.source),
                        block: Arc::new(block),
                        host: Arc::clone(host),
                    };
                    self.take_block(placed, registry, stability);
                }
            }
        }
    }

    fn take_block(&mut self, placed: Placed, registry: &Registry, stability: Stability) {
        let name = placed.block.full_name();
        let label = placed
            .block
            .label
            .as_ref()
            .map(|label| label.name.to_string());
        let Some(definition) = registry.get(&name) else {
            if self.is_custom(&name) {
                self.refused
                    .insert(ComponentId::new(&name, label.as_deref()).local().to_owned());
                return;
            }
            self.refuse(&name, label.as_deref());
            if label.is_none() && !catalogue::LATER_BLOCKS.contains(&name.as_str()) {
                self.found.push(label_missing(&placed, &name));
            }
            self.found
                .push(unknown(&placed, &name, registry, stability));
            return;
        };
        if let Some(diagnostic) = too_young(&placed, definition, stability) {
            self.refuse(&name, label.as_deref());
            self.found.push(diagnostic);
            return;
        }
        let labelled = definition.role == Role::Component;
        if labelled && label.is_none() {
            self.found.push(label_missing(&placed, &name));
            return;
        }
        let label = label.filter(|_| labelled).unwrap_or_default();
        let id = ComponentId::new(&name, Some(&label));
        if let Some(first) = self.nodes.get(&id) {
            let diagnostic = placed.error(if labelled {
                format!("{id} is given twice")
            } else {
                format!("the block `{name}` may be given only once")
            });
            self.found.push(diagnostic.with_note(
                &first.placed.source,
                first.placed.block.header_span(),
                "it was given here first",
            ));
            return;
        }
        let node = Node {
            definition: *definition,
            label,
            placed,
            links: Vec::new(),
            broken: false,
        };
        self.nodes.insert(id, node);
    }
}

impl Program {
    /// Remembers what was refused: a component by its id, a module by the name of what it defines.
    fn refuse(&mut self, name: &str, label: Option<&str>) {
        let defines = name == "declare" || name.starts_with("import.");
        self.refused.insert(match label {
            Some(label) if defines => label.to_owned(),
            _ => ComponentId::new(name, label).local().to_owned(),
        });
    }

    /// Whether a component's name comes from a module that was refused.
    fn is_custom(&self, name: &str) -> bool {
        let module = name.split('.').next().unwrap_or(name);
        self.refused.contains(module)
    }
}

fn label_missing(placed: &Placed, name: &str) -> Diagnostic {
    placed
        .error(format!("`{name}` needs a label"))
        .with_help(format!("write `{name} \"some_name\" {{ … }}`"))
}

fn too_young(placed: &Placed, definition: &Definition, allowed: Stability) -> Option<Diagnostic> {
    let needed = definition.stability;
    (!allowed.allows(needed)).then(|| young(placed, definition.name, needed))
}

fn young(placed: &Placed, name: &str, needed: Stability) -> Diagnostic {
    placed
        .error(format!("`{name}` is at the stability level \"{needed}\""))
        .with_help(format!("to use it, run with --stability.level={needed}"))
}

fn unknown(placed: &Placed, name: &str, registry: &Registry, stability: Stability) -> Diagnostic {
    if catalogue::LATER_BLOCKS.contains(&name) {
        return placed.error(format!(
            "`{name}` is part of Alloy and not supported by this version of outpost"
        ));
    }
    if catalogue::alloy_has(name) {
        let needed = catalogue::needed_stability(name);
        if !stability.allows(needed) {
            return young(placed, name, needed);
        }
        return placed.error(format!(
            "`{name}` is a component of Alloy that outpost does not have"
        ));
    }
    placed
        .error(format!("unknown component `{name}`"))
        .with_suggestion(suggest(name, registry.names()))
}
