//! The shell around the engine: reads the arguments, then opens the window or runs a command.
//!
//! Holds no rules about assets, reviews or files; those are the engine's.

mod cli;
mod commands;
mod events;
mod library;
mod logging;
mod meanings;
mod media;
mod memory;
mod models;
mod places;
mod signals;
mod watcher;
mod window;
mod workers;

use clap::Parser;
use std::process::ExitCode;

/// What the program does: with a subcommand that, else the window.
#[must_use]
pub fn main() -> ExitCode {
    memory::keep_together();
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    match arguments.command {
        Some(command) => cli::run(&arguments.global, command),
        None => window::open(arguments.global.library.as_deref(), arguments.global.models.as_deref()),
    }
}

/// Help and version go to standard output, a wrong usage to standard error. A closed pipe is not an error.
fn explain(error: &clap::Error) -> ExitCode {
    drop(error.print());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
