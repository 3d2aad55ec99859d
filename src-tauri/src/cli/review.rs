//! `winnow review`: what waits for a person, what a person says, and how to take it back.
//!
//! Decides nothing: verdicts are checked and carried out by the engine.

mod queue;

use super::failure::{Failure, INCOMPLETE};
use super::output::Output;
use super::{ingest, table, words};
use crate::library::Library;
use clap::{Args, Subcommand};
use queue::Line;
use serde::Serialize;
use std::process::ExitCode;
use winnow_contract::command::{self, GetReviewItem};
use winnow_contract::id::{DecisionId, ReviewItemId};
use winnow_contract::review::{Decided, ItemKind, Verdict};
use winnow_engine::{Engine, EngineError};

#[derive(Debug, Subcommand)]
pub enum Review {
    /// Open items, best first; those put off come last
    List {
        #[arg(long, value_parser = words::one_of(ItemKind::ALL, ItemKind::as_str))]
        kind: Option<ItemKind>,
        /// At most this many [default: all]
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Say what is right about an item
    Decide(Decide),
    /// Take back the last decisions
    Undo {
        #[arg(default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        count: u32,
    },
}

#[derive(Debug, Args)]
pub struct Decide {
    /// Its id, or the beginning of it
    item: String,
    #[arg(long, value_parser = words::one_of(Verdict::ALL, Verdict::as_str))]
    verdict: Verdict,
    /// The right value; of words that were read or heard, the right text of the whole page or stretch
    #[arg(long, allow_hyphen_values = true)]
    value: Option<String>,
    /// Decide every open item with the same value alike
    #[arg(long)]
    all_alike: bool,
    /// Only say how many items it would be
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Done {
    decision: Option<DecisionId>,
    item: ReviewItemId,
    verdict: Verdict,
    affected: u32,
    message: String,
}

impl From<Decided> for Done {
    fn from(decided: Decided) -> Self {
        let Decided { decision, item, verdict, affected, said } = decided;
        Self { decision, item, verdict, affected, message: said.sentence() }
    }
}

#[derive(Debug, Serialize)]
struct Undone {
    undone: Vec<DecisionId>,
    items: Vec<ReviewItemId>,
}

pub fn run(library: &Library, ask: Review, out: &mut Output) -> Result<ExitCode, Failure> {
    match ask {
        Review::List { kind, limit } => list(&*library.read()?, kind, limit.unwrap_or(usize::MAX), out)?,
        // A count changes nothing, so it is allowed beside whoever writes.
        Review::Decide(ask) if ask.dry_run => decide(&*library.read()?, ask, out)?,
        Review::Decide(ask) => return followed(library, out, |engine, out| decide(engine, ask, out)),
        Review::Undo { count } => return followed(library, out, |engine, out| undo(engine, count, out)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Does something, and what follows when it changed a text; where jobs wait already, that waits with them. Without workers it
/// waits too, and what was done stands.
fn followed(
    library: &Library,
    out: &mut Output,
    act: impl FnOnce(&Engine, &mut Output) -> Result<(), Failure>,
) -> Result<ExitCode, Failure> {
    let engine = library.write()?;
    let waiting = engine.has_jobs()?;
    act(&engine, out)?;
    if waiting || !engine.has_jobs()? {
        return Ok(ExitCode::SUCCESS);
    }
    let finished = match library.workers.ready() {
        Ok(_) => ingest::settle(&engine, out)?,
        Err(error) => {
            out.say(error);
            false
        }
    };
    Ok(if finished { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

fn list(engine: &Engine, kind: Option<ItemKind>, limit: usize, out: &mut Output) -> Result<(), Failure> {
    let rows = queue::open(engine, kind, limit)?;
    if rows.is_empty() {
        out.say("Nothing waits for a person.");
    }
    for (number, row) in rows.into_iter().enumerate() {
        out.answer(&Line::of(engine, row)?, |line| line.in_words(number + 1))?;
    }
    Ok(())
}

fn request(item: ReviewItemId, ask: Decide) -> command::Decide {
    let Decide { verdict, value, all_alike, dry_run, item: _ } = ask;
    command::Decide { item, verdict, value, all_alike, dry_run, took_ms: None }
}

fn decide(engine: &Engine, ask: Decide, out: &mut Output) -> Result<(), Failure> {
    let item = find(engine, &ask.item)?;
    let done = Done::from(engine.ask(request(item, ask))?);
    out.answer(&done, |done| match &done.decision {
        Some(decision) => format!("{}. ({decision})", done.message),
        None => format!("{} would be {}.", table::counted(done.affected as usize, "item"), done.verdict),
    })
}

fn undo(engine: &Engine, count: u32, out: &mut Output) -> Result<(), Failure> {
    let undone = engine.ask(command::Undo { count })?;
    let line = Undone { undone: undone.undone, items: undone.items };
    out.answer(&line, |line| {
        let (decisions, items) = (table::counted(line.undone.len(), "decision"), table::counted(line.items.len(), "item"));
        format!("{decisions} taken back; {items} open again.")
    })
}

/// The item with this id, or the only open one whose id begins so.
fn find(engine: &Engine, text: &str) -> Result<ReviewItemId, Failure> {
    let item = ReviewItemId::from(text);
    if engine.ask(GetReviewItem { item: item.clone() }).is_ok() {
        return Ok(item);
    }
    let open = queue::open(engine, None, usize::MAX)?;
    let mut alike = open.into_iter().map(|row| row.item).filter(|item| !text.is_empty() && item.as_str().starts_with(text));
    match (alike.next(), alike.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(EngineError::Refused(winnow_contract::Words::new("ambiguous_id").with("id", text)).into()),
        (None, _) => Err(EngineError::not_found(text).into()),
    }
}
