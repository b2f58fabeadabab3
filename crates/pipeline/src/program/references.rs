//! References between components: which export of whom each expression uses.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use outpost_alloy_syntax::{Diagnostic, Reference, Severity, deprecated, is_standard, suggest};

use super::{Node, Program};
use crate::{ComponentId, Role, Stability};

/// Functions of the standard library that Alloy calls experimental.
const YOUNG: [&str; 2] = ["array.combine_maps", "array.group_by"];

/// A use of another component's exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Whose.
    pub(crate) to: ComponentId,
    /// Which export; `None` for all of them.
    pub(crate) export: Option<String>,
}

/// How many wrong references get a "did you mean": each costs a look at every id, and nobody reads more.
const MOST_SUGGESTIONS: usize = 100;

/// What a reference may begin with.
struct Known<'a> {
    ids: BTreeMap<String, ComponentId>,
    refused: &'a BTreeSet<String>,
    /// Of how many names the longest id is made: what is behind them in a reference names no component.
    longest: usize,
}

/// What the references of one component come to.
struct Found {
    links: Vec<Link>,
    wrong: Vec<Diagnostic>,
    /// Whether the component cannot be evaluated.
    broken: bool,
}

// === impl Program ===

impl Program {
    /// Finds what each component refers to; says what is referred to and not there.
    pub(super) fn link(&mut self, stability: Stability) {
        let ids: BTreeMap<String, ComponentId> = self
            .nodes
            .iter()
            .filter(|(_, node)| node.definition.role == Role::Component)
            .map(|(id, _)| (id.local().to_owned(), id.clone()))
            .collect();
        let known = Known::new(ids, &self.refused);
        let mut suggestions = MOST_SUGGESTIONS;
        for node in self.nodes.values_mut() {
            let found = links_of(node, &known, stability, &mut suggestions);
            node.broken |= found.broken;
            node.links = found.links;
            self.found.extend(found.wrong);
        }
    }
}

// === impl Known ===

impl<'a> Known<'a> {
    fn new(ids: BTreeMap<String, ComponentId>, refused: &'a BTreeSet<String>) -> Self {
        let names = |id: &String| id.split('.').count();
        let longest = ids.keys().chain(refused).map(names).max().unwrap_or(0);
        Self {
            ids,
            refused,
            longest,
        }
    }

    /// The lengths that the id at the beginning of `path` may have.
    fn lengths(&self, path: &[&str]) -> RangeInclusive<usize> {
        1..=path.len().min(self.longest)
    }

    fn refuses(&self, path: &[&str]) -> bool {
        self.lengths(path).any(|length| {
            let (head, _) = path.split_at(length);
            self.refused.contains(&head.join("."))
        })
    }

    /// The component that the longest beginning of `path` names.
    fn link(&self, path: &[&str]) -> Option<Link> {
        self.lengths(path).rev().find_map(|length| {
            let (head, rest) = path.split_at(length);
            let to = self.ids.get(&head.join("."))?.clone();
            let export = rest.first().map(|name| (*name).to_owned());
            Some(Link { to, export })
        })
    }

    /// The nearest reference: the whole path with its component's id replaced by a known one.
    fn nearest(&self, path: &[&str]) -> Option<String> {
        self.lengths(path).rev().find_map(|length| {
            let (head, rest) = path.split_at(length);
            let known = self
                .ids
                .keys()
                .map(String::as_str)
                .filter(|id| id.split('.').count() == length);
            let nearest = suggest(&head.join("."), known)?;
            let all: Vec<&str> = std::iter::once(nearest)
                .chain(rest.iter().copied())
                .collect();
            Some(all.join("."))
        })
    }
}

fn links_of(
    node: &Node,
    known: &Known<'_>,
    stability: Stability,
    suggestions: &mut usize,
) -> Found {
    let (mut links, mut wrong, mut broken) = (Vec::new(), Vec::new(), false);
    for reference in node.placed.block.body.references() {
        let path: Vec<&str> = parts(&reference).collect();
        if known.refuses(&path) {
            broken = true;
        } else if let Some(link) = known.link(&path) {
            links.push(link);
        } else if let Some(old) = deprecated(reference.root).filter(|_| path.len() == 1) {
            wrong.push(
                Diagnostic::warning(
                    &node.placed.source,
                    reference.span,
                    format!("`{}` is deprecated", old.name),
                )
                .with_help(format!("use `{}`", old.instead)),
            );
        } else if YOUNG.contains(&path.join(".").as_str())
            && !stability.allows(Stability::Experimental)
        {
            wrong.push(
                node.placed
                    .error_at(
                        reference.span,
                        format!("`{}` is experimental", path.join(".")),
                    )
                    .with_help("to use it, run with --stability.level=experimental"),
            );
        } else if !is_standard(reference.root) {
            let name = path.join(".");
            let left = suggestions.checked_sub(1);
            *suggestions = left.unwrap_or(0);
            let nearest = left.and_then(|_| known.nearest(&path));
            wrong.push(
                node.placed
                    .error_at(reference.span, format!("there is no `{name}`"))
                    .with_suggestion(nearest.as_deref()),
            );
        }
    }
    broken |= wrong.iter().any(|d| d.severity == Severity::Error);
    Found {
        links,
        wrong,
        broken,
    }
}

fn parts<'a>(reference: &'a Reference<'_>) -> impl Iterator<Item = &'a str> {
    std::iter::once(reference.root).chain(reference.path.iter().map(|ident| &*ident.name))
}

#[cfg(test)]
mod tests;
