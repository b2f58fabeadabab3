//! The nearest known name to a misspelt one, for "did you mean".
//!
//! It is not: a search; names that are merely related are not suggested.

/// Longer names are not compared: no name of the language comes near, and the work per pair stays bounded.
const MAX_COMPARED: usize = 96;

/// The candidate that `name` most likely stands for, if one is near enough: fewer than a third of its characters
/// differ (one, in short names). Of equally near candidates the first is taken.
///
/// ```
/// let known = ["enable_collectors", "disable_collectors"];
/// let nearest = outpost_alloy_syntax::suggest("enabled_collectors", known);
/// assert_eq!(nearest, Some("enable_collectors"));
/// assert_eq!(outpost_alloy_syntax::suggest("rootfs_path", known), None);
/// ```
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().take(MAX_COMPARED + 1).collect();
    if wanted.len() > MAX_COMPARED {
        return None;
    }
    let limit = (wanted.len() / 3).max(1);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let chars: Vec<char> = candidate.chars().take(MAX_COMPARED + 1).collect();
        let too_far = chars.len().abs_diff(wanted.len()) > limit || chars.len() > MAX_COMPARED;
        if candidate == name || chars.is_empty() || too_far {
            continue;
        }
        let distance = if candidate.eq_ignore_ascii_case(name) {
            0
        } else {
            edit_distance(&wanted, &chars)
        };
        // A name that shares no character is no misspelling, however short.
        let near = distance <= limit && distance < wanted.len().max(chars.len());
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many insertions, deletions, replacements and swaps of neighbours turn `from` into `to`.
fn edit_distance(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous_left = None;
    for (row, left) in from.iter().enumerate() {
        let mut current = Vec::with_capacity(to.len() + 1);
        current.push(row + 1);
        let mut previous_right = None;
        for (column, right) in to.iter().enumerate() {
            let cell =
                |cells: &[usize], at: usize| cells.get(at).copied().unwrap_or(usize::MAX / 2);
            let replaced = cell(&last, column) + usize::from(left != right);
            let mut cost = replaced
                .min(cell(&last, column + 1) + 1)
                .min(cell(&current, column) + 1);
            if column > 0 && previous_left == Some(right) && previous_right == Some(left) {
                cost = cost.min(cell(&before_last, column - 1) + 1);
            }
            current.push(cost);
            previous_right = Some(right);
        }
        previous_left = Some(left);
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(suggest("lgoging", ["tracing", "logging"]), Some("logging"));
    }

    #[test]
    fn the_nearest_of_several_wins() {
        let known = ["scrape_timeout", "scrape_interval", "scrape_intervals"];
        assert_eq!(suggest("scrape_intervl", known), Some("scrape_interval"));
    }

    #[test]
    fn a_wrong_case_is_nearest_of_all() {
        assert_eq!(suggest("URL", ["uri", "url"]), Some("url"));
    }

    #[test]
    fn far_names_and_endless_names_are_not_suggested() {
        assert_eq!(suggest("x", ["y", "z"]), None);
        assert_eq!(suggest("", ["a"]), None);
        let long = "a".repeat(100_000);
        assert_eq!(suggest(&long, [long.as_str(), "a"]), None);
    }
}
