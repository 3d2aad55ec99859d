//! Search by meaning: a question as a vector, and the chunks nearest to it.
//!
//! The index only proposes: what does not live any more, or does not pass the filter, is left out here.

use crate::catalog::near::{self, Near, Scope};
use crate::catalog::vectors::{self, StoredSpace};
use crate::engine::Engine;
use crate::error::Result;
use crate::ports::{StageError, VectorIndex};
use crate::projection::guarded;
use rusqlite::Connection;
use std::collections::HashSet;
use std::sync::Arc;
use winnow_contract::Words;

/// Chunks that take part at most: meaning must not flood what words found.
const NEAREST: usize = 200;
/// With a filter so many times as many are asked for first …
const WIDER: usize = 4;
/// … and then so many times, unless few chunks pass it: …
const WIDEST: usize = 16;
/// … then those are compared one by one.
const FEW: u32 = 20_000;

/// When nothing is as near as `meaning_floor`, so many assets may answer all the same, marked as faint: …
const FEW_FAINT: usize = 3;
/// … those from this share of the floor on.
///
/// Measured with MiniLM-L6 v2 and 60 questions. 4,096 passages that have nothing to do with them (200 to 900 characters, whatever
/// their length) have cosines of .02 on average, one in a hundred above .20 and one in a thousand above .27; of 30 texts of two to
/// four words, the nearest wrong one has .23 on average. Of 50 right answers 40 reach .25, five have .22 or more, and five less
/// than .18, most of them behind wrong ones. So the default floor of .25 holds for short texts as for long ones, and below four
/// fifths of it there is nothing but chance.
const FAINT: f32 = 0.8;

/// Sentences of one passage that are compared with a question.
const SENTENCES: usize = 10;

/// An answer, or why meaning takes no part.
pub type Meant<T> = std::result::Result<T, Words>;

/// A vector to look for.
pub struct Question {
    vector: Vec<f32>,
    space: StoredSpace,
    index: Arc<dyn VectorIndex>,
    /// Chunks less near than this are not alike.
    floor: f32,
}

impl Engine {
    /// The space that is searched, when it is the one of the model in use.
    pub(crate) fn meaning(&self) -> Result<Meant<StoredSpace>> {
        let Some(model) = self.ports().embedder.space().filter(|_| self.settings().embed.enabled) else {
            return Ok(Err(Words::new("no_meaning_model")));
        };
        self.read(|catalog| {
            let active = vectors::active(catalog)?.filter(|space| space.card == model.card && space.dimensions == model.dimensions);
            match active {
                Some(space) => Ok(Ok(space)),
                None => Ok(Err(Words::new("meaning_incomplete").with("waiting", vectors::chunks(catalog)?))),
            }
        })
    }

    /// What a person typed, as a vector.
    pub(crate) fn question(&self, text: &str) -> Result<Meant<Question>> {
        let space = match self.meaning()? {
            Ok(space) => space,
            Err(words) => return Ok(Err(words)),
        };
        let embedded = guarded(|| self.ports().embedder.embed_query(text).map_err(reason));
        Ok(embedded.and_then(|vector| self.question_of(space, vector)))
    }

    pub(crate) fn question_of(&self, space: StoredSpace, vector: Vec<f32>) -> Meant<Question> {
        let odd = || Words::new("internal").with("why", "the model gave no vector of its length");
        let vector = vectors::unit(&vector).filter(|vector| vector.len() == space.dimensions as usize).ok_or_else(odd)?;
        let index = self.index(&space)?;
        Ok(Question { vector, space, index, floor: self.settings().search.meaning_floor })
    }

    /// Which sentence is nearest to a question; none when the model does not answer. Of a long passage only the first are tried.
    pub(crate) fn nearest(&self, question: &Question, sentences: &[&str]) -> Option<usize> {
        let cosine = |sentence: &&str| -> Option<f32> {
            let vector = guarded(|| self.ports().embedder.embed_query(sentence).map_err(reason)).ok()?;
            Some(vectors::dot(&question.vector, &vector))
        };
        let cosines: Vec<f32> = sentences.iter().take(SENTENCES).map(cosine).collect::<Option<_>>()?;
        (0..cosines.len()).max_by(|one, other| cosines[*one].total_cmp(&cosines[*other]))
    }

    /// Says so when not every live text can be found by meaning yet.
    pub(crate) fn incomplete(&self) -> Result<Option<Words>> {
        let healing = self.writer().is_ok() && !self.projection().is_whole();
        let waiting = self.read(vectors::lag)?;
        Ok((healing || waiting > 0).then(|| Words::new("meaning_incomplete").with("waiting", waiting)))
    }
}

fn reason(error: StageError) -> Words {
    match error {
        StageError::Retry(words) | StageError::Broken(words) | StageError::Crashed(words) | StageError::Refused { reason: words, .. } => {
            words
        }
        StageError::Missing(_) => Words::new("no_meaning_model"),
        StageError::Cancelled => Words::new("cancelled"),
    }
}

impl Question {
    /// The nearest chunks that may answer, best first.
    pub fn near(&self, catalog: &Connection, scope: &Scope<'_>) -> Result<Meant<Vec<Near>>> {
        self.near_from(self.floor, catalog, scope)
    }

    fn near_from(&self, floor: f32, catalog: &Connection, scope: &Scope<'_>) -> Result<Meant<Vec<Near>>> {
        let first = if scope.is_all() { NEAREST } else { NEAREST * WIDER };
        let (near, complete) = match self.propose(floor, catalog, scope, first)? {
            Ok(found) => found,
            Err(words) => return Ok(Err(words)),
        };
        // Without a filter only earlier versions are left out; seldom are they most of what is near.
        let enough = if scope.is_all() { NEAREST / 2 } else { NEAREST };
        if complete || near.len() >= enough {
            return Ok(Ok(near));
        }
        if near::are_few(catalog, scope, FEW)? {
            return near::exact(catalog, &self.space.id, &self.vector, floor, NEAREST, scope).map(Ok);
        }
        Ok(self.propose(floor, catalog, scope, NEAREST * WIDEST)?.map(|(near, _)| near))
    }

    /// The same; when nothing reaches the floor, the few that nearly do, and true.
    pub fn near_or_faint(&self, catalog: &Connection, scope: &Scope<'_>) -> Result<Meant<(Vec<Near>, bool)>> {
        match self.near_from(self.floor, catalog, scope)? {
            Ok(near) if near.is_empty() => {
                let near = self.near_from(self.floor * FAINT, catalog, scope)?;
                Ok(near.map(few).map(|near| (near, true)))
            }
            found => Ok(found.map(|near| (near, false))),
        }
    }

    /// What of the index's first `count` may answer, and whether nothing behind them can be near enough.
    fn propose(&self, floor: f32, catalog: &Connection, scope: &Scope<'_>, count: usize) -> Result<Meant<(Vec<Near>, bool)>> {
        let mut found = match guarded(|| self.index.nearest(&self.vector, count)) {
            Ok(found) => found,
            Err(words) => return Ok(Err(words)),
        };
        let asked = found.len();
        found.retain(|(_, cosine)| *cosine >= floor);
        let complete = asked < count || found.len() < asked;
        let mut near = near::places(catalog, &found, scope)?;
        near.truncate(NEAREST);
        Ok(Ok((near, complete)))
    }
}

/// The places of the first few assets.
fn few(near: Vec<Near>) -> Vec<Near> {
    let mut assets = HashSet::new();
    let among = |(place, _): &Near| assets.contains(&place.asset) || assets.len() < FEW_FAINT && assets.insert(place.asset.clone());
    near.into_iter().filter(among).collect()
}

/// The mean of vectors, each as heavy as its text is long (in characters), at unit length; none without vectors.
pub fn mean<'a>(parts: impl Iterator<Item = (u32, &'a [f32])>) -> Option<Vec<f32>> {
    let mut sum: Vec<f32> = Vec::new();
    for (characters, vector) in parts {
        sum.resize(vector.len(), 0.0);
        sum.iter_mut().zip(vector).for_each(|(sum, value)| *sum += characters as f32 * value);
    }
    vectors::unit(&sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::words::Place;

    #[test]
    fn a_few_assets_are_faintly_alike() {
        let check = |assets: &[&str], expected: &[&str]| {
            let place = |asset: &str| Place {
                chunk: 0,
                asset: asset.into(),
                extraction: "e".into(),
                start: 0,
                end: 1,
                page: None,
                t0: None,
                t1: None,
            };
            let near = few(assets.iter().map(|asset| (place(asset), 0.2)).collect());
            assert_eq!(near.iter().map(|(place, _)| place.asset.as_str()).collect::<Vec<_>>(), expected);
        };
        check(&[], &[]);
        check(&["a", "b"], &["a", "b"]);
        check(&["a", "a", "b", "c", "d", "a"], &["a", "a", "b", "c", "a"]);
    }

    #[test]
    fn a_longer_text_weighs_more() {
        let check = |parts: &[(u32, Vec<f32>)], expected: Option<Vec<f32>>| {
            assert_eq!(mean(parts.iter().map(|(characters, vector)| (*characters, vector.as_slice()))), expected);
        };
        check(&[], None);
        check(&[(5, vec![0.0, 1.0])], Some(vec![0.0, 1.0]));
        check(&[(3, vec![1.0, 0.0]), (4, vec![0.0, 1.0])], Some(vec![0.6, 0.8]));
        check(&[(3, vec![1.0, 0.0]), (3, vec![-1.0, 0.0])], None);
    }
}
