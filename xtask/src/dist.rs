//! `cargo xtask dist`: static binaries, with their sizes beside the budget of 12 MB.

use std::fs;

use anyhow::{Context as _, Result};

use crate::shell::{cargo, target};

/// Musl targets: one file that runs on any Linux of that architecture, also in an empty container image.
const TARGETS: &[&str] = &["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"];
const BINARIES: &[&str] = &["outpost", "lookout"];

/// Builds every binary for every target into `target/dist`.
pub(crate) fn run() -> Result<()> {
    let dist = target().join("dist-binaries");
    fs::create_dir_all(&dist)?;
    for triple in TARGETS {
        let mut arguments = vec!["build", "--profile", "dist", "--target", triple];
        for binary in BINARIES {
            arguments.extend(["--bin", binary]);
        }
        arguments.push("--workspace");
        cargo(&arguments, &[]).with_context(|| {
            format!(
                "building for {triple} needs `rustup target add {triple}` and a C compiler for it"
            )
        })?;
        for binary in BINARIES {
            let built = target().join(triple).join("dist").join(binary);
            let copy = dist.join(format!("{binary}-{triple}"));
            let bytes = fs::copy(&built, &copy)
                .with_context(|| format!("cannot copy {}", built.display()))?;
            println!("{} {:.1} MB", copy.display(), bytes as f64 / 1e6);
        }
    }
    Ok(())
}
