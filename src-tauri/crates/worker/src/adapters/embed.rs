//! Texts to vectors in one child process that keeps its model warm, with a channel of its own for what a person typed.
//!
//! Which model is installed is asked of whoever keeps them; vectors are neither stored nor compared here.

use super::declined;
use crate::limits::{Fault, Watch};
use crate::link::Line;
use crate::pool::{Load, Opening, Pool};
use crate::protocol::Reply;
use crate::{EmbedModel, FindEmbedModel};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use winnow_contract::model::ProviderRow;
use winnow_contract::worker::{Answer, Confinement, Loaded, Role, Work};
use winnow_engine::ports::{CallLimits, Cancel, Embedder, Space, StageError};

/// What is missing when no model is installed.
const NO_MODEL: &str = "embedding model";
/// Texts of one frame, so that a wish to stop is heard soon.
const FRAME: usize = 64;
/// Bytes of a text for each token that the model takes; what comes later cannot be within its reach, words of a hundred
/// letters excepted. Keeps what is sent, and the time a text takes, within bounds.
const BYTES_A_TOKEN: usize = 64;
/// For a query to a process that is warm.
const QUERY: CallLimits = CallLimits { seconds: 5, memory_mb: 1500, recycle_after: u32::MAX };
/// For a query that has to start the process.
const FIRST_QUERY: CallLimits = CallLimits { seconds: 30, memory_mb: 1500, recycle_after: u32::MAX };
/// By how much the length of a vector may differ from 1.
const UNIT: f32 = 1e-3;

type Vectors = Vec<Vec<f32>>;

/// Embeds texts in a child process.
pub struct EmbedWorkers {
    pool: Pool,
    find: FindEmbedModel,
    /// The second channel to the process that runs, if one does.
    aside: Mutex<Option<Line>>,
    provider: Mutex<Option<ProviderRow>>,
}

impl EmbedWorkers {
    /// Starts nothing. One process is enough: it works with as many threads as its model is given.
    pub(crate) fn new(program: &Path, find: FindEmbedModel) -> Self {
        Self { pool: Pool::new(program, Role::Embed, 1), find, aside: Mutex::default(), provider: Mutex::default() }
    }

    /// Process ids of the workers that run now.
    pub fn pids(&self) -> Vec<u32> {
        self.pool.pids()
    }

    fn model(&self) -> Result<EmbedModel, StageError> {
        (self.find)().ok_or_else(|| StageError::Missing(NO_MODEL.to_owned()))
    }

    /// One frame over the main channel; starts a process when none runs.
    fn frame(&self, model: &EmbedModel, texts: &[String], limits: CallLimits, cancel: &Cancel) -> Result<Vectors, StageError> {
        let loaded = |_, loaded: Loaded| *locked(&self.provider) = loaded.provider;
        let opening = Opening { models: &model.files, loaded: &loaded, aside: Some(&self.aside) };
        let load = Load { work: request(model, texts), blob: &[], files: &[], opening: Some(&opening) };
        self.pool.call(&load, limits, cancel, |reply| embedded(reply, texts.len(), model.dimensions))
    }

    /// Over the second channel; none when there is none, or its process is gone.
    fn aside(&self, model: &EmbedModel, texts: &[String]) -> Option<Result<Vectors, StageError>> {
        let mut aside = locked(&self.aside);
        let mut line = aside.take()?;
        let cancel = Cancel::default();
        let mut watch = Watch::new(line.pid(), QUERY, &cancel);
        let told = line.exchange(&request(model, texts), &[], &[], &mut watch);
        match told.and_then(|reply| embedded(reply, texts.len(), model.dimensions).ok_or(Fault::Lost)) {
            Ok(told) => {
                *aside = Some(line);
                Some(told)
            }
            Err(Fault::Lost) => None,
            Err(fault @ (Fault::Timeout | Fault::Memory | Fault::Cancelled)) => Some(Err(fault.told(QUERY))),
        }
    }
}

impl Embedder for EmbedWorkers {
    fn space(&self) -> Option<Space> {
        (self.find)().map(|model| Space { card: model.files.card, dimensions: model.dimensions })
    }

    fn embed(&self, texts: &[String], limits: CallLimits, cancel: &Cancel) -> Result<Vectors, StageError> {
        let model = self.model()?;
        let mut vectors = Vec::with_capacity(texts.len());
        for frame in texts.chunks(FRAME) {
            vectors.extend(self.frame(&model, frame, limits, cancel)?);
        }
        Ok(vectors)
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, StageError> {
        let (model, texts) = (self.model()?, [text.to_owned()]);
        let vectors = match self.aside(&model, &texts) {
            Some(told) => told?,
            None => self.frame(&model, &texts, FIRST_QUERY, &Cancel::default())?,
        };
        Ok(vectors.into_iter().next().expect("BUG: as many vectors as texts"))
    }

    fn provider(&self) -> Option<ProviderRow> {
        locked(&self.provider).clone()
    }

    fn confinement(&self) -> Option<Confinement> {
        self.pool.confinement()
    }
}

fn request(model: &EmbedModel, texts: &[String]) -> Work {
    let bytes = BYTES_A_TOKEN * model.files.max_tokens as usize;
    Work::Embed { texts: texts.iter().map(|text| text[..text.floor_char_boundary(bytes)].to_owned()).collect() }
}

fn embedded((answer, blob): Reply, expected: usize, dimensions: u32) -> Option<Result<Vectors, StageError>> {
    match answer {
        Answer::Embedded { count, dimensions: found } if count as usize == expected && found == dimensions => {
            vectors(&blob, expected, dimensions as usize).map(Ok)
        }
        Answer::Embedded { .. } => None,
        other => declined(other),
    }
}

/// The vectors in a blob; none unless it is exactly that many, each of unit length.
fn vectors(blob: &[u8], count: usize, dimensions: usize) -> Option<Vectors> {
    if dimensions == 0 || blob.len() != count * dimensions * 4 {
        return None;
    }
    let vectors: Vectors = blob.chunks_exact(dimensions * 4).map(floats).collect();
    vectors.iter().all(|vector| is_unit(vector)).then_some(vectors)
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect()
}

fn is_unit(vector: &[f32]) -> bool {
    (vector.iter().map(|value| value * value).sum::<f32>().sqrt() - 1.0).abs() <= UNIT
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::Words;
    use winnow_contract::worker::ModelFiles;

    fn blob(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[test]
    fn only_vectors_of_the_right_number_and_length_are_believed() {
        let check = |count: u32, dimensions: u32, values: &[f32], expected: Option<Vectors>| {
            let reply = (Answer::Embedded { count, dimensions }, blob(values));
            assert_eq!(embedded(reply, 2, 2), expected.map(Ok), "{count} × {dimensions}: {values:?}");
        };
        check(2, 2, &[1.0, 0.0, 0.6, 0.8], Some(vec![vec![1.0, 0.0], vec![0.6, 0.8]]));
        check(1, 2, &[1.0, 0.0], None);
        check(2, 1, &[1.0, 1.0], None);
        check(2, 2, &[1.0, 0.0, 0.6], None);
        check(2, 2, &[1.0, 0.0, 1.0, 1.0], None);
        check(2, 2, &[1.0, 0.0, f32::NAN, 0.0], None);
        check(2, 2, &[1.0, 0.0, 0.0, 0.0], None);
    }

    #[test]
    fn a_refusal_is_told() {
        let refused = (Answer::Refused { reason: Words::new("model_unusable") }, Vec::new());
        assert_eq!(embedded(refused, 1, 2), Some(Err(StageError::Broken(Words::new("model_unusable")))));
        assert_eq!(embedded((Answer::Attached, Vec::new()), 1, 2), None);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let files = ModelFiles { card: String::new(), files: Vec::new(), threads: 1, providers: Vec::new(), max_tokens: 1 };
        let model = EmbedModel { files, dimensions: 2 };
        let long = "ä".repeat(100).replacen('ä', "a", 1);
        let expected = &long[..63];
        assert_eq!(request(&model, std::slice::from_ref(&long)), Work::Embed { texts: vec![expected.to_owned()] });
    }
}
