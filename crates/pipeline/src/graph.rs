//! Who needs whom: a directed graph with a stable order, its levels, and its cycles.
//!
//! An edge leads from a node to a node that it needs. The order puts what is needed first and otherwise keeps the order
//! in which nodes were added, so that equal files give equal orders. Nothing here recurses: a chain of any length is
//! walked with a stack of its own. It is not: aware of components.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;
use std::hash::Hash;

/// A directed graph over keys.
#[derive(Clone, Debug)]
pub struct Graph<K> {
    nodes: Vec<K>,
    index: HashMap<K, usize>,
    needs: Vec<BTreeSet<usize>>,
    needed_by: Vec<BTreeSet<usize>>,
}

/// Nodes that need each other, in the order of the way round: each needs the next, the last the first.
pub type Cycle<K> = Vec<K>;

// === impl Graph ===

impl<K: Clone + Eq + Hash + Debug> Graph<K> {
    /// Adds a node; one that is there already stays as it is.
    pub fn add(&mut self, key: K) {
        if !self.index.contains_key(&key) {
            self.index.insert(key.clone(), self.nodes.len());
            self.nodes.push(key);
            self.needs.push(BTreeSet::new());
            self.needed_by.push(BTreeSet::new());
        }
    }

    /// Says that `from` needs `to`. Nodes that were not added are left alone.
    pub fn connect(&mut self, from: &K, to: &K) {
        let (Some(&from), Some(&to)) = (self.index.get(from), self.index.get(to)) else {
            return;
        };
        if let Some(needs) = self.needs.get_mut(from) {
            needs.insert(to);
        }
        if let Some(needed_by) = self.needed_by.get_mut(to) {
            needed_by.insert(from);
        }
    }

    /// What `key` needs, in the order of addition.
    pub fn needs(&self, key: &K) -> impl Iterator<Item = &K> {
        self.neighbours(key, &self.needs)
    }

    /// Who needs `key`, in the order of addition.
    pub fn needed_by(&self, key: &K) -> impl Iterator<Item = &K> {
        self.neighbours(key, &self.needed_by)
    }

    /// All edges, from who needs to what is needed.
    pub fn edges(&self) -> impl Iterator<Item = (&K, &K)> {
        self.nodes
            .iter()
            .flat_map(|from| self.needs(from).map(move |to| (from, to)))
    }

    /// All nodes, each after everything that it needs; `Err` has every cycle.
    pub fn order(&self) -> Result<Vec<K>, Vec<Cycle<K>>> {
        let mut waiting: Vec<usize> = self.needs.iter().map(BTreeSet::len).collect();
        let mut ready: BTreeSet<usize> = (0..self.nodes.len())
            .filter(|node| waiting.get(*node) == Some(&0))
            .collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(node) = ready.pop_first() {
            order.extend(self.nodes.get(node).cloned());
            for &dependent in self.needed_by.get(node).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(dependent) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert(dependent);
                    }
                }
            }
        }
        if order.len() == self.nodes.len() {
            Ok(order)
        } else {
            Err(self.cycles())
        }
    }

    /// The nodes in layers: those of one layer need only those of layers before it. Nodes on a cycle are left out.
    pub fn levels(&self) -> Vec<Vec<K>> {
        let mut level: HashMap<&K, usize> = HashMap::new();
        let mut levels: BTreeMap<usize, Vec<K>> = BTreeMap::new();
        let order = self.order().unwrap_or_default();
        for key in &order {
            let own = self
                .needs(key)
                .filter_map(|need| level.get(need))
                .max()
                .map_or(0, |deepest| deepest + 1);
            level.insert(key, own);
            levels.entry(own).or_default().push(key.clone());
        }
        levels.into_values().collect()
    }

    /// One way round per group of nodes that all need each other, the group's earliest node first.
    pub fn cycles(&self) -> Vec<Cycle<K>> {
        let mut done = vec![false; self.nodes.len()];
        let mut cycles = Vec::new();
        for start in 0..self.nodes.len() {
            if done.get(start) == Some(&true) {
                continue;
            }
            let Some(path) = self.way_round(start) else {
                continue;
            };
            let reached = reach(start, &self.needs);
            let reaching = reach(start, &self.needed_by);
            for node in reached.intersection(&reaching) {
                if let Some(done) = done.get_mut(*node) {
                    *done = true;
                }
            }
            cycles.push(
                path.iter()
                    .filter_map(|node| self.nodes.get(*node).cloned())
                    .collect(),
            );
        }
        cycles
    }

    /// The shortest way from `start` along its needs back to itself, without the second `start`.
    fn way_round(&self, start: usize) -> Option<Vec<usize>> {
        let mut came_from: HashMap<usize, usize> = HashMap::new();
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for &next in self.needs.get(node).into_iter().flatten() {
                if next == start {
                    let mut path = vec![node];
                    let mut at = node;
                    while at != start {
                        at = *came_from.get(&at)?;
                        path.push(at);
                    }
                    path.reverse();
                    return Some(path);
                }
                came_from.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    node
                });
            }
        }
        None
    }

    fn neighbours<'a>(
        &'a self,
        key: &K,
        edges: &'a [BTreeSet<usize>],
    ) -> impl Iterator<Item = &'a K> {
        self.index
            .get(key)
            .and_then(|node| edges.get(*node))
            .into_iter()
            .flatten()
            .filter_map(|node| self.nodes.get(*node))
    }
}

/// Every node that can be reached from `start` along `edges`, and `start`.
fn reach(start: usize, edges: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([start]);
    let mut stack = vec![start];
    while let Some(node) = stack.pop() {
        for &next in edges.get(node).into_iter().flatten() {
            if seen.insert(next) {
                stack.push(next);
            }
        }
    }
    seen
}

impl<K> Default for Graph<K> {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            index: HashMap::new(),
            needs: Vec::new(),
            needed_by: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: &str, edges: &[(char, char)]) -> Graph<char> {
        let mut graph = Graph::default();
        nodes.chars().for_each(|node| graph.add(node));
        for (from, to) in edges {
            graph.connect(from, to);
        }
        graph
    }

    #[test]
    fn what_is_needed_comes_first_and_otherwise_the_order_of_addition_stays() {
        let graph = graph("abcde", &[('a', 'd'), ('a', 'c'), ('d', 'e')]);
        assert_eq!(graph.order(), Ok(vec!['b', 'c', 'e', 'd', 'a']));
        assert_eq!(graph.levels(), [vec!['b', 'c', 'e'], vec!['d'], vec!['a']]);
    }

    #[test]
    fn each_group_of_nodes_that_need_each_other_gives_one_way_round() {
        let graph = graph(
            "abcdefg",
            &[
                ('a', 'b'),
                ('b', 'c'),
                ('c', 'b'),
                ('c', 'd'),
                ('d', 'c'),
                ('e', 'e'),
                ('f', 'g'),
            ],
        );
        assert_eq!(graph.order(), Err(vec![vec!['b', 'c'], vec!['e']]));
    }

    #[test]
    fn a_cycle_is_told_in_the_order_of_its_references() {
        let graph = graph("xyz", &[('x', 'z'), ('z', 'y'), ('y', 'x')]);
        assert_eq!(graph.cycles(), [['x', 'z', 'y']]);
    }

    #[test]
    fn both_directions_of_an_edge_can_be_asked_for() {
        let graph = graph("abc", &[('b', 'a'), ('c', 'a'), ('c', 'b')]);
        assert_eq!(graph.needed_by(&'a').collect::<Vec<_>>(), [&'b', &'c']);
        assert_eq!(graph.needs(&'c').collect::<Vec<_>>(), [&'a', &'b']);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_is_walked_without_recursion() {
        let mut graph = Graph::default();
        (0..100_000_u32).for_each(|node| graph.add(node));
        (1..100_000).for_each(|node| graph.connect(&(node - 1), &node));
        assert_eq!(graph.order().map(|order| order.len()), Ok(100_000));
        graph.connect(&99_999, &0);
        assert_eq!(graph.cycles().first().map(Vec::len), Some(100_000));
    }
}
