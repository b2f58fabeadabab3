//! The shapes that many files of `/proc` share.

/// `name value…` lines: the first word and the rest.
pub(super) fn keyed_lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let line = line.trim_start();
        let (key, rest) = line.split_once([' ', '\t'])?;
        Some((key, rest.trim()))
    })
}

/// The numbers of a line; a word that is none ends them.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = f64> {
    text.split_ascii_whitespace()
        .map_while(|word| word.parse().ok())
}

/// A list of CPUs as the kernel writes it: `0-3,8`.
pub(super) fn cpu_list(text: &str) -> Vec<u32> {
    /// More CPUs than any kernel is built for.
    const MOST: u32 = 1 << 16;
    let mut cpus = Vec::new();
    for range in text.trim().split(',').filter(|range| !range.is_empty()) {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
            cpus.extend(first.min(MOST)..=last.min(MOST));
        }
    }
    cpus
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_lists_hold_ranges_and_single_numbers() {
        assert_eq!(cpu_list("0-2,8,10-11\n"), [0, 1, 2, 8, 10, 11]);
        assert_eq!(cpu_list("\n"), Vec::<u32>::new());
        assert_eq!(cpu_list("x,3-1,4294967295-4294967296"), Vec::<u32>::new());
    }
}
