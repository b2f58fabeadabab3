//! `outpost wal`: what waits on disk to be sent. Reads every frame and changes nothing, whether an agent runs or not.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use outpost_remote_write::{Inspection, SegmentReport, inspect};

use crate::console;

/// How deep below the given directory logs are looked for.
const DEPTH: usize = 4;

/// `outpost wal`.
#[derive(Debug, Args)]
#[command(after_help = "\
Shows every log below the directory: its segments with samples, series and span of time, where each endpoint stands,
and what is damaged. The exit code is 1 when something is. A running agent is not disturbed.")]
pub(crate) struct Flags {
    /// A log's directory, or one above it such as the agent's --storage.path
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
}

/// Runs the command.
pub(crate) fn run(flags: &Flags) -> ExitCode {
    match show(&flags.directory) {
        Ok(sound) => console::exit(sound),
        Err(error) => console::fail(&error),
    }
}

/// Prints every log; says whether all are sound.
fn show(directory: &Path) -> Result<bool> {
    let mut logs = Vec::new();
    find(directory, DEPTH, &mut logs)
        .with_context(|| format!("cannot read {}", directory.display()))?;
    if logs.is_empty() {
        bail!(
            "there is no log in {} or below it; give the agent's --storage.path or a directory with *.wal files",
            directory.display()
        );
    }
    logs.sort();
    let mut sound = true;
    for log in logs {
        let inspection =
            inspect(&log).with_context(|| format!("cannot read the log in {}", log.display()))?;
        sound &= is_sound(&inspection);
        console::out(&page(&log, &inspection));
    }
    Ok(sound)
}

/// Directories that hold segments or cursors.
fn find(directory: &Path, depth: usize, logs: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut is_log = false;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if depth > 0 {
                find(&path, depth - 1, logs)?;
            }
        } else {
            is_log |= path
                .extension()
                .is_some_and(|extension| extension == "wal" || extension == "cursor");
        }
    }
    if is_log {
        logs.push(directory.to_owned());
    }
    Ok(())
}

fn is_sound(inspection: &Inspection) -> bool {
    let whole = |segment: &SegmentReport| segment.readable && segment.damaged_frames == 0;
    inspection.segments.iter().all(whole)
        && inspection.cursors.iter().all(|(_, place)| place.is_some())
}

fn page(log: &Path, inspection: &Inspection) -> String {
    let mut page = format!("{}\n", log.display());
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "  {:<16} {:>12} {:>12} {:>10} {:>10}  {:<20}  {:<20}  state",
        "segment", "bytes", "samples", "histograms", "series", "from", "to"
    );
    for segment in &inspection.segments {
        let (from, to) = match segment.span_ms {
            Some((from, to)) => (time(from), time(to)),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let _ = writeln!(
            page,
            "  {:016x} {:>12} {:>12} {:>10} {:>10}  {from:<20}  {to:<20}  {}",
            segment.number,
            segment.bytes,
            segment.points.samples,
            segment.points.histograms,
            segment.series,
            state(segment),
        );
    }
    if inspection.segments.is_empty() {
        page.push_str("  no segments\n");
    }
    for (name, place) in &inspection.cursors {
        let _ = match place {
            Some(place) => {
                let behind: u64 = inspection
                    .segments
                    .iter()
                    .map(|segment| match segment.number.cmp(&place.segment) {
                        std::cmp::Ordering::Less => 0,
                        std::cmp::Ordering::Equal => segment.bytes.saturating_sub(place.offset),
                        std::cmp::Ordering::Greater => segment.bytes,
                    })
                    .sum();
                writeln!(
                    page,
                    "  endpoint {name}: sent up to segment {:016x}, byte {}; {behind} bytes behind",
                    place.segment, place.offset
                )
            }
            None => writeln!(
                page,
                "  endpoint {name}: its place cannot be read; it starts at the oldest segment"
            ),
        };
    }
    page
}

fn state(segment: &SegmentReport) -> String {
    if !segment.readable {
        return "its head is damaged: nothing of it can be read".to_owned();
    }
    if segment.damaged_frames == 0 {
        return "ok".to_owned();
    }
    let points = &segment.damaged_points;
    format!(
        "{} damaged frames with {} samples, {} histograms, {} exemplars",
        segment.damaged_frames, points.samples, points.histograms, points.exemplars
    )
}

/// Unix milliseconds as UTC to the second.
fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| ms.to_string(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}
