//! `winnow models`: what reads, hears and understands for the engine, whether it is there, and where it came from.
//!
//! Needs no library. Downloads only what somebody asked for.

use super::failure::Failure;
use super::output::Output;
use super::table::{Left, Right, Table, size};
use super::words;
use crate::models;
use clap::Subcommand;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use winnow_contract::model::{ModelCardRow, ModelState, ModelTask, ModelsView};
use winnow_contract::{ApiError, Words};
use winnow_engine::cards::Models as Installed;
use winnow_engine::ports::{Decode, Ocr};
use winnow_workers::{Models as NoModels, Widths, Workers};

#[derive(Debug, Subcommand)]
pub enum Models {
    /// Every card with its state
    List,
    /// Read every file again and compare it with its card
    Verify {
        /// Models that have to be there
        #[arg(value_name = "CARD")]
        cards: Vec<String>,
    },
    /// Take in a model pack: a folder with cards and files
    Import {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Download models; without names, what is missing and on offer
    Fetch {
        #[arg(value_name = "CARD")]
        cards: Vec<String>,
    },
}

#[derive(Debug, Serialize)]
struct Line {
    card: String,
    task: &'static str,
    state: &'static str,
    /// Not known of what belongs to the system.
    bytes: Option<i64>,
    licence: String,
    source: String,
    name: Option<String>,
    attribution: Option<String>,
    languages: Vec<String>,
    limits: Option<String>,
    fetchable: bool,
    used: bool,
}

impl Line {
    fn reader(card: &str, task: ModelTask, licence: &str, source: &str) -> Self {
        let state = if card.contains("missing") { ModelState::Missing } else { ModelState::Ready };
        Self {
            card: card.to_owned(),
            task: task.as_str(),
            state: state.as_str(),
            bytes: None,
            licence: licence.to_owned(),
            source: source.to_owned(),
            name: None,
            attribution: None,
            languages: Vec::new(),
            limits: None,
            fetchable: false,
            used: state == ModelState::Ready,
        }
    }
}

impl Line {
    /// Its state, and which command brings what is missing.
    fn state_in_words(&self) -> String {
        let is_model = self.name.is_some();
        match (self.used, self.state == ModelState::Missing.as_str() && is_model) {
            (true, _) => format!("{}, used", self.state),
            (false, true) if self.fetchable => format!("{} (models fetch)", self.state),
            (false, true) => format!("{} (models import)", self.state),
            (false, false) => self.state.to_owned(),
        }
    }
}

impl From<ModelCardRow> for Line {
    fn from(row: ModelCardRow) -> Self {
        Self {
            card: row.card,
            task: row.task.as_str(),
            state: row.state.as_str(),
            bytes: Some(row.bytes),
            licence: row.licence,
            source: row.source,
            name: Some(row.name),
            attribution: Some(row.attribution),
            languages: row.languages,
            limits: Some(row.limits),
            fetchable: row.fetchable,
            used: row.used,
        }
    }
}

pub fn run(named: Option<&Path>, ask: Models, out: &mut Output) -> Result<ExitCode, Failure> {
    let models = models::open(named);
    match ask {
        Models::List => {
            let view = models.rows();
            let not_offered = not_offered(&view);
            let code = print(&lines(view), out)?;
            say_not_offered(not_offered, out);
            Ok(code)
        }
        Models::Verify { cards } => {
            let lines = lines(models.verify());
            print(&lines, out)?;
            verify(&models, &lines, &cards)
        }
        Models::Import { folder } => import(&models, &folder, out),
        Models::Fetch { cards } => fetch(&models, &cards, out),
    }
}

/// The readers, then every model card.
fn lines(view: ModelsView) -> Vec<Line> {
    let workers = Workers::find(Widths { decode: 1, ocr: 1 }, NoModels::none()).ok();
    let card = |card: Option<&str>| card.unwrap_or("winnow-worker (missing)").to_owned();
    let decode = card(workers.as_ref().map(|workers| workers.decode.card()));
    let ocr = card(workers.as_ref().map(|workers| workers.ocr.card()));
    let readers = [
        Line::reader(&decode, ModelTask::Decode, env!("CARGO_PKG_LICENSE"), "built in"),
        Line::reader(&ocr, ModelTask::Ocr, "Apache-2.0", "the system"),
    ];
    readers.into_iter().chain(view.rows.into_iter().map(Line::from)).collect()
}

fn print(lines: &[Line], out: &mut Output) -> Result<ExitCode, Failure> {
    let table = Table::new([Left("card"), Left("task"), Left("state"), Right("size"), Left("licence"), Left("source")]);
    out.answers(lines, table, |line| {
        let bytes = line.bytes.map(size).unwrap_or_default();
        [line.card.clone(), line.task.to_owned(), line.state_in_words(), bytes, line.licence.clone(), line.source.clone()]
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The readers have to be there, what is installed has to be right, and what was named has to be both.
fn verify(models: &Installed, lines: &[Line], named: &[String]) -> Result<ExitCode, Failure> {
    let refused = |code: &str, card: &str| -> Failure { ApiError::new(&Words::new(code).with("card", card)).into() };
    for name in named {
        let card = models.card(name).ok_or_else(|| refused("unknown_card", name))?;
        if models.state(&card) == ModelState::Missing {
            return Err(refused("model_missing", &card.versioned()));
        }
    }
    let damaged = lines.iter().find(|line| line.state == ModelState::Damaged.as_str());
    let missing = lines.iter().find(|line| line.name.is_none() && line.state == ModelState::Missing.as_str());
    match (damaged, missing) {
        (Some(line), _) => Err(refused("model_damaged", &line.card)),
        (None, Some(line)) => Err(refused("model_missing", &line.card)),
        (None, None) => Ok(ExitCode::SUCCESS),
    }
}

/// Prints the cards that were in the folder.
fn import(models: &Installed, folder: &Path, out: &mut Output) -> Result<ExitCode, Failure> {
    if !folder.is_dir() {
        return Err(words::no_folder(folder).into());
    }
    let imported = models.import(folder)?;
    for file in &imported.left_out {
        out.say(Words::new("file_left_out").with("file", file).sentence());
    }
    print_only(models, &imported.cards, out)
}

fn fetch(models: &Installed, cards: &[String], out: &mut Output) -> Result<ExitCode, Failure> {
    let fetched = models::fetch(models, cards, &mut |arrived| {
        out.progress(format!("{}: {} of {}", arrived.file, size(signed(arrived.bytes)), size(signed(arrived.of))));
    })?;
    let code = match fetched.is_empty() {
        true => {
            out.say(Words::new("nothing_to_fetch").sentence());
            ExitCode::SUCCESS
        }
        false => print_only(models, &fetched, out)?,
    };
    if cards.is_empty() {
        say_not_offered(not_offered(&models.rows()), out);
    }
    Ok(code)
}

/// Names of the models that a task lacks and no download brings.
fn not_offered(view: &ModelsView) -> Vec<String> {
    view.missing().filter(|(_, offered)| !offered).map(|(row, _)| row.name.clone()).collect()
}

fn say_not_offered(names: Vec<String>, out: &mut Output) {
    if !names.is_empty() {
        out.say(Words::new("cards_not_offered").with("cards", names.join("; ")).sentence());
    }
}

fn print_only(models: &Installed, cards: &[String], out: &mut Output) -> Result<ExitCode, Failure> {
    let rows = models.rows().rows.into_iter().filter(|row| cards.contains(&row.card));
    print(&rows.map(Line::from).collect::<Vec<_>>(), out)
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
