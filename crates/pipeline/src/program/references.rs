//! References between components: which export of whom each expression uses.

use std::collections::BTreeMap;

use outpost_alloy_syntax::{Diagnostic, Reference, is_library_name, suggest};

use super::{Node, Program};
use crate::{ComponentId, Role};

/// A use of another component's exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Whose.
    pub(crate) to: ComponentId,
    /// Which export; `None` for all of them.
    pub(crate) export: Option<String>,
}

// === impl Program ===

impl Program {
    /// Finds what each component refers to; says what is referred to and not there.
    pub(super) fn link(&mut self) {
        let ids: BTreeMap<String, ComponentId> = self
            .nodes
            .iter()
            .filter(|(_, node)| node.definition.role == Role::Component)
            .map(|(id, _)| (id.local().to_owned(), id.clone()))
            .collect();
        for node in self.nodes.values_mut() {
            let (links, wrong) = links_of(node, &ids);
            node.broken |= !wrong.is_empty();
            node.links = links;
            self.found.extend(wrong);
        }
    }
}

fn links_of(node: &Node, ids: &BTreeMap<String, ComponentId>) -> (Vec<Link>, Vec<Diagnostic>) {
    let (mut links, mut wrong) = (Vec::new(), Vec::new());
    for reference in node.placed.block.body.references() {
        let path: Vec<&str> = parts(&reference).collect();
        if let Some(link) = longest(&path, ids) {
            links.push(link);
        } else if !is_library_name(&path) {
            let name = path.join(".");
            let nearest = suggest_id(&path, ids);
            wrong.push(
                node.placed
                    .error_at(reference.span, format!("there is no `{name}`"))
                    .with_suggestion(nearest.as_deref()),
            );
        }
    }
    (links, wrong)
}

fn parts<'a>(reference: &'a Reference<'_>) -> impl Iterator<Item = &'a str> {
    std::iter::once(reference.root).chain(reference.path.iter().map(|ident| &*ident.name))
}

/// The component that the longest beginning of `path` names.
fn longest(path: &[&str], ids: &BTreeMap<String, ComponentId>) -> Option<Link> {
    (1..=path.len()).rev().find_map(|length| {
        let (head, rest) = path.split_at(length);
        let to = ids.get(&head.join("."))?.clone();
        let export = rest.first().map(|name| (*name).to_owned());
        Some(Link { to, export })
    })
}

/// The nearest reference: the whole path with its component's id replaced by a known one.
fn suggest_id(path: &[&str], ids: &BTreeMap<String, ComponentId>) -> Option<String> {
    (1..=path.len()).rev().find_map(|length| {
        let (head, rest) = path.split_at(length);
        let known = ids
            .keys()
            .map(String::as_str)
            .filter(|id| id.split('.').count() == length);
        let nearest = suggest(&head.join("."), known)?;
        let all: Vec<&str> = std::iter::once(nearest).chain(rest.iter().copied()).collect();
        Some(all.join("."))
    })
}
