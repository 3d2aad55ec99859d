//! The command line: its arguments, and which file answers which command. The contract is stable; additions are free.
//!
//! Knows no rules; every command is a request to the engine and a way to print its view.

mod assets;
mod failure;
mod ingest;
mod lines;
mod members;
mod models;
mod output;
mod pii;
mod review;
mod search;
mod status;
mod table;
mod trail;
mod unlock;
mod watch;
mod words;

use crate::library::Library;
use crate::places;
use clap::{Args, Parser, Subcommand};
use failure::Failure;
use output::Output;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use winnow_contract::asset::{AssetFilter, AssetState, MediaKind};
use winnow_contract::command::GetStatus;
use winnow_contract::id::FolderId;
use winnow_contract::{ApiError, Words};
use winnow_engine::{Engine, paths};

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
    /// Watched folders, and following them
    #[command(subcommand)]
    Watch(watch::Watch),
    /// Counts and lags
    Status,
    /// Every asset
    Assets(Filter),
    /// What was found in an asset: attachments of a message, members of an archive
    Members {
        /// Id or path
        asset: OsString,
    },
    /// Open an asset that needs a password. The password is read from standard input, or asked for where nobody sees it; it is
    /// kept in memory only
    Unlock {
        /// Id or path
        asset: OsString,
    },
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
    /// Find words in texts, names and properties, and places that mean the same
    Search(search::Search),
    /// The assets that are most alike in meaning
    Similar(search::Similar),
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
    /// Only assets in this language (ISO 639-1)
    #[arg(long)]
    pub language: Option<String>,
    /// Only assets with findings (true), or without (false)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub has_findings: Option<bool>,
    /// Only files last changed on or after this day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = words::day)]
    pub since: Option<String>,
    /// Only files last changed on or before this day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = words::day)]
    pub until: Option<String>,
    /// Only files in this added folder
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Only what was found in this asset, at any depth, and the asset itself (id or path)
    #[arg(long, value_name = "ASSET")]
    pub inside: Option<OsString>,
}

impl Filter {
    /// The filter as the engine takes it.
    ///
    /// # Errors
    /// When the folder is none that was added, or there is no such asset.
    fn wanted(self, engine: &Engine) -> Result<AssetFilter, Failure> {
        let Self { state, kind, label, language, has_findings, since, until, folder, inside } = self;
        let folder = folder.map(|folder| added(engine, &folder)).transpose()?;
        let inside = inside.map(|asset| assets::find(engine, &asset)).transpose()?;
        Ok(AssetFilter { state, kind, label, folder, waiting: false, language, has_findings, since, until, inside })
    }
}

/// The id of a folder that was added.
fn added(engine: &Engine, folder: &Path) -> Result<FolderId, Failure> {
    let wanted = folder.canonicalize().map_err(|_| words::no_such_path(folder))?;
    let shown = paths::display(&paths::to_bytes(&wanted));
    let folders = engine.ask(GetStatus {})?.folders;
    let found = folders.into_iter().find(|row| row.path == shown).map(|row| row.id);
    found.ok_or_else(|| ApiError::new(&Words::new("not_added").with("folder", shown)).into())
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
    let library = || -> Result<Library, Failure> {
        let folder = places::library(global.library.as_deref())?;
        Ok(Library::at(folder, places::models(global.models.as_deref())))
    };
    match command {
        Command::Ingest(ask) => ingest::run(&library()?, ask, out),
        Command::Watch(ask) => watch::run(&library()?, ask, out),
        Command::Status => status::run(&library()?, out),
        Command::Assets(filter) => assets::list(&library()?, filter, out),
        Command::Members { asset } => members::run(&library()?, &asset, out),
        Command::Unlock { asset } => unlock::run(&library()?, &asset, out),
        Command::Show { asset } => assets::show(&library()?, &asset, out),
        Command::Text { asset } => assets::text(&library()?, &asset, out),
        Command::Search(ask) => search::run(&library()?, ask, out),
        Command::Similar(ask) => search::similar(&library()?, ask, out),
        Command::Review(ask) => review::run(&library()?, ask, out),
        Command::Why(ask) => trail::why(&library()?, ask, out),
        Command::Pii(ask) => pii::run(ask, out),
        Command::Models(ask) => models::run(global.models.as_deref(), ask, out),
        Command::Doctor(ask) => trail::doctor(&library()?, &ask, out),
        Command::Audit(ask) => trail::audit(&library()?, ask, out),
    }
}

#[cfg(test)]
mod tests;
