//! `outpost fmt`: a configuration in the usual layout.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use outpost_alloy_syntax::{Source, format};

use crate::console;

/// `outpost fmt`.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// The file; standard input if it is `-` or not given
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Rewrite the file in place
    #[arg(short, long)]
    write: bool,

    /// Print nothing; exit with 1 if the file is not in the usual layout
    #[arg(short, long)]
    test: bool,
}

/// Runs the command.
pub(crate) fn run(flags: &Flags) -> ExitCode {
    match layout(flags) {
        Ok(success) => console::exit(success),
        Err(error) => console::fail(&error),
    }
}

/// Whether everything is as it was asked for.
fn layout(flags: &Flags) -> anyhow::Result<bool> {
    let file = flags.file.as_deref().filter(|file| *file != Path::new("-"));
    let source = read(file)?;
    let tidy = match format(&source) {
        Ok(tidy) => tidy,
        Err(diagnostics) => {
            console::err(diagnostics);
            return Ok(false);
        }
    };
    let same = tidy == source.text();
    if flags.test {
        if !same {
            console::err(format_args!("{} is not in the usual layout", source.name()));
        }
        return Ok(same);
    }
    match file {
        Some(_) if flags.write && same => {}
        Some(file) if flags.write => replace(file, &tidy)?,
        None if flags.write => bail!("-w needs a file to write to"),
        _ => console::out(&tidy),
    }
    Ok(true)
}

fn read(file: Option<&Path>) -> anyhow::Result<Arc<Source>> {
    let name = file.map_or("<stdin>".to_owned(), |file| file.display().to_string());
    let bytes = bytes_of(file).with_context(|| format!("cannot read {name}"))?;
    Ok(Source::from_bytes(name, bytes)?)
}

/// All bytes, cut a little above the size that is refused anyway.
fn bytes_of(file: Option<&Path>) -> std::io::Result<Vec<u8>> {
    let limit = outpost_alloy_syntax::MAX_SOURCE_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    match file {
        Some(file) => File::open(file)?.take(limit).read_to_end(&mut bytes)?,
        None => std::io::stdin().take(limit).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

/// Replaces a file's text, keeping its mode: written beside it, then renamed, so that no failure leaves half a file.
fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    let shown = file.display();
    let target = fs::canonicalize(file).with_context(|| format!("cannot write {shown}"))?;
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = target.with_file_name(name);
    let written = (|| {
        let mut new = File::create_new(&beside)?;
        new.set_permissions(fs::metadata(&target)?.permissions())?;
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        fs::rename(&beside, &target)
    })();
    if written.is_err() {
        // The failure that counts is the one above.
        let _ = fs::remove_file(&beside);
    }
    written.with_context(|| format!("cannot write {shown}"))
}
