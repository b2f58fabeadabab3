//! Sources from files and folders.

use std::fs;
use std::path::Path;

use outpost_alloy_syntax::{Diagnostics, MAX_SOURCE_BYTES, Source, load, parse_all};
use outpost_golden::cases;
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a new folder");
        fs::write(path, bytes).expect("a new file");
    }
    folder
}

/// The names of what is loaded, relative to the folder; or what is told instead.
fn loaded(folder: &TempDir, path: &str) -> Result<Vec<String>, String> {
    let sources =
        load(&folder.path().join(path)).map_err(|error| relative(folder, &error.to_string()))?;
    Ok(sources
        .iter()
        .map(|source| relative(folder, source.name()))
        .collect())
}

fn relative(folder: &TempDir, text: &str) -> String {
    text.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn a_folder_is_its_configurations_in_the_order_of_their_names() {
    let folder = folder(&[
        ("conf/b.alloy", b""),
        ("conf/a.alloy", b""),
        ("conf/notes.txt", b"{{{"),
        ("conf/deep.alloy/c.alloy", b"{{{"),
        ("none/readme.md", b"nothing"),
    ]);
    assert_eq!(
        loaded(&folder, "conf"),
        Ok(vec!["conf/a.alloy".into(), "conf/b.alloy".into()])
    );
    assert_eq!(loaded(&folder, "none"), Ok(vec![]));
    assert_eq!(
        loaded(&folder, "conf/notes.txt"),
        Ok(vec!["conf/notes.txt".into()])
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = folder(&[
        ("conf/latin1.alloy", b"// caf\xe9\n"),
        ("conf/utf16.alloy", b"\xff\xfe/\0"),
    ]);
    let told = loaded(&folder, "absent.alloy").expect_err("no such file");
    assert_eq!(
        told,
        "error: cannot read absent.alloy: No such file or directory (os error 2)\n"
    );
    let advice = "is not UTF-8; save the file as UTF-8 without other encodings\n";
    let told = loaded(&folder, "conf").expect_err("two files that are not UTF-8");
    assert_eq!(
        told,
        format!(
            "error: conf/latin1.alloy:1:7: byte 0xe9 {advice}\nerror: conf/utf16.alloy:1:1: byte 0xff {advice}"
        )
    );
}

#[test]
fn reading_stops_at_the_size_limit() {
    let told = load(Path::new("/dev/zero"))
        .expect_err("endless")
        .to_string();
    assert!(
        told.starts_with("error: /dev/zero: a configuration may have 16777216 bytes"),
        "{told}"
    );

    let half = vec![b' '; MAX_SOURCE_BYTES / 2 + 1];
    let folder = folder(&[("conf/a.alloy", &half), ("conf/b.alloy", &half)]);
    let told = loaded(&folder, "conf").expect_err("too much in all");
    assert!(told.starts_with("error: conf/b.alloy: "), "{told}");
}

#[test]
fn syntax_errors_of_all_files_of_a_folder_are_listed_as_alloy_lists_them() {
    let name = "directory-syntax-errors-in-both-files";
    let case = cases("alloy/diagnostics.jsonl")
        .into_iter()
        .find(|case| case["name"] == name);
    let case = case.expect("the case is recorded");
    let files = case["files"].as_object().expect("files");
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str().unwrap_or_default().as_bytes()))
        .collect();
    let folder = folder(&files);
    let sources = load(&folder.path().join("conf")).expect("readable files");
    let ours = places(&folder, &parse_all(&sources).expect_err("faulty files"));
    let recorded = case["diagnostics"].as_array().expect("a list").iter();
    let recorded: Vec<String> = recorded
        .map(|d| {
            format!(
                "{}:{}:{}",
                d["file"].as_str().unwrap_or_default(),
                d["line"],
                d["col"]
            )
        })
        .collect();
    assert_eq!(ours, recorded);
}

fn places(folder: &TempDir, diagnostics: &Diagnostics) -> Vec<String> {
    let locations = diagnostics.iter().filter_map(|d| d.location.as_ref());
    locations
        .map(|location| relative(folder, &location.to_string()))
        .collect()
}

#[test]
fn files_that_parse_are_handed_on_in_order() {
    let source = |name: &str, text: &str| Source::new(name, text).expect("a short text");
    let files = parse_all(&[source("a", "x = 1"), source("b", "")]).expect("valid files");
    let names: Vec<&str> = files.iter().map(|file| file.source.name()).collect();
    assert_eq!(names, ["a", "b"]);
}
