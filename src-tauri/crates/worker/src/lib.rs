//! Implements the engine's ports `Decode` and `Ocr` over child processes, and holds their limits.
//!
//! Reads no file and loads no model itself: everything hostile or native happens in `winnow-worker`. A worker that dies,
//! hangs or swells costs the one call it was working on. Works on Unix; elsewhere every call answers
//! `worker_unavailable` (not tried). Resident memory is limited on Linux only.

mod adapters;
mod find;
mod limits;
mod link;
mod pool;
mod protocol;

pub use adapters::{DecodeWorkers, OcrWorkers};

use std::io;
use std::path::Path;
use std::sync::Arc;

/// The ports of one application, sharing one worker program.
pub struct Workers {
    pub decode: Arc<DecodeWorkers>,
    pub ocr: Arc<OcrWorkers>,
}

impl Workers {
    /// Workers run from `winnow-worker` beside the running program, or from what `WINNOW_WORKER` names. Widths are
    /// processes side by side; 0 is one for each processor. One process of each role is started to ask its version.
    ///
    /// # Errors
    /// When there is no worker program, or it does not decode. A missing Tesseract is no error: its card says so.
    pub fn find(decode_width: usize, ocr_width: usize) -> io::Result<Self> {
        Self::at(&find::program()?, decode_width, ocr_width)
    }

    /// The same with the worker program at `program`.
    ///
    /// # Errors
    /// As `find`.
    pub fn at(program: &Path, decode_width: usize, ocr_width: usize) -> io::Result<Self> {
        let decode = DecodeWorkers::start(program, decode_width)?;
        Ok(Self { decode: Arc::new(decode), ocr: Arc::new(OcrWorkers::start(program, ocr_width)) })
    }
}
