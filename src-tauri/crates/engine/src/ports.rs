//! What the engine needs from outside, as traits it owns. Real adapters live in `worker`; readable fakes in `testing.rs`.
//!
//! No stage knows how a port is implemented; a port never writes to the catalog.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use winnow_contract::Words;
use winnow_contract::asset::MediaKind;
use winnow_contract::model::ProviderRow;
use winnow_contract::worker::{
    Confinement, DecodeRequest, Decoded, ExpandRequest, Expanded, HearRequest, Heard, OcrPage, OcrRequest, PageRequest, RenditionHead,
    SoundRequest, Sounded,
};

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

/// A decoded recording: the head, and its waveform.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedSound {
    pub head: Sounded,
    /// One byte for every twentieth of a second.
    pub waveform: Vec<u8>,
}

/// A page of a document as it was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnPage {
    pub head: RenditionHead,
    pub image: Vec<u8>,
}

/// A key frame of a film.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmFrame {
    /// Where it stands, in seconds from the start.
    pub at: f64,
    pub frame: DrawnPage,
}

/// Hostile bytes to text, facts, pictures and sound.
pub trait Decode: Send + Sync {
    /// Decoder and version: part of the job's fingerprint, so that a new decoder reads again.
    fn card(&self) -> &str;
    /// Decodes an opened file. The descriptor is handed over as it is; the path is never known to the decoder.
    fn decode(&self, request: &DecodeRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DecodedFile, StageError>;
    /// Decodes a recording into a WAV file of 16 kHz. Only descriptors are handed over.
    fn sound(
        &self,
        request: &SoundRequest,
        file: File,
        into: File,
        limits: CallLimits,
        cancel: &Cancel,
    ) -> Result<DecodedSound, StageError>;
    /// Draws one page of a document.
    fn page(&self, request: &PageRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DrawnPage, StageError>;
    /// Writes the members of a container into `into`, one behind the other.
    fn expand(&self, request: &ExpandRequest, file: File, into: File, limits: CallLimits, cancel: &Cancel) -> Result<Expanded, StageError>;
    /// At most `count` key frames of a film, spread over its length.
    fn frames(&self, count: u32, file: File, limits: CallLimits, cancel: &Cancel) -> Result<Vec<FilmFrame>, StageError>;
    /// What holds the decoding processes back; none when there are none.
    fn confinement(&self) -> Option<Confinement>;
}

/// Words and boxes from a page image (JPEG or PNG).
pub trait Ocr: Send + Sync {
    /// Engine and version without languages, e.g. `tesseract 5.3.0`.
    fn card(&self) -> &str;
    fn read(&self, request: &OcrRequest, image: &[u8], limits: CallLimits, cancel: &Cancel) -> Result<OcrPage, StageError>;
    /// What holds its processes back; none while none has run.
    fn confinement(&self) -> Option<Confinement> {
        None
    }
}

/// Speech to text.
pub trait Speech: Send + Sync {
    /// The model in use; none when none is installed.
    fn card(&self) -> Option<SpeechCard>;
    /// Writes down what is said in a stretch of a 16 kHz WAV file.
    fn hear(&self, request: &HearRequest, sound: File, limits: CallLimits, cancel: &Cancel) -> Result<Heard, StageError>;
    /// What holds its processes back; none while none has run.
    fn confinement(&self) -> Option<Confinement> {
        None
    }
}

/// What the engine needs to know of a speech model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechCard {
    /// Id with version.
    pub card: String,
    /// ISO 639-1 codes it covers; empty: all.
    pub languages: Vec<String>,
}

/// Texts to vectors of unit length. The same text has the same vector whatever it is embedded together with.
pub trait Embedder: Send + Sync {
    /// The model in use; none when none is installed.
    fn space(&self) -> Option<Space>;
    /// Vectors in the order of the texts. Long texts are cut where the model ends.
    fn embed(&self, texts: &[String], limits: CallLimits, cancel: &Cancel) -> Result<Vec<Vec<f32>>, StageError>;
    /// The same for what a person typed: answered at once, whatever else is being embedded.
    fn embed_query(&self, text: &str) -> Result<Vec<f32>, StageError>;
    /// What it runs on, once it has run.
    fn provider(&self) -> Option<ProviderRow>;
    /// What holds its processes back; none while none has run.
    fn confinement(&self) -> Option<Confinement> {
        None
    }
}

/// An embedding space: one model card in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// Id with version of the card.
    pub card: String,
    pub dimensions: u32,
}

/// Opens vector indexes.
pub trait Vectors: Send + Sync {
    /// The index of a space in a folder of its own, made when there is none. One that cannot be read is made anew, empty: it is
    /// a projection, and whoever opens it compares it with the truth.
    fn open(&self, folder: &Path, dimensions: u32) -> Result<Arc<dyn VectorIndex>, Words>;
}

/// The vectors of one space by chunk id. One thread writes, any number search.
pub trait VectorIndex: Send + Sync {
    /// Adds vectors, replacing those of the same chunks. Ids are distinct within a call.
    fn put(&self, rows: &[(String, Vec<f32>)]) -> Result<(), Words>;
    /// Removes the vectors of chunks; unknown ones are no error.
    fn remove(&self, chunks: &[String]) -> Result<(), Words>;
    /// The chunks whose vectors have the greatest cosine with this one, best first, with it.
    fn nearest(&self, vector: &[f32], count: usize) -> Result<Vec<(String, f32)>, Words>;
    /// Every chunk id that is in it, in any order.
    fn chunks(&self) -> Result<Vec<String>, Words>;
    /// How many there are.
    fn count(&self) -> Result<usize, Words>;
    /// Compacts files and, from the measured switch point on, trains or extends the index. Cheap when there is nothing to do.
    fn maintain(&self) -> Result<(), Words>;
}

/// Tells that something happened in a folder. A hint: what is true is found out by looking.
pub trait Watcher: Send + Sync {
    /// Follows a folder with everything below; hints go to `hear`, and the first is `Rescan`, once nothing that happens from
    /// then on is missed. Returns at once; dropping the handle ends it.
    fn follow(&self, folder: &Path, hear: Arc<dyn Fn(Hint) + Send + Sync>) -> Result<Box<dyn Following>, Words>;
}

/// A folder that is followed.
pub trait Following: Send {
    /// The system tells of changes; without it the folder has to be scanned again and again (a network folder, say).
    fn is_told(&self) -> bool;
}

/// What a watcher says. Paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Something is or was at this path; it may still be written to.
    Touched(PathBuf),
    /// A file was closed after writing, or moved into place: it is complete.
    Complete(PathBuf),
    /// Hints were lost: everything has to be looked at.
    Rescan,
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
    pub speech: Arc<dyn Speech>,
    pub embedder: Arc<dyn Embedder>,
    pub vectors: Arc<dyn Vectors>,
    pub watcher: Arc<dyn Watcher>,
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

/// Reads, hears, embeds and follows nothing: for a library that is only looked at.
pub struct Absent;

impl Absent {
    /// Ports of which only the clock and the ids work.
    pub fn ports() -> Ports {
        Ports {
            decode: Arc::new(Self),
            ocr: Arc::new(Self),
            speech: Arc::new(Self),
            embedder: Arc::new(Self),
            vectors: Arc::new(Self),
            watcher: Arc::new(Self),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
        }
    }

    fn missing<T>() -> Result<T, StageError> {
        Err(StageError::Missing("winnow-worker".into()))
    }
}

impl Decode for Absent {
    fn card(&self) -> &str {
        "winnow-worker (missing)"
    }

    fn decode(&self, _: &DecodeRequest, _: File, _: CallLimits, _: &Cancel) -> Result<DecodedFile, StageError> {
        Self::missing()
    }

    fn sound(&self, _: &SoundRequest, _: File, _: File, _: CallLimits, _: &Cancel) -> Result<DecodedSound, StageError> {
        Self::missing()
    }

    fn page(&self, _: &PageRequest, _: File, _: CallLimits, _: &Cancel) -> Result<DrawnPage, StageError> {
        Self::missing()
    }

    fn expand(&self, _: &ExpandRequest, _: File, _: File, _: CallLimits, _: &Cancel) -> Result<Expanded, StageError> {
        Self::missing()
    }

    fn frames(&self, _: u32, _: File, _: CallLimits, _: &Cancel) -> Result<Vec<FilmFrame>, StageError> {
        Self::missing()
    }

    fn confinement(&self) -> Option<Confinement> {
        None
    }
}

impl Ocr for Absent {
    fn card(&self) -> &str {
        "winnow-worker (missing)"
    }

    fn read(&self, _: &OcrRequest, _: &[u8], _: CallLimits, _: &Cancel) -> Result<OcrPage, StageError> {
        Self::missing()
    }
}

impl Speech for Absent {
    fn card(&self) -> Option<SpeechCard> {
        None
    }

    fn hear(&self, _: &HearRequest, _: File, _: CallLimits, _: &Cancel) -> Result<Heard, StageError> {
        Self::missing()
    }
}

impl Embedder for Absent {
    fn space(&self) -> Option<Space> {
        None
    }

    fn embed(&self, _: &[String], _: CallLimits, _: &Cancel) -> Result<Vec<Vec<f32>>, StageError> {
        Self::missing()
    }

    fn embed_query(&self, _: &str) -> Result<Vec<f32>, StageError> {
        Self::missing()
    }

    fn provider(&self) -> Option<ProviderRow> {
        None
    }
}

impl Vectors for Absent {
    fn open(&self, _: &Path, _: u32) -> Result<Arc<dyn VectorIndex>, Words> {
        Err(Words::new("no_vectors"))
    }
}

impl Watcher for Absent {
    fn follow(&self, _: &Path, _: Arc<dyn Fn(Hint) + Send + Sync>) -> Result<Box<dyn Following>, Words> {
        Err(Words::new("no_watcher"))
    }
}
