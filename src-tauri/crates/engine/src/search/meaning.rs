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
        let first = if scope.is_all() { NEAREST } else { NEAREST * WIDER };
        let (near, complete) = match self.propose(catalog, scope, first)? {
            Ok(found) => found,
            Err(words) => return Ok(Err(words)),
        };
        // Without a filter only earlier versions are left out; seldom are they most of what is near.
        let enough = if scope.is_all() { NEAREST / 2 } else { NEAREST };
        if complete || near.len() >= enough {
            return Ok(Ok(near));
        }
        if near::are_few(catalog, scope, FEW)? {
            return near::exact(catalog, &self.space.id, &self.vector, self.floor, NEAREST, scope).map(Ok);
        }
        Ok(self.propose(catalog, scope, NEAREST * WIDEST)?.map(|(near, _)| near))
    }

    /// What of the index's first `count` may answer, and whether nothing behind them can be near enough.
    fn propose(&self, catalog: &Connection, scope: &Scope<'_>, count: usize) -> Result<Meant<(Vec<Near>, bool)>> {
        let mut found = match guarded(|| self.index.nearest(&self.vector, count)) {
            Ok(found) => found,
            Err(words) => return Ok(Err(words)),
        };
        let asked = found.len();
        found.retain(|(_, cosine)| *cosine >= self.floor);
        let complete = asked < count || found.len() < asked;
        let mut near = near::places(catalog, &found, scope)?;
        near.truncate(NEAREST);
        Ok(Ok((near, complete)))
    }
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
