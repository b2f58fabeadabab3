//! Path patterns with `*`, `?`, `[a-z]`, `{a,b}` and `**`, as Alloy's `local.file_match` has them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use outpost_model::Labels;

const PATH: &str = "__path__";
const EXCLUDE: &str = "__path_exclude__";
/// Directories below this depth of a `**` are not walked.
const MAX_DEPTH: usize = 64;
/// More alternatives than this in one pattern are a mistake.
const MAX_ALTERNATIVES: usize = 1024;

/// A path pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    alternatives: Vec<Vec<String>>,
}

/// Finds the files of targets with patterns.
#[derive(Clone, Debug)]
pub struct FileMatch {
    /// Files that were not written to for longer are left out; zero takes all.
    pub ignore_older_than: Duration,
}

// === impl FileMatch ===

impl FileMatch {
    /// One target for each file that `targets` match by `__path__` and do not exclude by `__path_exclude__`. Blocking.
    pub fn expand(&self, targets: &[Labels]) -> Vec<Labels> {
        let mut found = BTreeSet::new();
        for target in targets {
            let Some(path) = target.get(PATH).filter(|path| !path.is_empty()) else {
                continue;
            };
            let exclude = target.get(EXCLUDE).filter(|e| !e.is_empty()).map(Glob::new);
            for file in Glob::new(path).files() {
                let name = file.to_string_lossy();
                if exclude
                    .as_ref()
                    .is_some_and(|exclude| exclude.matches(&name))
                {
                    continue;
                }
                if !self.is_young(&file) {
                    continue;
                }
                let mut labels = target.to_builder();
                labels.set(PATH, &*name);
                found.insert(labels.build());
            }
        }
        found.into_iter().collect()
    }

    fn is_young(&self, file: &Path) -> bool {
        if self.ignore_older_than.is_zero() {
            return true;
        }
        let modified = fs::metadata(file).and_then(|metadata| metadata.modified());
        modified.is_ok_and(|modified| {
            SystemTime::now()
                .duration_since(modified)
                .unwrap_or_default()
                <= self.ignore_older_than
        })
    }
}

// === impl Glob ===

impl Glob {
    /// Any text is a pattern: what is not well formed stands for itself.
    pub fn new(pattern: &str) -> Self {
        let mut alternatives = Vec::new();
        expand_braces(pattern, &mut alternatives);
        Self {
            alternatives: alternatives
                .iter()
                .map(|p| p.split('/').map(str::to_owned).collect())
                .collect(),
        }
    }

    /// Whether a path fits.
    pub fn matches(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        self.alternatives
            .iter()
            .any(|pattern| matches_parts(pattern, &parts))
    }

    /// The regular files that fit, sorted. Blocking.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = BTreeSet::new();
        for pattern in &self.alternatives {
            let (start, rest) = match pattern.split_first() {
                Some((first, rest)) if first.is_empty() => (PathBuf::from("/"), rest),
                _ => (PathBuf::new(), pattern.as_slice()),
            };
            walk(&start, rest, 0, &mut found);
        }
        found.into_iter().collect()
    }
}

fn walk(at: &Path, pattern: &[String], depth: usize, found: &mut BTreeSet<PathBuf>) {
    let Some((first, rest)) = pattern.split_first() else {
        if at.is_file() {
            found.insert(at.to_owned());
        }
        return;
    };
    if first == "**" {
        walk(at, rest, depth, found);
        if depth < MAX_DEPTH {
            for name in names(at) {
                let below = at.join(name);
                if fs::symlink_metadata(&below).is_ok_and(|m| m.is_dir()) {
                    walk(&below, pattern, depth + 1, found);
                } else if rest.is_empty() && below.is_file() {
                    found.insert(below);
                }
            }
        }
    } else if first.contains(['*', '?', '[', '\\']) {
        for name in names(at) {
            if matches_part(first.as_bytes(), name.as_bytes()) {
                walk(&at.join(name), rest, depth, found);
            }
        }
    } else {
        walk(&at.join(first), rest, depth, found);
    }
}

fn names(directory: &Path) -> Vec<String> {
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    fs::read_dir(directory)
        .map(|entries| {
            entries
                .flatten()
                .filter_map(|entry| entry.file_name().into_string().ok())
                .collect()
        })
        .unwrap_or_default()
}

fn matches_parts(pattern: &[String], parts: &[&str]) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return parts.is_empty();
    };
    if first == "**" {
        return (0..=parts.len()).any(|n| matches_parts(rest, parts.get(n..).unwrap_or_default()));
    }
    parts.split_first().is_some_and(|(part, others)| {
        matches_part(first.as_bytes(), part.as_bytes()) && matches_parts(rest, others)
    })
}

/// `*`, `?` and classes within one name. Goes back to the last `*` only, so it takes quadratic time at most.
fn matches_part(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            None if n == name.len() => return true,
            None => None,
            Some(b'*') => {
                star = Some((p + 1, n));
                p += 1;
                continue;
            }
            Some(_) => name.get(n).and_then(|byte| one(pattern.get(p..)?, *byte)),
        };
        match (step, star) {
            (Some(length), _) => {
                p += length;
                n += 1;
            }
            (None, Some((after, from))) if from < name.len() => {
                star = Some((after, from + 1));
                p = after;
                n = from + 1;
            }
            _ => return false,
        }
    }
}

/// How much of `pattern` one byte fits; None if it does not.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [b'?', ..] => Some(1),
        [b'\\', escaped, ..] => (*escaped == byte).then_some(2),
        [b'[', rest @ ..] => {
            let (negated, class) = match rest {
                [b'^' | b'!', rest @ ..] => (true, rest),
                rest => (false, rest),
            };
            let end = class
                .iter()
                .skip(1)
                .position(|b| *b == b']')
                .map(|at| at + 1);
            let Some(members) = end.and_then(|end| class.get(..end)) else {
                return (byte == b'[').then_some(1);
            };
            let within = in_class(members, byte);
            (within != negated).then_some(1 + usize::from(negated) + members.len() + 1)
        }
        [literal, ..] => (*literal == byte).then_some(1),
        [] => None,
    }
}

fn in_class(mut members: &[u8], byte: u8) -> bool {
    loop {
        members = match members {
            [low, b'-', high, rest @ ..] => {
                if (*low..=*high).contains(&byte) {
                    return true;
                }
                rest
            }
            [member, rest @ ..] => {
                if *member == byte {
                    return true;
                }
                rest
            }
            [] => return false,
        };
    }
}

/// `a{b,c}d` as `abd` and `acd`; nested braces too.
fn expand_braces(pattern: &str, out: &mut Vec<String>) {
    if out.len() >= MAX_ALTERNATIVES {
        return;
    }
    let Some((open, close)) = braces(pattern) else {
        out.push(pattern.to_owned());
        return;
    };
    let (before, after) = (pattern.get(..open), pattern.get(close + 1..));
    let (Some(before), Some(inner), Some(after)) = (before, pattern.get(open + 1..close), after)
    else {
        return;
    };
    for choice in choices(inner) {
        expand_braces(&format!("{before}{choice}{after}"), out);
    }
}

/// The first pair of braces.
fn braces(pattern: &str) -> Option<(usize, usize)> {
    let open = pattern.find('{')?;
    let mut depth = 0;
    for (at, c) in pattern.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((open, at));
        }
    }
    None
}

/// The parts between commas that are not within braces.
fn choices(inner: &str) -> Vec<&str> {
    let mut depth = 0;
    inner
        .split(move |c| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            c == ',' && depth == 0
        })
        .collect()
}
