//! Search: from what a person typed, or an asset, to the places that answer it, by words and by meaning.
//!
//! `query` reads what was typed, `fuse` brings both lists together (both pure), `hit` shows what was found; the rows are in
//! `catalog`.

pub mod fuse;
pub mod hit;
pub mod meaning;
pub mod query;

pub(crate) use hit::at;

use crate::catalog::near::Scope;
use crate::catalog::{assets, facets, filter, vectors, words};
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use fuse::{Lists, Match, fuse};
use hit::{Nearest, Shown};
use meaning::Question;
use query::Query;
use rusqlite::Connection;
use winnow_contract::Words;
use winnow_contract::command::{Search, Similar};
use winnow_contract::search::{SearchMode, SearchPage};

/// Hits whose sentence nearest in meaning is looked for; each costs a handful of embeddings while a person waits.
const LOOKED_AT: u32 = 3;

/// A vector to look for, if meaning takes part, and why it does not, or not wholly.
type Asked = (Option<Question>, Option<Words>);

impl Engine {
    /// Assets that hold every term in their texts or names, and those whose texts mean the same, best first; a page of them.
    pub(crate) fn search(&self, ask: &Search) -> Result<SearchPage> {
        filter::check(&ask.filter)?;
        let Some(query) = Query::parse(&ask.query) else { return Ok(SearchPage::default()) };
        let (question, note) = self.asked(&query, ask.mode)?;
        self.read(|catalog| {
            let mut note = note;
            let mut lists = Lists::default();
            if ask.mode != SearchMode::Semantic {
                lists.texts = words::in_texts(catalog, &query, &ask.filter)?;
                lists.names = words::in_names(catalog, &query, &ask.filter)?;
            }
            if let Some(question) = &question {
                let scope = Scope { filter: &ask.filter, unwanted: &query.unwanted, except: None };
                match question.near(catalog, &scope)? {
                    Ok(near) => lists.near = near,
                    Err(words) if ask.mode == SearchMode::Semantic => return Err(EngineError::Refused(words)),
                    Err(words) => note = Some(words),
                }
            }
            let nearest = |sentences: &[&str]| self.nearest(question.as_ref().filter(|_| !ask.hurried)?, sentences);
            page(catalog, &fuse(lists), Some((&query, &nearest)), ask.offset, ask.limit, note)
        })
    }

    /// What is asked of the index. By meaning alone there is no answer without a model; else words have to do.
    fn asked(&self, query: &Query, mode: SearchMode) -> Result<Asked> {
        match mode {
            SearchMode::Lexical => return Ok((None, None)),
            // Signs only: whoever typed them wants exactly that.
            SearchMode::Hybrid if !query.plain => return Ok((None, None)),
            SearchMode::Hybrid | SearchMode::Semantic => {}
        }
        match self.question(&query.text)? {
            Ok(question) => Ok((Some(question), self.incomplete()?)),
            Err(words) if mode == SearchMode::Semantic => Err(EngineError::Refused(words)),
            Err(words) => Ok((None, Some(words))),
        }
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
