//! Implements the engine's ports `Decode`, `Ocr`, `Speech` and `Embedder` over child processes, and holds their limits.
//!
//! Reads no file and loads no model itself: everything hostile or native happens in `winnow-worker`. A worker that dies,
//! hangs or swells costs the one call it was working on. Works on Unix; elsewhere every call answers
//! `worker_unavailable` (not tried). Resident memory is limited on Linux only.

mod adapters;
mod film;
mod find;
mod limits;
mod link;
mod pool;
mod protocol;

pub use adapters::{DecodeWorkers, EmbedWorkers, OcrWorkers, SpeechWorkers};
pub use film::find_ffmpeg;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use winnow_contract::worker::ModelFiles;

/// Tells which model is installed for a task: its files, and the ISO 639-1 codes it covers (empty: all, or none of its
/// business); none when there is none. Asked before every call, so whoever answers keeps what it found.
pub type FindModel = Arc<dyn Fn() -> Option<(ModelFiles, Vec<String>)> + Send + Sync>;

/// Tells which model for texts is installed; none when there is none. Asked before every call, as above.
pub type FindEmbedModel = Arc<dyn Fn() -> Option<EmbedModel> + Send + Sync>;

/// Tells where a library or a program is; none when there is none. Asked whenever it is needed.
pub type FindLibrary = Arc<dyn Fn() -> Option<PathBuf> + Send + Sync>;

/// Tells which model for kinds of content is installed, with `runtime`, the library that runs it; none when there is none.
/// Asked whenever a process starts.
pub type FindKindModel = Arc<dyn Fn() -> Option<ModelFiles> + Send + Sync>;

/// A model for texts, as its card describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbedModel {
    /// The model's own files, and `runtime`: the library that runs it.
    pub files: ModelFiles,
    /// Length of its vectors.
    pub dimensions: u32,
}

/// Processes side by side; 0 is one for each processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Widths {
    pub decode: usize,
    pub ocr: usize,
}

/// The models of those workers that need some.
#[derive(Clone)]
pub struct Models {
    pub speech: FindModel,
    pub embed: FindEmbedModel,
    /// For the decoder.
    pub pdf: FindLibrary,
    /// For the decoder too.
    pub kinds: FindKindModel,
    /// The program that reads films, e.g. what [`find_ffmpeg`] finds.
    pub ffmpeg: FindLibrary,
}

impl Models {
    /// Nothing is installed.
    pub fn none() -> Self {
        Self {
            speech: Arc::new(|| None),
            embed: Arc::new(|| None),
            pdf: Arc::new(|| None),
            kinds: Arc::new(|| None),
            ffmpeg: Arc::new(|| None),
        }
    }
}

/// The ports of one application, sharing one worker program.
pub struct Workers {
    pub decode: Arc<DecodeWorkers>,
    pub ocr: Arc<OcrWorkers>,
    pub speech: Arc<SpeechWorkers>,
    pub embed: Arc<EmbedWorkers>,
}

impl Workers {
    /// Workers run from `winnow-worker` beside the running program, or from what `WINNOW_WORKER` names. One process that
    /// decodes and one that reads pages are started to ask their version; models are loaded when they are needed first.
    ///
    /// # Errors
    /// When there is no worker program, or it does not decode. A missing Tesseract is no error: its card says so.
    pub fn find(widths: Widths, models: Models) -> io::Result<Self> {
        Self::at(&find::program()?, widths, models)
    }

    /// The same with the worker program at `program`.
    ///
    /// # Errors
    /// As `find`.
    pub fn at(program: &Path, widths: Widths, models: Models) -> io::Result<Self> {
        Ok(Self {
            decode: Arc::new(DecodeWorkers::start(program, widths.decode, &models)?),
            ocr: Arc::new(OcrWorkers::start(program, widths.ocr)),
            speech: Arc::new(SpeechWorkers::new(program, models.speech)),
            embed: Arc::new(EmbedWorkers::new(program, models.embed)),
        })
    }
}
