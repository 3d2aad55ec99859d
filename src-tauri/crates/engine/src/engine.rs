//! The façade: open a library, answer requests, run the queue. Everything else is reached through here.
//!
//! Holds the lock, the writer and the readers; decides nothing about assets.

use crate::Tick;
use crate::breaks::Breaks;
use crate::cards::Models;
use crate::catalog::apply::{Applying, Touched};
use crate::catalog::owners::Owners;
use crate::catalog::reader::Reader;
use crate::catalog::writer::Writer;
use crate::catalog::{self, schema};
use crate::enrich::detect::Recognisers;
use crate::enrich::embed::Batch;
use crate::enrich::taxonomy::Taxonomies;
use crate::error::{EngineError, Result};
use crate::jobs::in_hand::InHand;
use crate::jobs::progress::{Files, Meter};
use crate::jobs::run::Hand;
use crate::jobs::{Context, Job};
use crate::passwords::Passwords;
use crate::ports::{Cancel, Ports};
use crate::projection::Projection;
use crate::renditions::Renditions;
use crate::settings::{Settings, SettingsFile};
use crate::watch::Watch;
use crate::watch::desk::Desk;
use crate::watch::told;
use rusqlite::Connection;
use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError, RwLock, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use winnow_contract::Event;
use winnow_contract::job::Lane;

/// How a library is opened.
#[derive(Clone, Default)]
pub struct Options {
    /// Take the lock and write. Without it the library is only read, beside whoever writes.
    pub write: bool,
    /// A test's plan of failures.
    pub breaks: Breaks,
    /// The models of this computer; without them every card is missing.
    pub models: Option<Arc<Models>>,
}

/// Chunks of an older library that get their hash in one change.
const HASHED: u32 = 5000;

/// A lane that was called for nothing looks again only after this time: the bell rings at each commit.
const CALM: Duration = Duration::from_millis(10);

type Listener = Box<dyn Fn(Event) + Send + Sync>;

/// One open library.
pub struct Engine {
    library: PathBuf,
    ports: Ports,
    breaks: Breaks,
    pub(crate) models: Arc<Models>,
    reader: Reader,
    owners: Owners,
    writer: Option<Writer>,
    renditions: Renditions,
    passwords: Passwords,
    projection: Projection,
    desk: Arc<Desk>,
    /// Compiled when they are first asked for.
    recognisers: LazyLock<Recognisers>,
    taxonomies: Taxonomies,
    value_key: [u8; 32],
    settings: RwLock<Arc<SettingsFile>>,
    meter: Meter,
    cancel: Cancel,
    stopping: AtomicBool,
    paused: AtomicBool,
    /// A lane has worked since it was last said that everything is done.
    worked: AtomicBool,
    /// Name under which this engine leases jobs.
    owner: String,
    listener: Mutex<Option<Listener>>,
    /// Raised at each commit, so that idle lanes look again.
    bell: (Mutex<u64>, Condvar),
    /// Jobs that could not even be put back; tried at the next commit.
    stranded: Mutex<Vec<Job>>,
    /// Names what is being worked on, for the next who opens the library; nobody's when this engine does not write.
    in_hand: Option<InHand>,
    /// Held as long as this engine writes.
    _lock: Option<File>,
}

impl Engine {
    /// Opens (or, for writing, creates) the library in a folder. For writing it takes the lock, brings the catalog to the
    /// newest schema and takes back what a dead process had leased.
    pub fn open(library: &Path, ports: Ports, options: Options) -> Result<Self> {
        let lock = if options.write { Some(lock(library)?) } else { None };
        if options.write {
            told::forget(library).map_err(unusable)?;
        }
        let (in_hand, left) = match options.write.then(|| InHand::open(library)).transpose().map_err(unusable)? {
            Some((in_hand, left)) => (Some(in_hand), left),
            None => Default::default(),
        };
        // The real path, so that a scan which comes across the library knows it.
        let library = library.canonicalize().unwrap_or_else(|_| library.to_owned());
        let catalog = library.join("catalog.sqlite");
        let writer = match options.write {
            true => {
                let mut connection = schema::open_for_writing(&catalog)?;
                schema::migrate(&mut connection, &ports)?;
                Some(Writer::start(connection, options.breaks.clone())?)
            }
            false if catalog.is_file() => None,
            false => return Err(EngineError::Unusable(format!("there is no library in {}", library.display()))),
        };
        let reader = Reader::new(catalog);
        let engine = Self {
            value_key: reader.read(schema::value_key)?,
            settings: RwLock::new(Arc::new(SettingsFile::load(&library)?)),
            renditions: Renditions::new(library.join("renditions")),
            passwords: Passwords::default(),
            desk: Arc::default(),
            projection: Projection::default(),
            recognisers: LazyLock::new(Recognisers::shipped),
            taxonomies: Taxonomies::open(&library),
            owner: ports.ids.next(),
            library,
            ports,
            breaks: options.breaks,
            models: options.models.unwrap_or_else(|| Arc::new(Models::nowhere())),
            reader,
            owners: Owners::default(),
            writer,
            meter: Meter::default(),
            cancel: Cancel::default(),
            stopping: AtomicBool::new(false),
            paused: AtomicBool::new(false),
            worked: AtomicBool::new(false),
            listener: Mutex::new(None),
            bell: Default::default(),
            stranded: Mutex::default(),
            in_hand,
            _lock: lock,
        };
        if engine.writer.is_some() {
            engine.recover(left)?;
        }
        Ok(engine)
    }

    /// Jobs that a dead process held wait again, and those that were in its hand `left` are suspected; renditions that are gone are
    /// made again.
    fn recover(&self, left: HashSet<String>) -> Result<()> {
        let applying = self.applying();
        self.write(move |catalog| {
            catalog::versions::adopt(catalog)?;
            catalog::words::renew(catalog)?;
            let now = applying.ports.clock.now_ms();
            for job in catalog::jobs::take_back(catalog, &left, now)? {
                let reason = winnow_contract::Words::new("parked").with("crashes", job.crashes);
                applying.failure(catalog, &job, &reason, winnow_contract::job::JobState::Parked)?;
            }
            Ok(())
        })?;
        if let Some(in_hand) = &self.in_hand {
            in_hand.forget()?;
        }
        let opened = self.read(catalog::jobs::open_files)?;
        self.meter.count(Files { opened, closed: 0 }, self.now());
        match self.library.join("renditions").is_dir() {
            true => self.renditions.clean()?,
            false => drop(self.heal_renditions()?),
        }
        while self.write(|catalog| catalog::vectors::fill_hashes(catalog, HASHED))? > 0 {}
        self.models_changed()?;
        self.compare_again()
    }

    /// Asks again for every rendition whose file is gone; pages are left until somebody looks. Gives back how many jobs that took.
    pub(crate) fn heal_renditions(&self) -> Result<u32> {
        let rows = self.read(catalog::assets::kept_renditions)?;
        let gone = rows.into_iter().filter(|(id, ..)| !self.renditions.has(id));
        let mut wanted: Vec<_> = gone.map(|(_, asset, kind)| (asset, catalog::jobs::maker(kind))).collect();
        wanted.sort();
        wanted.dedup();
        let now = self.now();
        let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        self.reopen(move |catalog| {
            wanted.iter().try_for_each(|(asset, stage)| catalog::jobs::make_again(catalog, asset, *stage, now).map(drop))
        })?;
        Ok(count)
    }

    /// Runs every lane on threads of its own until the handle is stopped or dropped.
    pub fn start(self: &Arc<Self>) -> Result<Running> {
        let mut threads = Vec::new();
        for lane in Lane::ALL {
            for number in 0..self.threads(*lane) {
                let engine = Arc::clone(self);
                let name = format!("winnow-{lane}-{number}");
                threads.push(std::thread::Builder::new().name(name).spawn(move || engine.run_lane(*lane))?);
            }
        }
        Ok(Running { engine: Arc::clone(self), threads, watch: None })
    }

    /// The same, and follows the watched folders on one more thread.
    pub fn start_watching(self: &Arc<Self>) -> Result<Running> {
        let mut running = self.start()?;
        let (watch, (tell, told)) = (Watch::new(self)?, mpsc::sync_channel::<()>(1));
        let follow = move || {
            watch.run();
            drop(tell);
        };
        std::thread::Builder::new().name("winnow-watch".to_owned()).spawn(follow)?;
        running.watch = Some(told);
        Ok(running)
    }

    /// Threads of a lane. While the outcomes of one batch are written, the decoders work on another.
    fn threads(&self, lane: Lane) -> usize {
        if lane == Lane::Decode { 2 * self.width(lane) } else { self.width(lane) }
    }

    /// Jobs of a lane that are worked on side by side.
    pub fn width(&self, lane: Lane) -> usize {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let work = &self.settings().work;
        let or_cores = |width: u32| if width == 0 { cores } else { width as usize };
        match lane {
            Lane::Io => 3,
            Lane::Decode => or_cores(work.decode_width),
            Lane::Ocr => or_cores(work.ocr_width),
            // One process each: it uses every core by itself.
            Lane::Speech | Lane::Embed | Lane::Index => 1,
        }
    }

    fn run_lane(&self, lane: Lane) {
        let (mut hand, mut idle) = (Hand::default(), false);
        loop {
            let rung = *self.bell();
            match self.step(lane, &mut hand, true) {
                Ok(Tick::Again) => {
                    self.worked.store(true, Ordering::SeqCst);
                    idle = false;
                }
                Ok(Tick::Wait(time)) => {
                    self.say_when_settled();
                    if std::mem::replace(&mut idle, true) {
                        std::thread::sleep(CALM);
                    }
                    self.rest(rung, time);
                }
                Ok(Tick::Stop) => return,
                Err(error) => {
                    tracing::error!(lane = lane.as_str(), "a lane met an error: {error}");
                    self.rest(rung, Duration::from_secs(1));
                }
            }
        }
    }

    /// Says once that everything which was waiting is done.
    fn say_when_settled(&self) {
        if self.worked.swap(false, Ordering::SeqCst) && self.is_settled().unwrap_or(false) {
            self.emit(Event::Settled);
            self.fold();
        }
    }

    /// Leaves nothing in the log of changes: whoever copies the catalog's file copies everything.
    fn fold(&self) {
        if let Err(error) = schema::fold(&self.library.join("catalog.sqlite")) {
            // Nothing is lost: the log is read with the file.
            tracing::warn!("the log of changes stays beside the catalog: {error}");
        }
    }

    /// Sleeps until the bell rings again or the time is over.
    fn rest(&self, rung: u64, time: Duration) {
        let wait = self.bell.1.wait_timeout_while(self.bell(), time, |now| *now == rung && !self.stopping());
        drop(wait);
    }

    fn bell(&self) -> MutexGuard<'_, u64> {
        self.bell.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self) {
        *self.bell() += 1;
        self.bell.1.notify_all();
    }

    /// Hears every event. Only one listener; it must return at once.
    pub fn listen(&self, listener: impl Fn(Event) + Send + Sync + 'static) {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(listener));
    }

    pub(crate) fn emit(&self, event: Event) {
        if let Some(listener) = &*self.listener.lock().unwrap_or_else(PoisonError::into_inner) {
            listener(event);
        }
    }

    /// Passes on what a commit touched, and wakes the lanes.
    pub(crate) fn tell(&self, touched: Touched) {
        self.meter.count(touched.files, self.now());
        let Touched { mut assets, review, folders, .. } = touched;
        assets.sort();
        assets.dedup();
        let more = assets.len() > 50;
        assets.truncate(50);
        if !assets.is_empty() {
            self.emit(Event::AssetsChanged { assets, more });
        }
        if review {
            self.emit(Event::ReviewChanged);
        }
        if folders {
            self.emit(Event::FoldersChanged);
        }
        self.emit(Event::JobsChanged);
        self.free_stranded();
        self.ring();
    }

    pub(crate) fn strand(&self, job: Job) {
        self.stranded.lock().unwrap_or_else(PoisonError::into_inner).push(job);
    }

    fn free_stranded(&self) {
        let stranded = std::mem::take(&mut *self.stranded.lock().unwrap_or_else(PoisonError::into_inner));
        for job in stranded {
            let (id, now) = (job.id.clone(), self.now());
            let freed = self.write(move |catalog| catalog::jobs::put_back(catalog, &id, 1, 0, now, now));
            if freed.is_err() {
                self.strand(job);
            }
        }
    }

    /// True when nothing waits or runs, and the vector index knows everything it can know.
    pub fn is_settled(&self) -> Result<bool> {
        Ok(!self.has_jobs()? && !self.index_is_due()?)
    }

    /// True when a job waits or runs.
    pub fn has_jobs(&self) -> Result<bool> {
        self.read(catalog::jobs::any_left)
    }

    /// Asks everything under way to end soon; ticks answer `Stop` from now on.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.cancel.cancel();
        self.desk.change();
        self.ring();
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    pub(crate) fn paused(&self) -> bool {
        self.paused.load(Ordering::SeqCst)
    }

    pub(crate) fn set_paused(&self, paused: bool) {
        self.paused.store(paused, Ordering::SeqCst);
        self.ring();
    }

    pub(crate) fn now(&self) -> i64 {
        self.ports.clock.now_ms()
    }

    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    pub(crate) fn breaks(&self) -> &Breaks {
        &self.breaks
    }

    pub(crate) fn in_hand(&self) -> Option<&InHand> {
        self.in_hand.as_ref()
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    pub(crate) fn ports(&self) -> &Ports {
        &self.ports
    }

    pub(crate) fn taxonomies(&self) -> &Taxonomies {
        &self.taxonomies
    }

    pub(crate) fn owners(&self) -> &Owners {
        &self.owners
    }

    pub(crate) fn projection(&self) -> &Projection {
        &self.projection
    }

    pub(crate) fn renditions(&self) -> &Renditions {
        &self.renditions
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    pub(crate) fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }

    /// Folder of the library.
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.settings_file().settings.clone()
    }

    pub(crate) fn settings_file(&self) -> Arc<SettingsFile> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_settings_file(&self, file: SettingsFile) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(file);
    }

    pub(crate) fn context<'a>(&'a self, settings: &'a Settings, batch: &'a Batch) -> Context<'a> {
        Context {
            ports: &self.ports,
            settings,
            library: &self.library,
            reader: &self.reader,
            renditions: &self.renditions,
            passwords: &self.passwords,
            desk: &self.desk,
            recognisers: &self.recognisers,
            taxonomies: &self.taxonomies,
            value_key: self.value_key,
            batch,
            space: OnceCell::new(),
            cancel: &self.cancel,
            breaks: &self.breaks,
        }
    }

    pub(crate) fn applying(&self) -> Applying {
        Applying { ports: self.ports.clone(), breaks: self.breaks.clone() }
    }

    pub(crate) fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.reader.read(query)
    }

    pub(crate) fn writer(&self) -> Result<&Writer> {
        self.writer.as_ref().ok_or(EngineError::ReadOnly)
    }

    /// A change that puts jobs back, so that their files count again. It goes through all that are open.
    pub(crate) fn reopen<T: Send + 'static>(&self, change: impl Fn(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        let (answer, opened) = self.write(move |catalog| {
            let before = catalog::jobs::open_files(catalog)?;
            let answer = change(catalog)?;
            Ok((answer, catalog::jobs::open_files(catalog)?.saturating_sub(before)))
        })?;
        self.meter.count(Files { opened, closed: 0 }, self.now());
        Ok(answer)
    }

    /// A change that enqueues jobs, and says how many files are open by it that were not.
    pub(crate) fn open_more(&self, change: impl Fn(&Connection) -> Result<u32> + Send + 'static) -> Result<()> {
        let opened = self.write(change)?;
        self.meter.count(Files { opened, closed: 0 }, self.now());
        Ok(())
    }

    /// A change that somebody waits for.
    pub(crate) fn write<T: Send + 'static>(&self, change: impl Fn(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        self.writer()?.urgent(change)
    }
}

/// How long a lock is waited for: somebody who only looked may have made the library a moment ago.
const PATIENCE: Duration = Duration::from_millis(500);

/// Takes the lock of a library, creating its folder.
fn unusable(error: std::io::Error) -> EngineError {
    EngineError::Unusable(error.to_string())
}

fn lock(library: &Path) -> Result<File> {
    fs_err::create_dir_all(library).map_err(unusable)?;
    let file = fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(library.join("lock")).map_err(unusable)?;
    let file = file.into_file();
    let give_up = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < give_up => std::thread::sleep(PATIENCE / 50),
            Err(TryLockError::WouldBlock) => return Err(EngineError::Locked),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
    }
}

/// Somebody writes to the library at this moment.
pub(crate) fn is_held(library: &Path) -> bool {
    let lock = fs_err::File::open(library.join("lock")).map(fs_err::File::into_file);
    // Whoever wants to write meanwhile tries again.
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The lanes at work; dropping it stops them and waits for what is under way.
pub struct Running {
    engine: Arc<Engine>,
    threads: Vec<JoinHandle<()>>,
    /// Closed when the watch has ended.
    watch: Option<mpsc::Receiver<()>>,
}

/// How long the end of the watch is waited for: a drive that does not answer may hold it up, and nothing depends on it.
const WATCH_ENDS: Duration = Duration::from_millis(100);

impl Drop for Running {
    fn drop(&mut self) {
        self.engine.stop();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
        self.engine.fold();
        let _ended = self.watch.as_ref().map(|ended| ended.recv_timeout(WATCH_ENDS));
    }
}
