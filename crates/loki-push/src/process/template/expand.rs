//! Replacement texts of Go's expressions: `$1`, `${name}`, `$$`.

use outpost_model::GoRegex;

/// The text with every match replaced; with `literal`, by the replacement as it is.
pub(super) fn replace_all(regex: &GoRegex, text: &str, replacement: &str, literal: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in regex.find_all(text) {
        let span = found.span();
        out.push_str(text.get(at..span.start).unwrap_or_default());
        if literal {
            out.push_str(replacement);
        } else {
            expand(&mut out, replacement, |name| {
                let number = name.parse().ok().or_else(|| {
                    let names = regex.names().filter(|(known, _)| *known == name);
                    names.last().map(|(_, number)| number)
                });
                number
                    .and_then(|number| found.group(number))
                    .unwrap_or_default()
            });
        }
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn expand<'g>(out: &mut String, template: &str, group: impl Fn(&str) -> &'g str) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        if let Some((name, after)) = name(after) {
            out.push_str(group(name));
            rest = after;
        } else {
            // A lone dollar stands for itself.
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
}

/// A group's name after a dollar: as many letters, digits and underscores as there are, or what stands in braces.
fn name(text: &str) -> Option<(&str, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    if let Some(braced) = text.strip_prefix('{') {
        let (name, after) = braced.split_once('}')?;
        return (!name.is_empty() && name.chars().all(is_part)).then_some((name, after));
    }
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}
