//! Search: from what a person typed, or an asset, to the places that answer it, by words and by meaning.
//!
//! `query` reads what was typed, `spaced` makes words of writing without spaces, `fuse` brings both lists together (all pure),
//! `hit` shows what was found; the rows are in `catalog`.

pub mod fuse;
pub mod hit;
pub mod meaning;
pub mod query;
pub mod spaced;

pub(crate) use hit::at;

use crate::catalog::near::{Near, Scope};
use crate::catalog::{assets, facets, facts, filter, vectors, words};
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use fuse::{Lists, Match, fuse};
use hit::{Nearest, Shown};
use meaning::{Meant, Question};
use query::Query;
use rusqlite::Connection;
use winnow_contract::Words;
use winnow_contract::command::{FindSpot, Search, Similar};
use winnow_contract::search::{Evidence, SearchMode, SearchPage};

/// Hits whose sentence nearest in meaning is looked for at once; each costs a handful of embeddings while a person waits. For any
/// other it is when it is opened.
const LOOKED_AT: u32 = 3;

/// What answers by its meaning.
#[derive(Default)]
struct ByMeaning {
    /// None when it takes no part.
    question: Option<Question>,
    near: Vec<Near>,
    /// Nothing is clearly alike.
    faint: bool,
    /// Why it takes no part, or not wholly.
    note: Option<Words>,
}

impl ByMeaning {
    /// Its places go to the others. What is only faintly alike is shown where there is nothing else, and the note says so.
    fn join(&mut self, lists: &mut Lists) {
        if self.near.is_empty()
            || self.faint && !(lists.texts.is_empty() && lists.names.is_empty() && lists.facts.is_empty() && lists.beside.is_empty())
        {
            return;
        }
        (lists.near, lists.faint) = (std::mem::take(&mut self.near), self.faint);
        if self.faint {
            self.note = Some(Words::new("meaning_faint"));
        }
    }
}

impl Engine {
    /// Assets that hold every term in their texts, names or properties, and those whose texts mean the same, best first; a page of them.
    pub(crate) fn search(&self, ask: &Search) -> Result<SearchPage> {
        filter::check(&ask.filter)?;
        let Some(query) = Query::parse(&ask.query) else { return Ok(SearchPage::default()) };
        std::thread::scope(|both| {
            // Somebody waits: both ways at once.
            let meaning = both.spawn(|| self.by_meaning(&query, ask));
            self.read(|catalog| {
                let mut lists = Lists::default();
                if ask.mode != SearchMode::Semantic {
                    let found = words::in_assets(catalog, self.owners(), &query, &ask.filter)?;
                    (lists.texts, lists.beside) = (found.places, found.beside);
                    lists.names = words::in_names(catalog, &query, &ask.filter)?;
                    lists.facts = facts::in_facts(catalog, &query, &ask.filter)?;
                }
                let mut meant = meaning.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                meant.join(&mut lists);
                let question = meant.question.filter(|_| !ask.hurried);
                let nearest = |sentences: &[&str]| self.nearest(question.as_ref()?, sentences);
                page(catalog, &fuse(lists), Some((&query, &nearest)), ask.offset, ask.limit, meant.note)
            })
        })
    }

    /// By meaning alone there is no answer without a model; else words have to do.
    fn by_meaning(&self, query: &Query, ask: &Search) -> Result<ByMeaning> {
        // Signs only: whoever typed them wants exactly that.
        if ask.mode == SearchMode::Lexical || ask.mode == SearchMode::Hybrid && !query.plain {
            return Ok(ByMeaning::default());
        }
        match self.near(query, ask)? {
            Ok(found) => Ok(found),
            Err(words) if ask.mode == SearchMode::Semantic => Err(EngineError::Refused(words)),
            Err(words) => Ok(ByMeaning { note: Some(words), ..ByMeaning::default() }),
        }
    }

    fn near(&self, query: &Query, ask: &Search) -> Result<Meant<ByMeaning>> {
        let question = match self.question(&query.text)? {
            Ok(question) => question,
            Err(words) => return Ok(Err(words)),
        };
        let note = self.incomplete()?;
        let scope = Scope { filter: &ask.filter, unwanted: &query.unwanted, except: None };
        // While somebody types, what is only faintly alike would come and go.
        let near = match ask.hurried {
            true => self.read(|catalog| question.near(catalog, &scope))?.map(|near| (near, false)),
            false => self.read(|catalog| question.near_or_faint(catalog, &scope))?,
        };
        Ok(near.map(|(near, faint)| ByMeaning { question: Some(question), near, faint, note }))
    }

    /// The spot of the sentence nearest to a question, in the passage that a spot is in.
    pub(crate) fn find_spot(&self, ask: FindSpot) -> Result<Evidence> {
        let FindSpot { query, at } = ask;
        let (Some(query), Some(extraction), Some(start)) = (Query::parse(&query), &at.extraction, at.start) else { return Ok(at) };
        let Ok(question) = self.question(&query.text)? else { return Ok(at) };
        let nearest = |sentences: &[&str]| self.nearest(&question, sentences);
        let found = self.read(|catalog| match words::place_at(catalog, extraction, start)? {
            Some(place) => hit::spot(catalog, &place, &query, &nearest).map(Some),
            None => Ok(None),
        })?;
        Ok(found.unwrap_or(at))
    }

    /// Assets whose texts mean most nearly the same as those of one.
    pub(crate) fn similar(&self, ask: &Similar) -> Result<SearchPage> {
        filter::check(&ask.filter)?;
        let space = self.meaning()?.map_err(EngineError::Refused)?;
        let (exists, lengths) =
            self.read(|catalog| Ok((assets::exists(catalog, &ask.asset)?, vectors::of_asset(catalog, &space.id, &ask.asset)?)))?;
        if !exists {
            return Err(EngineError::not_found(ask.asset.as_str()));
        }
        let Some(vector) = meaning::mean(lengths.iter().map(|(characters, vector)| (*characters, vector.as_slice()))) else {
            let note = self.incomplete()?.unwrap_or_else(|| Words::new("no_text"));
            return Ok(SearchPage { note: Some(note), ..SearchPage::default() });
        };
        let question = self.question_of(space, vector).map_err(EngineError::Refused)?;
        let note = self.incomplete()?;
        self.read(|catalog| {
            let scope = Scope { filter: &ask.filter, unwanted: &[], except: Some(&ask.asset) };
            let near = question.near(catalog, &scope)?.map_err(EngineError::Refused)?;
            page(catalog, &fuse(Lists { near, ..Lists::default() }), None, ask.offset, ask.limit, note)
        })
    }
}

fn page(
    catalog: &Connection,
    found: &[Match],
    query: Option<(&Query, Nearest<'_>)>,
    offset: u32,
    limit: u32,
    note: Option<Words>,
) -> Result<SearchPage> {
    let best = found.first().map_or(1.0, |first| first.score);
    let mut hits = Vec::new();
    for (rank, found) in (1u32..).zip(found).skip(offset as usize).take(limit as usize) {
        let nearest = query.map(|(_, nearest)| nearest).filter(|_| rank <= LOOKED_AT);
        let shown = Shown { found, rank, score: found.score / best, query: query.map(|(query, _)| query), nearest };
        hits.extend(hit::hit(catalog, &shown)?);
    }
    let facets = facets::over(catalog, found.iter().map(|found| &found.asset))?;
    Ok(SearchPage {
        hits,
        total: u32::try_from(found.len()).unwrap_or(u32::MAX),
        by_kind: facets.by_kind,
        by_label: facets.by_label,
        by_folder: facets.by_folder,
        by_language: facets.by_language,
        with_findings: facets.with_findings,
        note,
    })
}
