//! `winnow search`: words in texts and names.
//!
//! There is no index of meanings yet: `hybrid` answers by words alone, and `semantic` is refused.

use super::failure::Failure;
use super::lines::Spot;
use super::output::Output;
use super::table::score;
use super::{Filter, words};
use crate::library::Library;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::process::ExitCode;
use winnow_contract::asset::{AssetFilter, MediaKind};
use winnow_contract::command::{self, PAGE_LIMIT};
use winnow_contract::id::AssetId;
use winnow_contract::search::{Hit, HitWhy};
use winnow_engine::Engine;

#[derive(Debug, Args)]
pub struct Search {
    /// Words that must all be there
    #[arg(required = true)]
    query: Vec<String>,
    #[arg(long, value_enum, default_value_t = Mode::Hybrid)]
    mode: Mode,
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: u32,
    #[command(flatten)]
    filter: Filter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Hybrid,
    Semantic,
    Lexical,
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
    if ask.mode == Mode::Semantic {
        return Err(words::error("no_meaning_model").hint("hint_search_words").into());
    }
    let hits = hits(&*library.read()?, &ask.query.join(" "), &ask.filter.wanted(), ask.limit)?;
    if hits.is_empty() {
        out.say("Nothing was found.");
    }
    for hit in hits {
        out.answer(&Line::from(hit), in_words)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The first `limit` hits, page by page.
fn hits(engine: &Engine, query: &str, filter: &AssetFilter, limit: u32) -> Result<Vec<Hit>, Failure> {
    let mut hits = Vec::new();
    while hits.len() < limit as usize {
        let offset = hits.len() as u32;
        let ask = command::Search { query: query.to_owned(), mode: winnow_contract::search::SearchMode::Lexical, filter: filter.clone(), offset, limit: PAGE_LIMIT.min(limit - offset) };
        let page = engine.ask(ask)?.hits;
        if page.is_empty() {
            break;
        }
        hits.extend(page);
    }
    Ok(hits)
}

fn in_words(line: &Line) -> String {
    let page = line.evidence.page.map(|page| format!(", page {page}")).unwrap_or_default();
    let snippet = line.snippet.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{:>3}. {}  {}{page}\n           {snippet}", line.rank, score(line.score), line.path)
}
