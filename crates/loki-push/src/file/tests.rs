use std::fs;
use std::time::Duration;

use outpost_model::Labels;
use proptest::prelude::*;

use super::*;

fn split(encoding: Encoding, chunks: &[&[u8]], longest: usize) -> Vec<(String, u64)> {
    let mut splitter = LineSplitter::new(encoding, 0, longest);
    let mut lines = Vec::new();
    for chunk in chunks {
        splitter.push(chunk);
        while let Some((line, end)) = splitter.next_line() {
            lines.push((String::from_utf8(line.to_vec()).unwrap(), end));
        }
    }
    lines.extend(
        splitter
            .flush()
            .map(|(line, end)| (String::from_utf8(line.to_vec()).unwrap(), end)),
    );
    lines
}

proptest! {
    #[test]
    fn lines_do_not_depend_on_where_chunks_end(text in "[a\n\r]{0,40}", cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let bytes = text.as_bytes();
        let mut at: Vec<_> = cuts.iter().map(|c| c.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let chunks: Vec<_> = at.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
        let lines = split(Encoding::AsIs, &chunks, 1 << 20);
        let mut end = 0;
        let expected: Vec<_> = text
            .split_inclusive('\n')
            .map(|line| {
                end += line.len() as u64;
                let line = line.strip_suffix('\n').unwrap_or(line);
                (line.strip_suffix('\r').unwrap_or(line).to_owned(), end)
            })
            .collect();
        prop_assert_eq!(lines, expected);
    }

    #[test]
    fn no_pattern_panics_or_takes_long(pattern in "[a*?{},\\[\\]\\\\/-]{0,40}", path in "[a/]{0,40}") {
        let glob = Glob::new(&pattern);
        let plain = !pattern.contains(['*', '?', '[', '{', '\\']);
        prop_assert!(!plain || glob.matches(&path) == (pattern == path));
    }
}

#[test]
fn a_newline_in_utf_16_is_two_bytes_in_place() {
    let text: Vec<u8> = "첫 줄\nਊ\r\nx"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let encoding = Encoding::named("utf-16le").unwrap();
    for cut in 0..text.len() {
        let (a, b) = text.split_at(cut);
        let lines = split(encoding, &[a, b], 1 << 20);
        let texts: Vec<_> = lines.iter().map(|(line, _)| line.as_str()).collect();
        assert_eq!(texts, ["첫 줄", "ਊ", "x"], "cut at {cut}");
        assert_eq!(lines[2].1, text.len() as u64);
    }
    assert!(Encoding::named("KLINGON-8").is_err());
}

#[test]
fn a_line_that_is_too_long_is_cut_in_bounded_memory_and_the_next_is_whole() {
    let chunk = vec![b'x'; 1000];
    let mut chunks: Vec<&[u8]> = vec![&chunk; 50];
    chunks.push(b"\nnext\n");
    let lines = split(Encoding::AsIs, &chunks, 4096);
    assert!(lines[0].0.starts_with("xxx") && lines[0].0.ends_with("[cut by outpost: too long]"));
    assert!(lines[0].0.len() < 4200);
    assert_eq!(lines[1], ("next".to_owned(), 50_006));
}

#[test]
fn patterns_match_as_doublestar_does() {
    for (pattern, path, matches) in [
        ("/var/log/*.log", "/var/log/a.log", true),
        ("/var/log/*.log", "/var/log/d/a.log", false),
        ("/var/**/*.log", "/var/log/d/a.log", true),
        ("/var/**/*.log", "/var/a.log", true),
        ("/var/log/**", "/var/log/d/a", true),
        ("/l/{a,b}[0-9].log", "/l/b2.log", true),
        ("/l/{a,b}[0-9].log", "/l/c2.log", false),
        ("/l/{a,{b,c}x}.log", "/l/cx.log", true),
        ("/l/[^a-c].log", "/l/b.log", false),
        ("/l/[!a-c].log", "/l/d.log", true),
        ("/l/a?c", "/l/abc", true),
        ("/l/a\\*c", "/l/a*c", true),
        ("/l/a\\*c", "/l/abc", false),
        ("/l/*a*b*", "/l/xaxxbx", true),
        ("/l/*a*b*", "/l/xbxxax", false),
        ("/l/[ab", "/l/[ab", true),
    ] {
        assert_eq!(
            Glob::new(pattern).matches(path),
            matches,
            "{pattern} {path}"
        );
    }
}

#[test]
fn a_match_makes_one_target_for_each_file_and_leaves_out_the_excluded() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::create_dir_all(root.join("d/e.log")).unwrap();
    for file in ["a.log", "skip1.log", "d/b.log", "d/e.log/c.log", "a.txt"] {
        fs::write(root.join(file), "x").unwrap();
    }
    let root = root.display();
    let target = Labels::from_pairs([
        ("__path__", format!("{root}/**/*.log")),
        ("__path_exclude__", format!("{root}/skip*")),
        ("job", "g".to_owned()),
    ]);
    let files = FileMatch {
        ignore_older_than: Duration::ZERO,
    };
    let paths: Vec<_> = files
        .expand(&[target])
        .iter()
        .map(|labels| labels.get("__path__").unwrap().to_owned())
        .collect();
    assert_eq!(
        paths,
        [
            format!("{root}/a.log"),
            format!("{root}/d/b.log"),
            format!("{root}/d/e.log/c.log")
        ]
    );
}
