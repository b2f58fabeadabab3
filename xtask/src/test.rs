//! `cargo xtask test` and `cargo xtask check`.

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use crate::setup;
use crate::shell::{self, cargo, root, target};

/// Brings the real parts up, runs every test, and names what had to be left out.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let parts = setup::bring_up()?;
    println!("{parts}");
    let left_out = target().join("left-out.txt");
    let _ = fs::remove_file(&left_out);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(root())
        .args(["test", "--workspace"])
        .args(arguments);
    command
        .envs(parts.environment())
        .env("OUTPOST_LEFT_OUT", &left_out);
    let result = shell::run(&mut command);
    drop(parts);
    if let Ok(lines) = fs::read_to_string(&left_out) {
        println!("\nLeft out, because a part was missing:\n{lines}");
        let needed = lines.lines().any(|line| !line.starts_with("optional: "));
        if needed && std::env::var("CI").as_deref() == Ok("true") {
            bail!("with CI=true nothing may be left out");
        }
    }
    result
}

/// Formatting, clippy and rustdoc, with warnings as errors.
pub(crate) fn check() -> Result<()> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        &[],
    )?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut doc = Command::new(cargo);
    doc.current_dir(root()).args([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ]);
    run_doc(&mut doc)
}

fn run_doc(doc: &mut Command) -> Result<()> {
    shell::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}
