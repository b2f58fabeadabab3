//! Everything a contributor runs: `cargo xtask test`, `check`, `setup`, `bench`, `dist`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool"
)]

mod dist;
mod setup;
mod shell;
mod test;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask COMMAND

  test [ARGS…]   bring up the real parts, then run every test (ARGS go to `cargo test`)
  check          formatting, clippy and rustdoc, all warnings as errors
  setup          only fetch and start what the tests need, and say what is missing
  bench [ARGS…]  the criterion benches (ARGS go to `cargo bench`)
  dist           static binaries for x86_64 and aarch64 under target/dist

The real parts (Prometheus and the exporters from Debian's unstable suite, a Docker daemon with an image of a few
megabytes, nginx, MariaDB) are unpacked under target/ where that can be, and installed with apt-get where this runs as
root. What is missing is named at the end; with CI=true it is a failure.
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let result = match command.as_str() {
        "test" => test::run(&rest),
        "check" => test::check(),
        "setup" => setup::bring_up().map(|parts| println!("{parts}")),
        "bench" => shell::cargo(&["bench", "--package", "outpost-benches"], &rest),
        "dist" => dist::run(),
        _ => {
            print!("{HELP}");
            return if matches!(command.as_str(), "help" | "-h" | "--help") {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            };
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
