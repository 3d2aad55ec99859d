//! `winnow search` and `winnow similar`: words in texts and names, places that mean the same, and assets that are alike.
//!
//! Ranks nothing itself.

use super::assets::find;
use super::failure::Failure;
use super::lines::{At, Spot};
use super::output::Output;
use super::table::score;
use super::{Filter, words};
use crate::library::Library;
use clap::Args;
use serde::Serialize;
use std::ffi::OsString;
use std::process::ExitCode;
use winnow_contract::ApiError;
use winnow_contract::asset::MediaKind;
use winnow_contract::command::{self, PAGE_LIMIT};
use winnow_contract::id::AssetId;
use winnow_contract::search::{Hit, HitWhy, SearchMode, SearchPage};

#[derive(Debug, Args)]
pub struct Search {
    /// Words, or what is meant
    #[arg(required = true)]
    query: Vec<String>,
    /// By words and meaning, by meaning alone, or by words alone
    #[arg(long, default_value_t = SearchMode::Hybrid, value_parser = words::one_of(SearchMode::ALL, SearchMode::as_str))]
    mode: SearchMode,
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: u32,
    #[command(flatten)]
    filter: Filter,
}

#[derive(Debug, Args)]
pub struct Similar {
    /// Id or path
    asset: OsString,
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: u32,
    #[command(flatten)]
    filter: Filter,
}

#[derive(Debug, Serialize)]
struct Line {
    rank: u32,
    asset: AssetId,
    path: String,
    score: f32,
    why: HitWhy,
    snippet: String,
    evidence: Spot,
    kind: MediaKind,
}

impl From<Hit> for Line {
    fn from(hit: Hit) -> Self {
        Self {
            rank: hit.rank,
            asset: hit.asset,
            path: hit.path,
            score: hit.score,
            why: hit.why,
            snippet: hit.snippet.into_iter().map(|part| part.text).collect(),
            evidence: hit.evidence.into(),
            kind: hit.kind,
        }
    }
}

pub fn run(library: &Library, ask: Search, out: &mut Output) -> Result<ExitCode, Failure> {
    let (engine, query) = (library.read()?, ask.query.join(" "));
    let filter = ask.filter.wanted(&engine)?;
    print(ask.limit, out, |offset, limit| {
        engine.ask(command::Search { query: query.clone(), mode: ask.mode, filter: filter.clone(), offset, limit, hurried: false })
    })
}

pub fn similar(library: &Library, ask: Similar, out: &mut Output) -> Result<ExitCode, Failure> {
    let engine = library.read()?;
    let filter = ask.filter.wanted(&engine)?;
    let asset = find(&engine, &ask.asset)?;
    print(ask.limit, out, |offset, limit| engine.ask(command::Similar { asset: asset.clone(), filter: filter.clone(), offset, limit }))
}

/// Prints the first `wanted` hits, asked for page by page, and what could not take part.
fn print(wanted: u32, out: &mut Output, page: impl Fn(u32, u32) -> Result<SearchPage, ApiError>) -> Result<ExitCode, Failure> {
    let mut shown = 0;
    while shown < wanted {
        let found = page(shown, PAGE_LIMIT.min(wanted - shown))?;
        if let Some(note) = found.note.filter(|_| shown == 0) {
            out.say(note.sentence());
        }
        if found.hits.is_empty() {
            break;
        }
        for hit in found.hits {
            out.answer(&Line::from(hit), in_words)?;
            shown += 1;
        }
    }
    if shown == 0 && wanted > 0 {
        out.say("Nothing was found.");
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(line: &Line) -> String {
    // Of a film the page is the second of a key frame, which is said already.
    let page = line.evidence.page.filter(|_| line.evidence.t0.is_none());
    let page = page.map(|page| format!(", page {page}")).unwrap_or_default();
    let time = line.evidence.t0.map(|t0| format!(", at {}", clock(t0))).unwrap_or_default();
    let snippet = line.snippet.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = line.evidence.place.as_ref().and_then(At::in_words).map(|place| format!(", {place}")).unwrap_or_default();
    format!("{:>3}. {}  {}{page}{time}{place}\n           {snippet}", line.rank, score(line.score), line.path)
}

/// Seconds as a player shows them.
fn clock(seconds: f32) -> String {
    let whole = seconds.max(0.0) as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
