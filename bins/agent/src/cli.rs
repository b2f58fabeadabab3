//! The command line: subcommands and what they take. Reads nothing but its arguments.

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::{fmt, run, trial, validate, wal};

const ABOUT: &str = "Pushes a host's metrics and logs home, configured by an Alloy file";

const AFTER_HELP: &str = "\
Examples:
  outpost run config.alloy             run the agent
  outpost try                          see it work, with nothing prepared
  outpost validate config.alloy        check a file without running it
  outpost fmt -w config.alloy          tidy a file
  outpost wal data-alloy               what waits on disk to be sent, and whether it is whole

Signals of `run`: SIGHUP reads the configuration again, SIGINT and SIGTERM stop.";

/// Everything the command line says.
#[derive(Debug, Parser)]
#[command(
    name = "outpost",
    version,
    about = ABOUT,
    after_help = AFTER_HELP,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the agent on a configuration file, or on all *.alloy files of a directory
    Run(Box<run::Flags>),
    /// Try it on this machine: the agent, a development receiver, and a look at what flows
    Try(trial::Flags),
    /// Check configuration files: everything that `run` checks before it starts
    Validate(validate::Flags),
    /// Print a configuration file in the usual layout, or rewrite it
    #[command(visible_alias = "format")]
    Fmt(fmt::Flags),
    /// Show what waits on disk to be sent, and check every frame of it
    Wal(wal::Flags),
}

// === impl Cli ===

impl Cli {
    /// Reads the arguments of this process.
    ///
    /// The error knows whether it is a request for help or a mistake, and where its text belongs.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let mut matches = Self::command().try_get_matches()?;
        let mut cli = Self::from_arg_matches_mut(&mut matches.clone())?;
        if let (Command::Run(flags), Some((_, of_run))) =
            (&mut cli.command, matches.remove_subcommand())
        {
            flags.note_ineffective(&of_run);
        }
        Ok(cli)
    }
}

/// The stability level, as several subcommands take it.
#[derive(Clone, Debug, Args)]
pub(crate) struct StabilityFlag {
    /// Least finished things that may be used: generally-available, public-preview or experimental
    #[arg(
        long = "stability.level",
        value_name = "LEVEL",
        default_value = "generally-available"
    )]
    pub(crate) stability: outpost_pipeline::Stability,
}
