//! What the engine needs from outside, as traits it owns. Real adapters live in `worker`; readable fakes in `testing.rs`.
//!
//! No stage knows how a port is implemented; a port never writes to the catalog.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use winnow_contract::Words;
use winnow_contract::asset::MediaKind;
use winnow_contract::worker::{DecodeRequest, Decoded, OcrPage, OcrRequest};

/// Set when work should stop soon; long work asks it now and then.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why a stage gave no outcome, named by what the runner should do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageError {
    /// Try again after a pause; after the third time the reason stands as the failure.
    Retry(Words),
    /// The input cannot be done; trying again would end the same.
    Broken(Words),
    /// The same, and what kind of content it is is known all the same.
    Refused { reason: Words, kind: MediaKind, media_type: String },
    /// A model or tool is not installed.
    Missing(String),
    /// Something that the work happened in died (a worker): counts as a crash of the job.
    Crashed(Words),
    /// Stopped by the user; the job waits as if it had never begun.
    Cancelled,
}

/// Limits of one call into a worker; the parent enforces them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallLimits {
    /// Wall clock.
    pub seconds: u32,
    /// Resident memory of the process.
    pub memory_mb: u32,
    /// Replace the process after this many calls.
    pub recycle_after: u32,
}

/// A decoded file: the head, and the pictures one after the other as `head.renditions` says.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedFile {
    pub head: Decoded,
    pub blob: Vec<u8>,
}

/// Hostile bytes to text, facts and pictures.
pub trait Decode: Send + Sync {
    /// Decoder and version: part of the job's fingerprint, so that a new decoder reads again.
    fn card(&self) -> &str;
    /// Decodes an opened file. The descriptor is handed over as it is; the path is never known to the decoder.
    fn decode(&self, request: &DecodeRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DecodedFile, StageError>;
}

/// Words and boxes from a page image (JPEG or PNG).
pub trait Ocr: Send + Sync {
    /// Engine and version without languages, e.g. `tesseract 5.3.0`.
    fn card(&self) -> &str;
    fn read(&self, request: &OcrRequest, image: &[u8], limits: CallLimits, cancel: &Cancel) -> Result<OcrPage, StageError>;
}

/// UTC milliseconds.
pub trait Clock: Send + Sync {
    fn now_ms(&self) -> i64;
}

/// New row ids: UUIDv7 as text, ascending.
pub trait Ids: Send + Sync {
    fn next(&self) -> String;
}

/// Everything the engine needs from outside.
#[derive(Clone)]
pub struct Ports {
    pub decode: Arc<dyn Decode>,
    pub ocr: Arc<dyn Ocr>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

/// The computer's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// UUIDv7, ascending also within one millisecond.
pub struct SystemIds;

impl Ids for SystemIds {
    fn next(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }
}
