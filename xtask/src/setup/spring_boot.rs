//! Builds the Spring Boot application of the tests with Maven, once per change of its sources.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell::{has, root, run, target};

/// What the build reads, below `crates/testbed/spring-boot`.
const SOURCES: &[&str] = &["pom.xml", "src/main/java/orders/Application.java"];

/// The application's jar.
pub(super) fn build() -> Result<PathBuf> {
    let project = root().join("crates/testbed/spring-boot");
    let home = target().join("spring-boot");
    let jar = home.join("orders.jar");
    let complete = home.join("complete");
    let mut sources = String::new();
    for source in SOURCES {
        sources.push_str(&fs::read_to_string(project.join(source))?);
    }
    if jar.is_file() && fs::read_to_string(&complete).is_ok_and(|built| built == sources) {
        return Ok(jar);
    }
    for program in ["java", "mvn"] {
        if !has(program) {
            bail!("there is no {program} here");
        }
    }
    run(Command::new("mvn")
        .args([
            "--quiet",
            "--batch-mode",
            "--no-transfer-progress",
            "package",
        ])
        .arg(format!("-Doutpost.build={}", home.display()))
        .arg("--file")
        .arg(project.join("pom.xml")))?;
    fs::write(&complete, sources)?;
    Ok(jar)
}
