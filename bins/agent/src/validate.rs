//! `outpost validate`: everything that `run` checks before it starts, without starting.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use outpost_alloy_syntax::Diagnostics;
use outpost_pipeline::{Built, Program, Registry, Surroundings, read_sources};

use crate::cli::StabilityFlag;
use crate::console;

/// `outpost validate`.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// The configurations: files, or directories whose *.alloy files count as one
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    stability: StabilityFlag,
}

/// Runs the command.
pub(crate) fn run(flags: &Flags) -> ExitCode {
    let registry = Registry::standard();
    let clean: Vec<bool> = flags
        .paths
        .iter()
        .map(|path| is_clean(path, flags, &registry))
        .collect();
    console::exit(clean.iter().all(|clean| *clean))
}

/// Shows what is wrong with a configuration. Warnings of the language count, as in Alloy; advice does not.
fn is_clean(path: &Path, flags: &Flags, registry: &Registry) -> bool {
    match build(path, flags, registry) {
        Ok(built) => {
            show(built.warnings());
            show(built.advice());
            built.warnings().is_empty()
        }
        Err(wrong) => {
            show(&wrong);
            false
        }
    }
}

fn build(path: &Path, flags: &Flags, registry: &Registry) -> Result<Built, Diagnostics> {
    let mut surroundings = Surroundings::new("data-alloy");
    surroundings.stability = flags.stability.stability;
    let surroundings = Arc::new(surroundings);
    let program = Program::read(
        &read_sources(path)?,
        registry,
        surroundings.stability,
        &surroundings.host,
    )?;
    Built::new(program, &surroundings)
}

fn show(diagnostics: &Diagnostics) {
    if !diagnostics.is_empty() {
        console::err(diagnostics);
    }
}
