//! `outpost fmt` and the commands without a file, beside what Alloy's do.

use outpost_golden::Verdicts;
use serde_json::Value;

use crate::process::Place;

#[test]
fn every_recorded_command_ends_as_alloys_does() {
    let mut verdicts = Verdicts::new("fmt/commands.jsonl");
    for case in outpost_golden::cases("alloy/fmt/commands.jsonl") {
        let name = case["name"].as_str().expect("a case has a name");
        verdicts.add(name, compare(&case));
    }
    verdicts.finish();
}

fn compare(case: &Value) -> Result<(), String> {
    let place = Place::new();
    let file = case["file"].as_str();
    if let (Some(file), Some(before)) = (file, case["file_before"].as_str()) {
        place.write(file, before);
    }
    let arguments: Vec<&str> = case["args"]
        .as_array()
        .expect("arguments")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let output = match case["stdin"].as_str() {
        Some(input) => place.outpost_reading(&arguments, input),
        None => place.outpost(&arguments),
    };
    let expect = |what: &str, ours: Value, theirs: &Value| {
        if ours == *theirs {
            Ok(())
        } else {
            Err(format!("{what}: {ours} for {theirs}"))
        }
    };
    expect("exit code", output.status.code().into(), &case["exit"])?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    expect("standard output", stdout.as_ref().into(), &case["stdout"])?;
    expect(
        "empty standard error",
        output.stderr.is_empty().into(),
        &case["stderr_empty"],
    )?;
    match file {
        Some(file) => expect("file", place.read(file).into(), &case["file_after"]),
        None => Ok(()),
    }
}

#[test]
fn a_rewritten_file_keeps_its_mode_and_leaves_nothing_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.write("f.alloy", "logging {\n  level=\"info\"\n}\n");
    let path = place.path().join("f.alloy");
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(&path, mode).expect("a mode");
    assert_eq!(
        place.outpost(&["fmt", "-w", "f.alloy"]).status.code(),
        Some(0)
    );
    let kept = std::fs::metadata(&path).expect("it is there").permissions();
    assert_eq!(kept.mode() & 0o777, 0o640);
    let names: Vec<_> = std::fs::read_dir(place.path())
        .expect("a directory")
        .collect();
    assert_eq!(names.len(), 1);
}
