//! How the most common mistakes are told, word for word.
//!
//! `tests/messages` holds faulty files and, beside each, what a user sees.

use std::fs;
use std::path::Path;

use outpost_alloy_syntax::{Source, parse};

#[test]
fn common_mistakes_are_told_with_place_and_remedy() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages");
    let mut seen = 0;
    for entry in fs::read_dir(&folder).expect("the folder exists") {
        let path = entry.expect("a readable folder").path();
        if path
            .extension()
            .is_none_or(|extension| extension != "alloy")
        {
            continue;
        }
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path).expect("a readable case");
        let expected = fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
        let source = Source::new(&*name, text).expect("a short text");
        let told = parse(&source).expect_err("a faulty file").to_string();
        assert_eq!(told, expected, "{name} is told as:\n{told}");
        seen += 1;
    }
    assert!(seen >= 10, "{seen} cases");
}
