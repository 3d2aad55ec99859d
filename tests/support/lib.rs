//! A library in a temporary folder, with fakes and a clock that a test moves.
//!
//! Asserts nothing itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use winnow_contract::asset::{AssetDetail, AssetFilter, AssetRow, AssetSort};
use winnow_contract::command::{ChangeSetting, Decide, GetAsset, ListAssets, ListReview, Undo};
use winnow_contract::review::{Decided, ReviewFilter, ReviewRow, Undone, Verdict};
use winnow_contract::{ApiError, Call};
use winnow_engine::breaks::Breaks;
use winnow_engine::ports::Ports;
use winnow_engine::testing::{FakeDecode, FakeEmbedder, FakeOcr, FakeSpeech, FakeVectors, FakeWatcher, ManualClock, NumberedIds};
use winnow_engine::{Engine, Options};

/// One library and a folder of files beside it.
pub struct TestLibrary {
    home: PathBuf,
    pub clock: Arc<ManualClock>,
    pub ocr: Arc<FakeOcr>,
    pub speech: Arc<FakeSpeech>,
    pub watcher: Arc<FakeWatcher>,
    pub embedder: Arc<FakeEmbedder>,
    pub vectors: Arc<FakeVectors>,
    engine: Option<Arc<Engine>>,
    _temporary: Option<tempfile::TempDir>,
}

impl TestLibrary {
    /// An empty library.
    pub fn new() -> Self {
        Self::planned(Breaks::default())
    }

    /// An empty library whose commit points follow a plan.
    pub fn planned(breaks: Breaks) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let mut library = Self {
            home: temporary.path().to_owned(),
            clock: Arc::default(),
            ocr: Arc::default(),
            speech: Arc::default(),
            watcher: Arc::default(),
            embedder: Arc::default(),
            vectors: Arc::default(),
            engine: None,
            _temporary: Some(temporary),
        };
        fs_err::create_dir_all(library.folder()).expect("a folder");
        library.open(breaks);
        library
    }

    /// The library in a folder that outlives this process.
    pub fn at(home: &Path, breaks: Breaks) -> Self {
        let mut library = Self {
            home: home.to_owned(),
            clock: Arc::default(),
            ocr: Arc::default(),
            speech: Arc::default(),
            watcher: Arc::default(),
            embedder: Arc::default(),
            vectors: Arc::default(),
            engine: None,
            _temporary: None,
        };
        fs_err::create_dir_all(library.folder()).expect("a folder");
        library.open(breaks);
        library
    }

    fn open(&mut self, breaks: Breaks) {
        self.engine = None;
        self.without_labels();
        let options = Options { write: true, breaks, ..Options::default() };
        self.engine = Some(Arc::new(Engine::open(&self.path(), self.ports(), options).expect("a library")));
    }

    fn ports(&self) -> Ports {
        Ports {
            decode: Arc::new(FakeDecode),
            ocr: self.ocr.clone(),
            speech: self.speech.clone(),
            watcher: self.watcher.clone(),
            embedder: self.embedder.clone(),
            vectors: self.vectors.clone(),
            clock: self.clock.clone(),
            ids: Arc::new(NumberedIds::default()),
        }
    }

    /// Only stories about labels have things labelled: a fake's vectors say nothing about what a text is.
    fn without_labels(&self) {
        if !self.path().join("settings.toml").exists() {
            fs_err::create_dir_all(self.path()).expect("a folder");
            fs_err::write(self.path().join("settings.toml"), "[labels]\nenabled = false\n").expect("settings");
        }
    }

    /// Changes a setting; the value is a TOML literal.
    pub fn set(&self, key: &str, value: &str) {
        self.ask(ChangeSetting { key: key.into(), value: Some(value.into()) }).expect("a setting");
    }

    /// Opens the library a second time, only to read, as another process does beside the one that writes.
    pub fn beside(&self) -> Engine {
        Engine::open(&self.path(), self.ports(), Options::default()).expect("a library")
    }

    /// Closes the library; `restart` opens it again.
    pub fn close(&mut self) {
        self.engine = None;
    }

    /// Closes and opens again, as after a restart.
    pub fn restart(&mut self) {
        self.open(Breaks::default());
    }

    /// Folder of the library.
    pub fn path(&self) -> PathBuf {
        self.home.join("library")
    }

    /// Folder that files are dropped into.
    pub fn folder(&self) -> PathBuf {
        self.home.join("files")
    }

    pub fn engine(&self) -> &Arc<Engine> {
        self.engine.as_ref().expect("BUG: the library is open")
    }

    /// Writes a file into the folder.
    pub fn drop_file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        fs_err::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs_err::write(&path, content).expect("a file");
        path
    }

    /// Adds the folder and works until nothing is left, also past waits.
    pub fn ingest(&self) {
        self.engine().add_paths(&[self.folder()]).expect("added");
        self.settle();
    }

    /// Ticks until nothing is left, moving the clock past every wait.
    pub fn settle(&self) {
        for _ in 0..50 {
            self.engine().settle().expect("settled");
            if self.engine().is_settled().expect("counts") {
                return;
            }
            self.clock.advance(60_000);
        }
        panic!("the queue never came to rest:\n{}", self.dump());
    }

    pub fn dump(&self) -> String {
        let folder = self.folder().canonicalize().unwrap_or_else(|_| self.folder());
        self.engine().dump().expect("a dump").replace(&folder.display().to_string(), "FOLDER")
    }

    pub fn ask<C: Call>(&self, call: C) -> Result<C::View, ApiError> {
        self.engine().ask(call)
    }

    pub fn assets(&self) -> Vec<AssetRow> {
        let all = ListAssets { filter: AssetFilter::default(), sort: AssetSort::Name, offset: 0, limit: 200 };
        self.ask(all).expect("assets").rows
    }

    /// The asset whose file has this name.
    pub fn asset(&self, name: &str) -> AssetDetail {
        let row = self.assets().into_iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no asset {name}:\n{}", self.dump()));
        self.ask(GetAsset { asset: row.id }).expect("an asset")
    }

    pub fn review(&self) -> Vec<ReviewRow> {
        self.ask(ListReview { filter: ReviewFilter::All, offset: 0, limit: 200 }).expect("the queue").rows
    }

    pub fn decide(&self, row: &ReviewRow, verdict: Verdict) -> Decided {
        let value = (verdict == Verdict::Corrected).then(|| "corrected".to_owned());
        let decide = Decide { item: row.item.clone(), verdict, value, all_alike: false, dry_run: false, took_ms: Some(1200) };
        self.ask(decide).expect("decided")
    }

    pub fn undo(&self, count: u32) -> Undone {
        self.ask(Undo { count }).expect("undone")
    }

    /// Every check of the doctor, originals included, that is not ok.
    pub fn complaints(&self) -> Vec<String> {
        let checks = self.engine().examine(true, false).expect("an examination");
        checks.into_iter().filter(|check| !check.ok).map(|check| format!("{}: {}", check.name, check.detail)).collect()
    }
}

impl Default for TestLibrary {
    fn default() -> Self {
        Self::new()
    }
}

/// The catalog of a library as a person with a database tool opens it.
pub fn raw(library: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(library.join("catalog.sqlite")).expect("a catalog")
}
