//! The engine's ports over worker processes that are started when the first of them is asked for.
//!
//! A command that reads nothing new starts no process.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use winnow_contract::worker::{DecodeRequest, OcrPage, OcrRequest, SoundRequest};
use winnow_contract::{ApiError, Words};
use winnow_engine::ports::{CallLimits, Cancel, Absent, Decode, DecodedFile, DecodedSound, Ocr, Ports, StageError, SystemClock, SystemIds};
use winnow_engine::settings::SettingsFile;
use winnow_workers::Workers;

/// The card of workers that could not be started.
const NONE: &str = "winnow-worker (missing)";
const PROGRAM: &str = "winnow-worker";

/// Workers of one library, started at most once.
pub struct LazyWorkers {
    library: PathBuf,
    started: OnceLock<Result<Workers, String>>,
}

impl LazyWorkers {
    /// Nothing is started yet. The library's settings say how many run side by side.
    pub fn new(library: &Path) -> Arc<Self> {
        Arc::new(Self { library: library.to_owned(), started: OnceLock::new() })
    }

    /// The engine's ports: these workers and the computer's clock.
    pub fn ports(self: &Arc<Self>) -> Ports {
        let (decode, ocr) = (Arc::clone(self), Arc::clone(self));
        Ports { decode, ocr, clock: Arc::new(SystemClock), ids: Arc::new(SystemIds), ..Absent::ports() }
    }

    /// Starts the workers unless they run.
    ///
    /// # Errors
    /// When the worker program is missing or does not answer.
    pub fn ready(&self) -> Result<&Workers, ApiError> {
        let started = self.started.get_or_init(|| start(&self.library));
        started.as_ref().map_err(|why| ApiError::new(&Words::new("worker_unavailable").with("why", why)).hint("hint_install_again"))
    }

    fn workers(&self) -> Result<&Workers, StageError> {
        self.ready().map_err(|_| StageError::Missing(PROGRAM.to_owned()))
    }
}

fn start(library: &Path) -> Result<Workers, String> {
    let work = SettingsFile::load(library).map(|file| file.settings.work);
    let (decode, ocr) = work.map_or((0, 0), |work| (work.decode_width as usize, work.ocr_width as usize));
    Workers::find(decode, ocr).map_err(|error| error.to_string())
}

impl Decode for LazyWorkers {
    fn card(&self) -> &str {
        self.ready().map_or(NONE, |workers| workers.decode.card())
    }

    fn decode(&self, request: &DecodeRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DecodedFile, StageError> {
        self.workers()?.decode.decode(request, file, limits, cancel)
    }

    fn sound(&self, request: &SoundRequest, file: File, into: File, limits: CallLimits, cancel: &Cancel) -> Result<DecodedSound, StageError> {
        self.workers()?.decode.sound(request, file, into, limits, cancel)
    }
}

impl Ocr for LazyWorkers {
    fn card(&self) -> &str {
        self.ready().map_or(NONE, |workers| workers.ocr.card())
    }

    fn read(&self, request: &OcrRequest, image: &[u8], limits: CallLimits, cancel: &Cancel) -> Result<OcrPage, StageError> {
        self.workers()?.ocr.read(request, image, limits, cancel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_a_library_starts_no_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let workers = LazyWorkers::new(folder.path());
        let ports = workers.ports();
        assert!(!ports.clock.now_ms().is_negative());
        assert!(workers.started.get().is_none());
    }
}
