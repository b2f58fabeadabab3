//! `os`: which distribution the host runs, from the `os-release` file below its root.

use std::collections::HashMap;

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

/// Label names and the keys that fill them.
const LABELS: [(&str, &str); 12] = [
    ("build_id", "BUILD_ID"),
    ("id", "ID"),
    ("id_like", "ID_LIKE"),
    ("image_id", "IMAGE_ID"),
    ("image_version", "IMAGE_VERSION"),
    ("name", "NAME"),
    ("pretty_name", "PRETTY_NAME"),
    ("variant", "VARIANT"),
    ("variant_id", "VARIANT_ID"),
    ("version", "VERSION"),
    ("version_codename", "VERSION_CODENAME"),
    ("version_id", "VERSION_ID"),
];

pub(super) struct Distribution;

impl Collector for Distribution {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = ["/etc/os-release", "/usr/lib/os-release"]
            .into_iter()
            .map(|file| host::read(&host.rooted(file)))
            .find(Result::is_ok)
            .unwrap_or(Err(CollectError::NoData))?;
        let values = assignments(&text);
        let get = |key: &str| values.get(key).map_or("", String::as_str);
        page.gauge("node_os_info", "The distribution.")
            .put(&LABELS.map(|(label, key)| (label, get(key))), 1.0);
        if let Some(end) = day(get("SUPPORT_END")) {
            page.gauge(
                "node_os_support_end_timestamp_seconds",
                "When the distribution's support ends, in Unix time.",
            )
            .set(end);
        }
        if let Some(version) = number(get("VERSION_ID")) {
            page.gauge("node_os_version", "The distribution's version as a number.")
                .put(
                    &[
                        ("id", get("ID")),
                        ("id_like", get("ID_LIKE")),
                        ("name", get("NAME")),
                    ],
                    version,
                );
        }
        Ok(())
    }
}

/// Shell assignments, with or without quotes.
fn assignments(text: &str) -> HashMap<&str, String> {
    text.lines()
        .filter_map(|line| {
            let (key, value) = line.trim().split_once('=')?;
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let value = quote
                .and_then(|q| value.strip_prefix(q)?.strip_suffix(q))
                .unwrap_or(value);
            Some((key, unescape(value)))
        })
        .collect()
}

/// A backslash takes the meaning of the character after it away.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' {
            chars.next().unwrap_or(c)
        } else {
            c
        });
    }
    out
}

/// The number at the start of a version: `22.04.3` is 22.04.
fn number(version: &str) -> Option<f64> {
    let mut points = 0;
    let end = version
        .find(|c: char| {
            points += u32::from(c == '.');
            !(c.is_ascii_digit() || (c == '.' && points == 1))
        })
        .unwrap_or(version.len());
    version.get(..end)?.trim_end_matches('.').parse().ok()
}

/// Midnight of `YYYY-MM-DD`, UTC, in Unix time.
fn day(date: &str) -> Option<f64> {
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is their last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + day
        - 1
        - 719_468;
    Some(days as f64 * 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_be_quoted_and_versions_long() {
        let values = assignments("NAME=\"A \\\"b\\\"\"\nID='debian'\nVERSION_ID=12\n# x\n");
        assert_eq!(values["NAME"], "A \"b\"");
        assert_eq!(values["ID"], "debian");
        assert_eq!(values["VERSION_ID"], "12");
        assert_eq!(number("22.04.3"), Some(22.04));
        assert_eq!(number("41 (Forty)"), Some(41.0));
        assert_eq!(number("rolling"), None);
    }

    #[test]
    fn dates_become_unix_time() {
        assert_eq!(day("1970-01-01"), Some(0.0));
        assert_eq!(day("2024-02-29"), Some(1_709_164_800.0));
        assert_eq!(day("2028-04-30"), Some(1_840_665_600.0));
        assert_eq!(day("never"), None);
    }
}
