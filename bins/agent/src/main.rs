//! The push agent: reads config.alloy and pushes metrics and logs home.
//!
//! One file per subcommand; each returns its exit code. It is not: aware of any component; those are the pipeline's.

mod cli;
mod console;
mod fmt;
mod logging;
mod run;
mod trial;
mod validate;
mod wal;

use std::process::ExitCode;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes and go to standard output; clap knows which is which.
            let _ = error.print();
            return console::exit(!error.use_stderr());
        }
    };
    match cli.command {
        Command::Run(flags) => run::run(&flags),
        Command::Try(flags) => trial::run(&flags),
        Command::Validate(flags) => validate::run(&flags),
        Command::Fmt(flags) => fmt::run(&flags),
        Command::Wal(flags) => wal::run(&flags),
    }
}
