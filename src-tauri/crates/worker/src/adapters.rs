//! The engine's ports over pools of workers.
//!
//! An answer is believed only as far as it fits together: a worker that read hostile bytes may say anything.

use crate::pool::{Load, Pool};
use crate::protocol::Reply;
use std::fs::File;
use std::io;
use std::path::Path;
use winnow_contract::worker::{Answer, DecodeRequest, Decoded, OcrPage, OcrRequest, Role, SoundRequest, Work};
use winnow_engine::ports::{CallLimits, Cancel, Decode, DecodedFile, DecodedSound, Ocr, StageError};

/// For asking a worker which version it is.
const HELLO: CallLimits = CallLimits { seconds: 30, memory_mb: 1000, recycle_after: u32::MAX };
/// The card of a reader that is not there.
const NO_OCR: &str = "tesseract (missing)";

/// Decodes files in child processes.
pub struct DecodeWorkers {
    pool: Pool,
    card: String,
}

/// Reads page images in child processes.
pub struct OcrWorkers {
    pool: Pool,
    card: String,
}

impl DecodeWorkers {
    /// Starts one worker and asks its version.
    pub(crate) fn start(program: &Path, width: usize) -> io::Result<Self> {
        let pool = Pool::new(program, Role::Decode, width);
        let card = card(&pool).map_err(|error| io::Error::other(format!("winnow-worker does not answer: {error:?}")))?;
        Ok(Self { pool, card })
    }

    /// Process ids of the workers that run now: those at work, then those that wait.
    pub fn pids(&self) -> Vec<u32> {
        self.pool.pids()
    }
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

impl Decode for DecodeWorkers {
    fn card(&self) -> &str {
        &self.card
    }

    fn decode(&self, request: &DecodeRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DecodedFile, StageError> {
        let load = Load { work: Work::Decode(request.clone()), blob: &[], file: Some(&file) };
        self.pool.call(&load, limits, cancel, decoded)
    }

    fn sound(&self, _: &SoundRequest, _: File, _: File, _: CallLimits, _: &Cancel) -> Result<DecodedSound, StageError> {
        Err(StageError::Missing("sound".to_owned()))
    }
}

impl Ocr for OcrWorkers {
    fn card(&self) -> &str {
        &self.card
    }

    fn read(&self, request: &OcrRequest, image: &[u8], limits: CallLimits, cancel: &Cancel) -> Result<OcrPage, StageError> {
        let load = Load { work: Work::Ocr(request.clone()), blob: image, file: None };
        self.pool.call(&load, limits, cancel, read)
    }
}

fn card(pool: &Pool) -> Result<String, StageError> {
    let load = Load { work: Work::Hello, blob: &[], file: None };
    pool.call(&load, HELLO, &Cancel::default(), |reply| match reply.0 {
        Answer::Ready { card } => Some(Ok(card)),
        other => declined(other),
    })
}

fn decoded((answer, blob): Reply) -> Option<Result<DecodedFile, StageError>> {
    match answer {
        Answer::Decoded(head) => fits(&head, &blob).then_some(Ok(DecodedFile { head, blob })),
        other => declined(other),
    }
}

fn read((answer, _): Reply) -> Option<Result<OcrPage, StageError>> {
    match answer {
        Answer::Read(page) => stands(&page).then_some(Ok(page)),
        other => declined(other),
    }
}

fn declined<T>(answer: Answer) -> Option<Result<T, StageError>> {
    match answer {
        Answer::Refused { reason } => Some(Err(StageError::Broken(reason))),
        Answer::Missing { card } => Some(Err(StageError::Missing(card))),
        Answer::Ready { .. }
        | Answer::Decoded(_)
        | Answer::Read(_)
        | Answer::Sounded(_)
        | Answer::Loaded(_)
        | Answer::Heard(_)
        | Answer::Embedded { .. }
        | Answer::Attached => None,
    }
}

/// The announced renditions are exactly the blob.
fn fits(head: &Decoded, blob: &[u8]) -> bool {
    let announced: u64 = head.renditions.iter().map(|rendition| u64::from(rendition.bytes)).sum();
    let has_size = head.renditions.iter().all(|rendition| rendition.width > 0 && rendition.height > 0);
    announced == blob.len() as u64 && has_size
}

/// Every word lies in the text.
fn stands(page: &OcrPage) -> bool {
    let characters = page.text.chars().count();
    page.words.iter().all(|word| word.start <= word.end && word.end as usize <= characters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::Words;
    use winnow_contract::asset::Span;

    #[test]
    fn an_answer_that_does_not_fit_together_is_not_believed() {
        let word = Span { start: 0, end: 3, page: Some(1), rect: None, t0: None, t1: None, confidence: None };
        let page =
            |text: &str| OcrPage { card: String::new(), text: text.to_owned(), words: vec![word.clone()], confidence: None, turned: 0 };
        assert!(stands(&page("äöü")));
        assert!(!stands(&page("äö")));
        assert!(read((Answer::Read(page("")), Vec::new())).is_none());
        assert!(read((Answer::Ready { card: String::new() }, Vec::new())).is_none());
    }

    #[test]
    fn a_refusal_is_the_files_fault_and_missing_data_is_nobodys() {
        let refused = Answer::Refused { reason: Words::new("damaged") };
        assert_eq!(decoded((refused, Vec::new())), Some(Err(StageError::Broken(Words::new("damaged")))));
        let missing = Answer::Missing { card: "tesseract deu".to_owned() };
        assert_eq!(read((missing, Vec::new())), Some(Err(StageError::Missing("tesseract deu".to_owned()))));
    }
}
