//! `/proc/cpuinfo`: what each CPU is, and the first one's flags and bugs.

use regex::Regex;

use super::super::config::Cpu;
use crate::exporter::Page;

/// Label names and the keys that fill them, `cpu` first.
const LABELS: [(&str, &str); 10] = [
    ("cachesize", "cache size"),
    ("core", "core id"),
    ("cpu", "processor"),
    ("family", "cpu family"),
    ("microcode", "microcode"),
    ("model", "model"),
    ("model_name", "model name"),
    ("package", "physical id"),
    ("stepping", "stepping"),
    ("vendor", "vendor_id"),
];

const MEGAHERTZ: f64 = 1e6;

pub(super) fn put(text: &str, config: &Cpu, page: &mut Page) {
    let cpus: Vec<_> = text
        .split("\n\n")
        .filter(|block| value(block, "processor").is_some())
        .collect();
    if let Some(first) = cpus.first() {
        let help = "Errata that the first CPU has.";
        put_words(
            first,
            "bugs",
            "bug",
            ("node_cpu_bug_info", help),
            config.bugs_include.as_ref(),
            page,
        );
        let help = "Features that the first CPU has.";
        put_words(
            first,
            "flags",
            "flag",
            ("node_cpu_flag_info", help),
            config.flags_include.as_ref(),
            page,
        );
    }
    let mut rows = page.gauge("node_cpu_info", "What the CPU is.");
    for block in cpus {
        let labels = LABELS.map(|(label, key)| (label, value(block, key).unwrap_or_default()));
        rows.put(&labels, 1.0);
    }
}

/// The speed of each CPU in hertz, with its core, number and package.
pub(in super::super) fn speeds(
    text: &str,
) -> impl Iterator<Item = ([(&'static str, &str); 3], f64)> {
    text.split("\n\n").filter_map(|block| {
        let labels = [
            ("core", value(block, "core id").unwrap_or_default()),
            ("cpu", value(block, "processor")?),
            ("package", value(block, "physical id").unwrap_or_default()),
        ];
        let megahertz: f64 = value(block, "cpu MHz")?.parse().ok()?;
        Some((labels, megahertz * MEGAHERTZ))
    })
}

/// A row for each word of a line that the pattern matches.
fn put_words(
    block: &str,
    key: &str,
    label: &str,
    family: (&'static str, &'static str),
    pattern: Option<&Regex>,
    page: &mut Page,
) {
    let Some(pattern) = pattern else { return };
    let mut rows = page.gauge(family.0, family.1);
    for word in value(block, key)
        .unwrap_or_default()
        .split_ascii_whitespace()
    {
        if pattern.is_match(word) {
            rows.put(&[(label, word)], 1.0);
        }
    }
}

fn value<'a>(block: &'a str, key: &str) -> Option<&'a str> {
    block.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim_end() == key).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_bugs_come_from_the_first_cpu_and_only_where_asked_for() {
        let text = "processor\t: 0\nvendor_id\t: V\nmodel name\t: M\nflags\t\t: fpu avx avx2\nbugs\t: x\n\n\
            processor\t: 1\nflags\t: other\n\n";
        let config = Cpu {
            flags_include: Some(Regex::new("^avx").unwrap()),
            ..Cpu::default()
        };
        let mut page = Page::new();
        page.open();
        put(text, &config, &mut page);
        page.close();
        let rows: Vec<_> = page
            .families()
            .flat_map(|f| f.rows())
            .map(|(series, _)| series)
            .collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0], r#"node_cpu_flag_info{flag="avx"}"#);
        assert_eq!(rows[1], r#"node_cpu_flag_info{flag="avx2"}"#);
        assert!(rows[2].contains(r#"cpu="0""#) && rows[2].contains(r#"vendor="V""#));
        assert!(rows[3].contains(r#"cpu="1""#) && rows[3].contains(r#"vendor="""#));
    }
}
