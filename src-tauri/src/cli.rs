//! The command line: its arguments, and which file answers which command. The contract is stable; additions are free.
//!
//! Knows no rules; every command is a request to the engine and a way to print its view.

mod assets;
mod failure;
mod ingest;
mod lines;
mod models;
mod output;
mod pii;
mod review;
mod search;
mod status;
mod table;
mod trail;
mod words;

use crate::library::Library;
use crate::places;
use clap::{Args, Parser, Subcommand};
use failure::Failure;
use output::Output;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use winnow_contract::asset::{AssetFilter, AssetState, MediaKind};

/// What was typed.
#[derive(Debug, Parser)]
#[command(
    name = "winnow",
    version,
    about = "Curation and human review of inherited files, on your own computer.",
    after_help = "Without a command the window opens."
)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Folder of the library [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub library: Option<PathBuf>,
    /// Folder of the models [default: the platform's data folder, or WINNOW_MODELS]
    #[arg(long, global = true, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// One JSON object per line on standard output, and nothing else there
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing on standard error but errors
    #[arg(long, global = true)]
    pub quiet: bool,
}

/// What the program can do without a window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read files and folders, and wait until nothing is left to do
    Ingest(ingest::Ingest),
    /// Counts and lags
    Status,
    /// Every asset
    Assets(Filter),
    /// Everything known about one asset
    Show {
        /// Id or path
        asset: OsString,
    },
    /// The text of one asset
    Text {
        /// Id or path
        asset: OsString,
    },
    /// Find words in texts and names
    Search(search::Search),
    /// What waits for a person, and what was said
    #[command(subcommand)]
    Review(review::Review),
    /// Where a row comes from: from bytes to person
    Why(trail::Why),
    /// Sensitive data in a text, without a library
    #[command(subcommand)]
    Pii(pii::Pii),
    /// Model cards and their state
    #[command(subcommand)]
    Models(models::Models),
    /// Check the library, and repair what can be made again
    Doctor(trail::Doctor),
    /// The audit trail
    #[command(subcommand)]
    Audit(trail::Audit),
}

/// Which assets are meant; none of it means all.
#[derive(Debug, Default, Args)]
pub struct Filter {
    /// Only assets in this state
    #[arg(long, value_parser = words::one_of(AssetState::ALL, AssetState::as_str))]
    pub state: Option<AssetState>,
    /// Only assets of this kind
    #[arg(long, value_parser = words::one_of(MediaKind::ALL, MediaKind::as_str))]
    pub kind: Option<MediaKind>,
    /// Only assets with this label
    #[arg(long)]
    pub label: Option<String>,
}

impl Filter {
    /// The filter as the engine takes it.
    pub fn wanted(self) -> AssetFilter {
        AssetFilter { state: self.state, kind: self.kind, label: self.label, ..AssetFilter::default() }
    }
}

/// Carries out one command and gives the exit code of the contract.
pub fn run(global: &Global, command: Command) -> ExitCode {
    let mut out = Output::new(global.json, global.quiet);
    let done = dispatch(global, command, &mut out);
    let done = done.and_then(|code| out.flush().map(|()| code));
    match done {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn dispatch(global: &Global, command: Command, out: &mut Output) -> Result<ExitCode, Failure> {
    let library = || -> Result<Library, Failure> { Ok(Library::at(places::library(global.library.as_deref())?)) };
    match command {
        Command::Ingest(ask) => ingest::run(&library()?, ask, out),
        Command::Status => status::run(&library()?, out),
        Command::Assets(filter) => assets::list(&library()?, filter, out),
        Command::Show { asset } => assets::show(&library()?, &asset, out),
        Command::Text { asset } => assets::text(&library()?, &asset, out),
        Command::Search(ask) => search::run(&library()?, ask, out),
        Command::Review(ask) => review::run(&library()?, ask, out),
        Command::Why(ask) => trail::why(&library()?, ask, out),
        Command::Pii(ask) => pii::run(ask, out),
        Command::Models(ask) => models::run(ask, out),
        Command::Doctor(ask) => trail::doctor(&library()?, &ask, out),
        Command::Audit(ask) => trail::audit(&library()?, ask, out),
    }
}

#[cfg(test)]
mod tests;
