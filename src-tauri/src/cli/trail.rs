//! `winnow why`, `doctor` and `audit`: where a value comes from, and whether the library is sound.
//!
//! Repairs only what the engine can make again.

use super::failure::{Failure, INCOMPLETE};
use super::ingest;
use super::output::Output;
use super::table::{Left, Table};
use crate::library::Library;
use chrono::{DateTime, SecondsFormat};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::process::ExitCode;
use winnow_contract::command::GetWhy;
use winnow_contract::trail::{LineageStep, RowKind};
use winnow_engine::{Check, Verified};

#[derive(Debug, Args)]
pub struct Why {
    /// Any id: asset, location, chunk, finding, review item, annotation, decision
    id: String,
    /// What was derived from it, instead of what it came from
    #[arg(long)]
    down: bool,
}

#[derive(Debug, Serialize)]
struct Chain {
    chain: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct Step {
    row: String,
    by: String,
    model: Option<String>,
    input_hash: Option<String>,
    at: String,
    kind: RowKind,
    what: String,
}

impl From<LineageStep> for Step {
    fn from(step: LineageStep) -> Self {
        let LineageStep { row, kind, by, model, input_hash, at, what } = step;
        Self { row, by, model, input_hash, at: moment(at), kind, what: what.sentence() }
    }
}

/// UTC milliseconds as RFC 3339.
pub fn moment(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub fn why(library: &Library, ask: Why, out: &mut Output) -> Result<ExitCode, Failure> {
    let lineage = library.read()?.ask(GetWhy { id: ask.id, down: ask.down })?;
    let chain = Chain { chain: lineage.chain.into_iter().map(Step::from).collect() };
    out.answer(&chain, |chain| chain.chain.iter().map(in_words).collect::<Vec<_>>().join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn in_words(step: &Step) -> String {
    let model = step.model.as_ref().map(|model| format!(" with {model}")).unwrap_or_default();
    let by = if step.by.is_empty() { String::new() } else { format!(", by {}{model}", step.by) };
    format!("{}\n    {} {}{by}, {}", step.what, step.kind, step.row, step.at)
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// Read the originals too and compare their hashes
    #[arg(long)]
    read_data: bool,
    /// Make again what can be made again
    #[arg(long)]
    repair: bool,
}

#[derive(Debug, Serialize)]
struct Checked {
    check: &'static str,
    ok: bool,
    detail: String,
}

impl From<Check> for Checked {
    fn from(check: Check) -> Self {
        Self { check: check.name, ok: check.ok, detail: check.detail }
    }
}

pub fn doctor(library: &Library, ask: &Doctor, out: &mut Output) -> Result<ExitCode, Failure> {
    let engine = if ask.repair { library.write()? } else { library.read()? };
    let checks: Vec<_> = engine.examine(ask.read_data, ask.repair)?.into_iter().map(Checked::from).collect();
    let table = Table::new([Left(""), Left("check"), Left("found")]);
    out.answers(&checks, table, |line| [if line.ok { "ok" } else { "FAULT" }.to_owned(), line.check.to_owned(), line.detail.clone()])?;
    // Pictures that are made again are jobs; who asked for the repair waits for them.
    let settled = !ask.repair || engine.is_settled()? || ingest::settle(&engine, out)?;
    Ok(sound(settled && checks.iter().all(|check| check.ok)))
}

fn sound(ok: bool) -> ExitCode {
    if ok { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) }
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Walk the chain of what happened
    Verify,
}

#[derive(Debug, Serialize)]
struct Walked {
    events: i64,
    head: String,
    ok: bool,
    broken: Option<Broken>,
}

#[derive(Debug, Serialize)]
struct Broken {
    event: i64,
    why: &'static str,
}

impl From<Verified> for Walked {
    fn from(verified: Verified) -> Self {
        let broken = verified.broken.map(|(event, why)| Broken { event, why });
        Self { events: verified.events, head: verified.head, ok: broken.is_none(), broken }
    }
}

impl Walked {
    fn in_words(&self) -> String {
        match &self.broken {
            None => format!("{} events, unbroken. Head: {}", self.events, self.head),
            Some(broken) => format!("BROKEN at event {}: {}.", broken.event, broken.why),
        }
    }
}

pub fn audit(library: &Library, Audit::Verify: Audit, out: &mut Output) -> Result<ExitCode, Failure> {
    let walked = Walked::from(library.read()?.verify_audit()?);
    out.answer(&walked, Walked::in_words)?;
    Ok(sound(walked.ok))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_universal_time() {
        assert_eq!(moment(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(moment(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
    }
}
