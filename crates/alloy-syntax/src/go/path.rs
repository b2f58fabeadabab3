//! Paths with slashes: joined, and without what leads nowhere.

/// Joins parts with slashes, leaving out empty ones, and resolves `.`, `..` and double slashes.
pub(crate) fn join<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        String::new()
    } else {
        clean(&parts.join("/"))
    }
}

fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => drop(kept.pop()),
            ".." if rooted => {}
            part => kept.push(part),
        }
    }
    match (rooted, kept.is_empty()) {
        (true, _) => format!("/{}", kept.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => kept.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn a_joined_path_leads_where_its_parts_lead() {
        assert_eq!(join(["a", "", "b/../c", "./d/"]), "a/c/d");
        assert_eq!(join(["..", "..", "a"]), "../../a");
        assert_eq!(join(["/..", "x"]), "/x");
        assert_eq!(join(["a", ".."]), ".");
        assert_eq!(join([""]), "");
    }
}
