//! `winnow models`: what reads for the engine, whether it is there, and where it came from.
//!
//! The readers of this version come with the program and the system; packs of models are not taken in yet.

use super::failure::Failure;
use super::output::Output;
use super::table::{Left, Right, Table, size};
use super::words;
use clap::Subcommand;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use winnow_contract::{ApiError, Words};
use winnow_engine::ports::{Decode, Ocr};
use winnow_workers::Workers;

#[derive(Debug, Subcommand)]
pub enum Models {
    /// Every card with its state
    List,
    /// Check that everything is there
    Verify,
    /// Take in a model pack: a folder with cards and files
    Import {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Debug, Serialize)]
struct Line {
    card: String,
    task: &'static str,
    state: &'static str,
    /// Not known of what belongs to the system.
    bytes: Option<i64>,
    licence: &'static str,
    source: &'static str,
}

pub fn run(ask: Models, out: &mut Output) -> Result<ExitCode, Failure> {
    match ask {
        Models::List => print(&lines(), out),
        Models::Verify => {
            let lines = lines();
            print(&lines, out)?;
            verify(&lines)
        }
        Models::Import { folder } => import(&folder),
    }
}

/// The readers of this version.
fn lines() -> [Line; 2] {
    let workers = Workers::find(1, 1).ok();
    let card = |card: Option<&str>| card.unwrap_or("winnow-worker (missing)").to_owned();
    let decode = card(workers.as_ref().map(|workers| workers.decode.card()));
    let ocr = card(workers.as_ref().map(|workers| workers.ocr.card()));
    [
        Line { state: state(&decode), card: decode, task: "decode", bytes: None, licence: env!("CARGO_PKG_LICENSE"), source: "built in" },
        Line { state: state(&ocr), card: ocr, task: "ocr", bytes: None, licence: "Apache-2.0", source: "the system" },
    ]
}

fn state(card: &str) -> &'static str {
    if card.contains("missing") { "missing" } else { "ready" }
}

fn print(lines: &[Line], out: &mut Output) -> Result<ExitCode, Failure> {
    let table = Table::new([Left("card"), Left("task"), Left("state"), Right("size"), Left("licence"), Left("source")]);
    out.answers(lines, table, |line| {
        let bytes = line.bytes.map(size).unwrap_or_default();
        [line.card.clone(), line.task.to_owned(), line.state.to_owned(), bytes, line.licence.to_owned(), line.source.to_owned()]
    })?;
    Ok(ExitCode::SUCCESS)
}

fn verify(lines: &[Line]) -> Result<ExitCode, Failure> {
    match lines.iter().find(|line| line.state == "missing") {
        Some(line) => Err(ApiError::new(&Words::new("model_missing").with("card", &line.card)).into()),
        None => Ok(ExitCode::SUCCESS),
    }
}

fn import(folder: &Path) -> Result<ExitCode, Failure> {
    let code = if folder.is_dir() { words::error("no_model_pack") } else { words::no_such_path(folder) };
    Err(code.into())
}
