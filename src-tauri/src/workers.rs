//! The engine's ports over worker processes that are started when the first of them is asked for.
//!
//! A command that reads nothing new starts no process, and which model would be used is told without one.

use crate::meanings::Meanings;
use crate::watcher::SystemWatcher;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use winnow_contract::model::{ModelTask, ProviderRow};
use winnow_contract::worker::{
    Confinement, DecodeRequest, ExpandRequest, Expanded, HearRequest, Heard, OcrPage, OcrRequest, PageRequest, SoundRequest,
};
use winnow_contract::{ApiError, Words};
use winnow_engine::cards;
use winnow_engine::ports::{
    CallLimits, Cancel, Decode, DecodedFile, DecodedSound, DrawnPage, Embedder, FilmFrame, Ocr, Ports, Space, Speech, SpeechCard,
    StageError, SystemClock, SystemIds,
};
use winnow_engine::settings::SettingsFile;
use winnow_workers::{EmbedModel, Models, Widths, Workers, find_ffmpeg};

/// The card of workers that could not be started.
const NONE: &str = "winnow-worker (missing)";
const PROGRAM: &str = "winnow-worker";
/// What the library for PDF documents is called on its card.
const PDF_ROLE: &str = "pdf";
/// What embeddings may run on, the best first; each but the last has to prove itself.
const PROVIDERS: [&str; 3] = ["cuda", "webgpu", "cpu"];

/// Workers of one library, started at most once.
pub struct LazyWorkers {
    library: PathBuf,
    models: Arc<cards::Models>,
    started: OnceLock<Result<Workers, String>>,
}

impl LazyWorkers {
    /// Nothing is started yet. The library's settings say how many run side by side.
    pub fn new(library: &Path, models: Arc<cards::Models>) -> Arc<Self> {
        Arc::new(Self { library: library.to_owned(), models, started: OnceLock::new() })
    }

    /// The engine's ports: these workers, the index, the folders of this computer and its clock. Whoever does not own the
    /// library changes nothing in its index either.
    pub fn ports(self: &Arc<Self>, owns: bool) -> Ports {
        Ports {
            decode: Arc::clone(self) as _,
            ocr: Arc::clone(self) as _,
            speech: Arc::clone(self) as _,
            embedder: Arc::clone(self) as _,
            vectors: Arc::new(Meanings::new(owns)),
            watcher: Arc::new(SystemWatcher),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
        }
    }

    /// Starts the workers unless they run.
    ///
    /// # Errors
    /// When the worker program is missing or does not answer.
    pub fn ready(&self) -> Result<&Workers, ApiError> {
        let started = self.started.get_or_init(|| self.start());
        started.as_ref().map_err(|why| ApiError::new(&Words::new("worker_unavailable").with("why", why)).hint("hint_install_again"))
    }

    fn workers(&self) -> Result<&Workers, StageError> {
        self.ready().map_err(|_| StageError::Missing(PROGRAM.to_owned()))
    }

    fn start(&self) -> Result<Workers, String> {
        let work = SettingsFile::load(&self.library).map(|file| file.settings.work);
        let (decode, ocr) = work.map_or((0, 0), |work| (work.decode_width as usize, work.ocr_width as usize));
        let known = || Arc::clone(&self.models);
        let (speech, embed, pdf, kinds) = (known(), known(), known(), known());
        let models = Models {
            speech: Arc::new(move || speech.files(ModelTask::Speech).map(|found| (found.model_files(threads(), &[]), found.languages))),
            embed: Arc::new(move || embed.files(ModelTask::Embed).map(|found| embed_model(&found))),
            pdf: Arc::new(move || pdf.files(ModelTask::Decode).and_then(|found| found.into_file(PDF_ROLE))),
            kinds: Arc::new(move || kinds.files(ModelTask::Kind).map(|found| found.model_files(1, &[]))),
            ffmpeg: Arc::new(find_ffmpeg),
        };
        Workers::find(Widths { decode, ocr }, models).map_err(|error| error.to_string())
    }
}

fn embed_model(found: &cards::Found) -> EmbedModel {
    EmbedModel { files: found.model_files(threads(), &PROVIDERS), dimensions: found.dimensions }
}

/// One for each processor: speech and embeddings have one process each.
fn threads() -> u32 {
    std::thread::available_parallelism().map_or(2, |cores| u32::try_from(cores.get()).unwrap_or(2))
}

impl Decode for LazyWorkers {
    fn card(&self) -> &str {
        self.ready().map_or(NONE, |workers| workers.decode.card())
    }

    fn decode(&self, request: &DecodeRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DecodedFile, StageError> {
        self.workers()?.decode.decode(request, file, limits, cancel)
    }

    fn sound(
        &self,
        request: &SoundRequest,
        file: File,
        into: File,
        limits: CallLimits,
        cancel: &Cancel,
    ) -> Result<DecodedSound, StageError> {
        self.workers()?.decode.sound(request, file, into, limits, cancel)
    }

    fn page(&self, request: &PageRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DrawnPage, StageError> {
        self.workers()?.decode.page(request, file, limits, cancel)
    }

    fn expand(&self, request: &ExpandRequest, file: File, into: File, limits: CallLimits, cancel: &Cancel) -> Result<Expanded, StageError> {
        self.workers()?.decode.expand(request, file, into, limits, cancel)
    }

    fn frames(&self, count: u32, file: File, limits: CallLimits, cancel: &Cancel) -> Result<Vec<FilmFrame>, StageError> {
        self.workers()?.decode.frames(count, file, limits, cancel)
    }

    fn confinement(&self) -> Option<Confinement> {
        self.started.get()?.as_ref().ok()?.decode.confinement()
    }
}

impl Ocr for LazyWorkers {
    fn card(&self) -> &str {
        self.ready().map_or(NONE, |workers| workers.ocr.card())
    }

    fn read(&self, request: &OcrRequest, image: &[u8], limits: CallLimits, cancel: &Cancel) -> Result<OcrPage, StageError> {
        self.workers()?.ocr.read(request, image, limits, cancel)
    }

    fn confinement(&self) -> Option<Confinement> {
        self.started.get()?.as_ref().ok()?.ocr.confinement()
    }
}

impl Speech for LazyWorkers {
    fn card(&self) -> Option<SpeechCard> {
        self.models.files(ModelTask::Speech).map(|found| SpeechCard { card: found.card, languages: found.languages })
    }

    fn hear(&self, request: &HearRequest, sound: File, limits: CallLimits, cancel: &Cancel) -> Result<Heard, StageError> {
        self.workers()?.speech.hear(request, sound, limits, cancel)
    }

    fn confinement(&self) -> Option<Confinement> {
        self.started.get()?.as_ref().ok()?.speech.confinement()
    }
}

impl Embedder for LazyWorkers {
    fn space(&self) -> Option<Space> {
        self.models.files(ModelTask::Embed).map(|found| Space { card: found.card, dimensions: found.dimensions })
    }

    fn embed(&self, texts: &[String], limits: CallLimits, cancel: &Cancel) -> Result<Vec<Vec<f32>>, StageError> {
        self.workers()?.embed.embed(texts, limits, cancel)
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, StageError> {
        self.workers()?.embed.embed_query(text)
    }

    fn provider(&self) -> Option<ProviderRow> {
        self.started.get()?.as_ref().ok()?.embed.provider()
    }

    fn confinement(&self) -> Option<Confinement> {
        self.started.get()?.as_ref().ok()?.embed.confinement()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_a_library_starts_no_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let workers = LazyWorkers::new(folder.path(), Arc::new(cards::Models::nowhere()));
        let ports = workers.ports(true);
        assert!(!ports.clock.now_ms().is_negative());
        assert!(ports.embedder.space().is_none() && ports.speech.card().is_none() && ports.embedder.provider().is_none());
        assert!(workers.started.get().is_none());
    }
}
