//! Following a path through a document.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::{Comparison, Filter, Operand, Selector, Step};

/// More places would be visited than allowed.
pub(super) struct TooMany;

/// What the steps lead to from the root, visiting at most `limit` places.
pub(super) fn select<'a>(
    root: &'a Json,
    steps: &[Step],
    limit: usize,
) -> Result<Vec<&'a Json>, TooMany> {
    Walk { root, left: limit }.follow(root, steps)
}

struct Walk<'a> {
    root: &'a Json,
    /// How many places may still be visited.
    left: usize,
}

// === impl Walk ===

impl<'a> Walk<'a> {
    fn follow(&mut self, from: &'a Json, steps: &[Step]) -> Result<Vec<&'a Json>, TooMany> {
        let mut found = vec![from];
        for step in steps {
            let mut next = Vec::new();
            for place in found {
                match step {
                    Step::Descend => self.descend(place, &mut next)?,
                    Step::Select(selectors) => {
                        for selector in selectors {
                            self.apply(selector, place, &mut next)?;
                        }
                    }
                }
            }
            self.visit(next.len())?;
            found = next;
        }
        Ok(found)
    }

    fn visit(&mut self, places: usize) -> Result<(), TooMany> {
        self.left = self.left.checked_sub(places.max(1)).ok_or(TooMany)?;
        Ok(())
    }

    fn descend(&mut self, place: &'a Json, found: &mut Vec<&'a Json>) -> Result<(), TooMany> {
        self.visit(1)?;
        found.push(place);
        members(place)
            .into_iter()
            .try_for_each(|member| self.descend(member, found))
    }

    fn apply(
        &mut self,
        selector: &Selector,
        place: &'a Json,
        found: &mut Vec<&'a Json>,
    ) -> Result<(), TooMany> {
        match (selector, place) {
            (Selector::Name(name), Json::Object(entries)) => found.extend(entries.get(name)),
            (Selector::Index(index), Json::Array(elements)) => {
                found.extend(position(*index, elements.len()).and_then(|at| elements.get(at)));
            }
            (Selector::Slice { from, to, step }, Json::Array(elements)) => {
                found.extend(
                    slice(elements.len(), *from, *to, *step)
                        .into_iter()
                        .filter_map(|at| elements.get(at)),
                );
            }
            (Selector::All, place) => found.extend(members(place)),
            (Selector::Filter(filter), place) => {
                for member in members(place) {
                    if self.holds(filter, member)? {
                        found.push(member);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn holds(&mut self, filter: &Filter, at: &'a Json) -> Result<bool, TooMany> {
        self.visit(1)?;
        Ok(match filter {
            Filter::Any(filters) => {
                for filter in filters {
                    if self.holds(filter, at)? {
                        return Ok(true);
                    }
                }
                false
            }
            Filter::Every(filters) => {
                for filter in filters {
                    if !self.holds(filter, at)? {
                        return Ok(false);
                    }
                }
                true
            }
            Filter::Not(filter) => !self.holds(filter, at)?,
            Filter::Compare(left, comparison, right) => {
                let (left, right) = (self.operand(left, at)?, self.operand(right, at)?);
                compare(left.as_ref(), *comparison, right.as_ref())
            }
            Filter::Holds(operand) => self
                .operand(operand, at)?
                .is_some_and(|value| value != Json::Bool(false)),
        })
    }

    /// The first thing that an operand stands for.
    fn operand(&mut self, operand: &Operand, at: &'a Json) -> Result<Option<Json>, TooMany> {
        match operand {
            Operand::Constant(value) => Ok(Some(value.clone())),
            Operand::Path { from_root, steps } => {
                let found = self.follow(if *from_root { self.root } else { at }, steps)?;
                Ok(found.first().map(|found| match found {
                    // Only scalars compare, so nothing large is copied.
                    Json::Array(_) => Json::Array(Vec::new()),
                    Json::Object(_) => Json::Object(serde_json::Map::new()),
                    scalar => (*scalar).clone(),
                }))
            }
        }
    }
}

fn members(place: &Json) -> Vec<&Json> {
    match place {
        Json::Array(elements) => elements.iter().collect(),
        Json::Object(entries) => {
            let mut entries: Vec<(&String, &Json)> = entries.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            entries.into_iter().map(|(_, value)| value).collect()
        }
        _ => Vec::new(),
    }
}

/// An index from the start, or from the end if negative.
fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let at = if index < 0 {
        index.checked_add(length)?
    } else {
        index
    };
    usize::try_from(at).ok().filter(|_| at < length)
}

/// The indexes of a slice; the end is not in it.
fn slice(length: usize, from: Option<i64>, to: Option<i64>, step: i64) -> Vec<usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let bound = |index: i64| {
        (if index < 0 {
            index.saturating_add(length)
        } else {
            index
        })
        .clamp(-1, length)
    };
    let (mut at, to) = match step {
        0 => return Vec::new(),
        1.. => (bound(from.unwrap_or(0)).max(0), to.map_or(length, bound)),
        _ => (
            bound(from.unwrap_or(length)).min(length - 1),
            to.map_or(-1, bound),
        ),
    };
    let mut indexes = Vec::new();
    while if step > 0 { at < to } else { at > to } {
        indexes.extend(usize::try_from(at).ok());
        at = at.saturating_add(step);
    }
    indexes
}

fn compare(left: Option<&Json>, comparison: Comparison, right: Option<&Json>) -> bool {
    let order = match (left, right) {
        (Some(Json::Number(a)), Some(Json::Number(b))) => a
            .as_f64()
            .zip(b.as_f64())
            .and_then(|(a, b)| a.partial_cmp(&b)),
        (Some(Json::String(a)), Some(Json::String(b))) => Some(a.cmp(b)),
        (a, b) => {
            let equal = a == b;
            return match comparison {
                Comparison::Equal => equal,
                Comparison::NotEqual => !equal,
                _ => false,
            };
        }
    };
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    }
}
