//! A file in the text format 0.0.4, checked and taken apart into families; series keep the bytes that they came in.

use std::collections::BTreeMap;

use outpost_model::MetricType;

/// A family of a file.
#[derive(Debug, PartialEq)]
pub(super) struct Family {
    pub(super) name: String,
    pub(super) kind: MetricType,
    pub(super) help: String,
    /// Series as written, and their values.
    pub(super) rows: Vec<(String, f64)>,
}

/// Why a file does not count.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FileError {
    /// A line is no sample.
    #[error("line {line} is no sample")]
    Sample {
        /// Counted from 1.
        line: usize,
    },
    /// A sample has a time of its own.
    #[error("line {line} has a timestamp, which cannot be kept")]
    Timestamp {
        /// Counted from 1.
        line: usize,
    },
    /// A type that there is not.
    #[error("line {line} has an unknown type")]
    Type {
        /// Counted from 1.
        line: usize,
    },
}

/// What HELP and TYPE lines say of a family.
#[derive(Default)]
struct Said {
    kind: Option<MetricType>,
    help: Option<String>,
}

/// The families of a file, by name.
pub(super) fn parse(text: &str) -> Result<Vec<Family>, FileError> {
    let mut said: BTreeMap<&str, Said> = BTreeMap::new();
    let mut samples = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            comment_line(comment.trim_start(), index + 1, &mut said)?;
        } else if !line.is_empty() {
            samples.push(sample(line, index + 1)?);
        }
    }
    let mut families: BTreeMap<&str, Family> = BTreeMap::new();
    for (name, series, value) in samples {
        let name = family_of(name, &said);
        let about = said.get(name);
        let family = families.entry(name).or_insert_with(|| Family {
            name: name.to_owned(),
            kind: about.and_then(|s| s.kind).unwrap_or_default(),
            help: about
                .and_then(|s| s.help.clone())
                .unwrap_or_else(|| "A metric read from a file.".to_owned()),
            rows: Vec::new(),
        });
        family.rows.push((series.to_owned(), value));
    }
    Ok(families.into_values().collect())
}

fn comment_line<'a>(
    comment: &'a str,
    line: usize,
    said: &mut BTreeMap<&'a str, Said>,
) -> Result<(), FileError> {
    let mut words = comment.splitn(3, [' ', '\t']);
    let (keyword, name, rest) = (words.next(), words.next(), words.next());
    let (Some(keyword), Some(name)) = (keyword, name) else {
        return Ok(());
    };
    match keyword {
        "HELP" => {
            let help = rest
                .unwrap_or_default()
                .replace("\\n", "\n")
                .replace("\\\\", "\\");
            said.entry(name).or_default().help = Some(help);
        }
        "TYPE" => {
            let kind = match rest.unwrap_or_default().trim() {
                "counter" => MetricType::Counter,
                "gauge" => MetricType::Gauge,
                "histogram" => MetricType::Histogram,
                "summary" => MetricType::Summary,
                "untyped" | "unknown" => MetricType::Unknown,
                _ => return Err(FileError::Type { line }),
            };
            said.entry(name).or_default().kind = Some(kind);
        }
        _ => {}
    }
    Ok(())
}

/// The family of a sample's name: that of its histogram or summary, or the name itself.
fn family_of<'a>(name: &'a str, said: &BTreeMap<&str, Said>) -> &'a str {
    for suffix in ["_bucket", "_sum", "_count"] {
        if let Some(base) = name.strip_suffix(suffix)
            && matches!(
                said.get(base).and_then(|s| s.kind),
                Some(MetricType::Histogram | MetricType::Summary)
            )
        {
            return base;
        }
    }
    name
}

/// A sample's name, series and value.
fn sample(text: &str, line: usize) -> Result<(&str, &str, f64), FileError> {
    let bad = FileError::Sample { line };
    let name_end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(bad);
    }
    let after = match rest.trim_start().strip_prefix('{') {
        Some(labels) => labels_end(labels).ok_or(FileError::Sample { line })?,
        None => rest,
    };
    let series = text
        .get(..text.len() - after.len())
        .unwrap_or_default()
        .trim_end();
    let mut words = after.split_ascii_whitespace();
    let value = words.next().and_then(number).ok_or(bad)?;
    match words.next() {
        None => Ok((name, series, value)),
        Some(_) => Err(FileError::Timestamp { line }),
    }
}

/// What follows the closing brace of a well-formed label list.
fn labels_end(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Some(after);
        }
        let (name, value) = rest.split_once('=')?;
        let name = name.trim();
        let well_formed = !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !well_formed {
            return None;
        }
        let value = value.trim_start().strip_prefix('"')?;
        rest = quoted_end(value)?.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(more) => more.trim_start(),
            None if rest.starts_with('}') => rest,
            None => return None,
        };
    }
}

/// What follows the closing quote.
fn quoted_end(text: &str) -> Option<&str> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return text.get(at + 1..),
            _ => {}
        }
    }
    None
}

fn number(word: &str) -> Option<f64> {
    match word {
        "+Inf" | "Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ if word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) => {
            word.parse().ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_keep_the_type_and_the_series_as_written() {
        let text = "# HELP jobs What ran.\n# TYPE jobs counter\njobs{name=\"a } \\\"b\\\"\", } 3\njobs 4\n\
            # TYPE took histogram\ntook_bucket{le=\"+Inf\"} 2\ntook_sum 1.5\ntook_count 2\nplain +Inf\n";
        let families = parse(text).unwrap();
        let told: Vec<_> = families
            .iter()
            .map(|f| (f.name.as_str(), f.kind, f.rows.len()))
            .collect();
        assert_eq!(
            told,
            [
                ("jobs", MetricType::Counter, 2),
                ("plain", MetricType::Unknown, 1),
                ("took", MetricType::Histogram, 3)
            ]
        );
        assert_eq!(families[0].rows[0].0, "jobs{name=\"a } \\\"b\\\"\", }");
        assert_eq!(families[0].help, "What ran.");
    }

    #[test]
    fn a_file_with_a_fault_is_refused_with_its_line() {
        let line = |text: &str| parse(text).unwrap_err();
        assert_eq!(line("a 1\nb{c=\"d\" 1\n"), FileError::Sample { line: 2 });
        assert_eq!(
            line("a 1 1700000000000\n"),
            FileError::Timestamp { line: 1 }
        );
        assert_eq!(line("1a 1\n"), FileError::Sample { line: 1 });
        assert_eq!(line("a{1b=\"\"} 1\n"), FileError::Sample { line: 1 });
        assert_eq!(line("a infinity\n"), FileError::Sample { line: 1 });
        assert_eq!(line("# TYPE a gouge\n"), FileError::Type { line: 1 });
    }
}
