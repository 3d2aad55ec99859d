//! Page images through Tesseract.
//!
//! The words are not judged here; only whether they lie in the text.

use super::{card, declined};
use crate::pool::{Load, Opening, Pool};
use crate::protocol::Reply;
use std::path::Path;
use winnow_contract::worker::{Answer, Confinement, ModelFiles, OcrPage, OcrRequest, Role, Work};
use winnow_engine::ports::{CallLimits, Cancel, Ocr, StageError};

/// The card of a reader that is not there.
const NO_OCR: &str = "tesseract (missing)";

/// Reads page images in child processes.
pub struct OcrWorkers {
    pool: Pool,
    card: String,
}

impl OcrWorkers {
    /// Starts one worker and asks its version; without an answer the card says that it is missing.
    pub(crate) fn start(program: &Path, width: usize) -> Self {
        let pool = Pool::new(program, Role::Ocr, width);
        let card = card(&pool).unwrap_or_else(|error| {
            tracing::warn!(?error, "no worker for reading pages");
            NO_OCR.to_owned()
        });
        Self { pool, card }
    }

    /// Process ids of the workers that run now: those at work, then those that wait.
    pub fn pids(&self) -> Vec<u32> {
        self.pool.pids()
    }
}

impl Ocr for OcrWorkers {
    fn card(&self) -> &str {
        &self.card
    }

    fn read(&self, request: &OcrRequest, image: &[u8], limits: CallLimits, cancel: &Cancel) -> Result<OcrPage, StageError> {
        let models = languages(request);
        let opening = Opening { models: &models, loaded: &|_, _| {}, aside: None };
        let load = Load { work: Work::Ocr(request.clone()), blob: image, files: &[], opening: Some(&opening) };
        self.pool.call(&load, limits, cancel, read)
    }

    fn confinement(&self) -> Option<Confinement> {
        self.pool.confinement()
    }
}

/// The data that a process loads, once: afterwards it can open no file. Other languages are another process's.
fn languages(request: &OcrRequest) -> ModelFiles {
    ModelFiles { card: request.languages.clone(), files: Vec::new(), threads: 1, providers: Vec::new(), max_tokens: 0 }
}

fn read((answer, _): Reply) -> Option<Result<OcrPage, StageError>> {
    match answer {
        Answer::Read(page) => stands(&page).then_some(Ok(page)),
        other => declined(other),
    }
}

/// Every word lies in the text.
fn stands(page: &OcrPage) -> bool {
    let characters = page.text.chars().count();
    page.words.iter().all(|word| word.start <= word.end && word.end as usize <= characters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::asset::Span;

    #[test]
    fn an_answer_that_does_not_fit_together_is_not_believed() {
        let word = Span { start: 0, end: 3, page: Some(1), ..Span::default() };
        let page =
            |text: &str| OcrPage { card: String::new(), text: text.to_owned(), words: vec![word.clone()], confidence: None, turned: 0 };
        assert!(stands(&page("äöü")));
        assert!(!stands(&page("äö")));
        assert!(read((Answer::Read(page("")), Vec::new())).is_none());
        assert!(read((Answer::Ready { card: String::new(), confinement: None }, Vec::new())).is_none());
    }

    #[test]
    fn missing_data_is_nobodys_fault() {
        let missing = Answer::Missing { card: "tesseract deu".to_owned() };
        assert_eq!(read((missing, Vec::new())), Some(Err(StageError::Missing("tesseract deu".to_owned()))));
    }
}
