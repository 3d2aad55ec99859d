//! The vector index as a projection of the catalog: lane `index` tells it what the outbox holds, and makes it whole at the start.
//!
//! Embeds nothing: vectors come from the catalog. What the index loses is only ever a delay.

use crate::Tick;
use crate::breaks::Point;
use crate::catalog::jobs;
use crate::catalog::vectors::{self, Change, Difference, Entry, StoredSpace};
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::ports::VectorIndex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use winnow_contract::Words;
use winnow_contract::job::Lane;

/// Entries that are worth a commit of the index …
const ENOUGH: u32 = 512;
/// … and those that one commit takes at most.
const AT_MOST: u32 = 2000;
/// Entries wait at most this long for others while texts are being embedded.
const PATIENCE_MS: i64 = 5000;
/// Commits after which the index is compacted, once there is nothing else to do.
const COMMITS: u32 = 16;
/// Rows of a comparison that are written in one change.
const SLICE: usize = 5000;
/// Failures in a row after which nobody waits for the index any more; it is tried again all the same.
const GIVE_UP: u32 = 3;
/// The lane looks again after this time even if nobody calls it.
const IDLE: Duration = Duration::from_secs(2);

/// What an engine knows of its index.
#[derive(Default)]
pub struct Projection(Mutex<State>);

#[derive(Default)]
struct State {
    /// The open index and the id of its space.
    open: Option<(String, Arc<dyn VectorIndex>)>,
    /// It was compared with the catalog.
    whole: bool,
    /// Since when entries wait that could be carried out.
    waiting: Option<i64>,
    /// Commits since it was last compacted.
    commits: u32,
    /// Failures in a row, and when it is tried again.
    failures: u32,
    not_before: i64,
}

impl Projection {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index has to be compared with the catalog before it is told anything.
    pub fn compare_again(&self) {
        *self.state() = State::default();
    }

    /// It was compared with the catalog since it was opened.
    pub fn is_whole(&self) -> bool {
        self.state().whole
    }

    /// It is put off, longer each time, and opened and compared again then.
    fn failed(&self, reason: &Words, now: i64) {
        let mut state = self.state();
        let failures = if reason.code == "no_vectors" { GIVE_UP } else { state.failures + 1 };
        tracing::warn!(failures, code = reason.code, "the vector index could not be used");
        *state = State { failures, not_before: now + 1000 * (1 << failures.min(6)), ..State::default() };
    }
}

/// Why an iteration of the lane ended early.
enum Trouble {
    Index(Words),
    Engine(EngineError),
}

impl From<Words> for Trouble {
    fn from(words: Words) -> Self {
        Self::Index(words)
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl Engine {
    /// The index of a space, opened when it is first needed. Who only reads makes none.
    pub(crate) fn index(&self, space: &StoredSpace) -> std::result::Result<Arc<dyn VectorIndex>, Words> {
        let mut state = self.projection().state();
        if let Some((_, index)) = state.open.as_ref().filter(|(id, _)| *id == space.id) {
            return Ok(Arc::clone(index));
        }
        let folder = self.vectors_folder().join(&space.id);
        if self.writer().is_err() && !folder.is_dir() {
            let empty = self.read(vectors::chunks).is_ok_and(|chunks| chunks == 0);
            return if empty { Ok(Arc::new(Nothing)) } else { Err(Words::new("no_vectors")) };
        }
        let index = guarded(|| self.ports().vectors.open(&folder, space.dimensions))?;
        state.open = Some((space.id.clone(), Arc::clone(&index)));
        Ok(index)
    }

    /// Live chunks that cannot be found by meaning yet: those that the index has still to be told of. Where nobody has compared it
    /// with the catalog, also what it lacks: it may be gone.
    pub(crate) fn index_lag(&self) -> Result<u32> {
        let Some(space) = self.read(vectors::active)?.filter(|_| self.ports().embedder.space().is_some()) else { return Ok(0) };
        let announced = self.read(vectors::lag)?;
        if self.projection().is_whole() {
            return Ok(announced);
        }
        let lacks = |held: usize| Ok(self.read(vectors::chunks)?.saturating_sub(u32::try_from(held).unwrap_or(u32::MAX)));
        match (self.vectors_folder().join(&space.id).is_dir(), self.writer()) {
            (false, _) => lacks(0),
            // It compares them in a moment.
            (true, Ok(_)) => Ok(announced),
            (true, Err(_)) => {
                let held = self.index(&space).and_then(|index| guarded(|| index.count())).unwrap_or(0);
                Ok(lacks(held)?.max(announced))
            }
        }
    }

    fn vectors_folder(&self) -> PathBuf {
        self.library().join("vectors")
    }

    /// True while the index is to be told something that it can be told now.
    pub(crate) fn index_is_due(&self) -> Result<bool> {
        let (whole, failures) = {
            let state = self.projection().state();
            (state.whole, state.failures)
        };
        if self.writer().is_err() || failures >= GIVE_UP {
            return Ok(false);
        }
        self.read(|catalog| match vectors::active(catalog)? {
            Some(space) => Ok(!whole || vectors::ready(catalog, &space.id, 1)? > 0),
            None => Ok(false),
        })
    }

    /// One iteration of the lane.
    pub(crate) fn tick_index(&self) -> Result<Tick> {
        let space = self.read(vectors::active)?.filter(|_| self.writer().is_ok());
        let now = self.now();
        let Some(space) = space.filter(|_| self.projection().state().not_before <= now) else { return Ok(Tick::Wait(IDLE)) };
        match self.project(&space, now) {
            Ok(tick) => Ok(tick),
            Err(Trouble::Engine(error)) => Err(error),
            Err(Trouble::Index(words)) => {
                self.projection().failed(&words, now);
                Ok(Tick::Wait(IDLE))
            }
        }
    }

    fn project(&self, space: &StoredSpace, now: i64) -> std::result::Result<Tick, Trouble> {
        let index = self.index(space)?;
        if !self.projection().is_whole() {
            self.compare(space, &*index)?;
        }
        let ready = self.read(|catalog| vectors::ready(catalog, &space.id, ENOUGH))?;
        if ready == 0 {
            self.maintain(&*index)?;
            return Ok(Tick::Wait(IDLE));
        }
        if let Some(left) = self.may_wait(ready, now)? {
            return Ok(Tick::Wait(left.min(IDLE)));
        }
        self.drain(space, &*index)?;
        Ok(Tick::Again)
    }

    /// How long entries may still wait for others: few of them, as long as more are coming.
    fn may_wait(&self, ready: u32, now: i64) -> Result<Option<Duration>> {
        let since = *self.projection().state().waiting.get_or_insert(now);
        let left = since + PATIENCE_MS - now;
        if ready >= ENOUGH || left <= 0 || !self.read(|catalog| jobs::any_in(catalog, Lane::Embed))? {
            return Ok(None);
        }
        Ok(Some(Duration::from_millis(u64::try_from(left).unwrap_or(0))))
    }

    /// Tells the index the first entries of the outbox, and then takes exactly those off it. Stopped anywhere between, they are
    /// told again, which changes nothing.
    fn drain(&self, space: &StoredSpace, index: &dyn VectorIndex) -> std::result::Result<(), Trouble> {
        let mut entries = self.read(|catalog| vectors::take(catalog, &space.id, AT_MOST))?;
        self.breaks().hit(Point::OutboxTaken)?;
        let (puts, removes) = told(&mut entries);
        if !puts.is_empty() {
            guarded(|| index.put(&puts))?;
        }
        self.breaks().hit(Point::IndexPut)?;
        if !removes.is_empty() {
            guarded(|| index.remove(&removes))?;
        }
        self.breaks().hit(Point::IndexRemoved)?;
        self.write(move |catalog| vectors::done(catalog, &entries))?;
        self.breaks().hit(Point::OutboxDone)?;
        let mut state = self.projection().state();
        *state = State { commits: state.commits + 1, failures: 0, waiting: None, ..std::mem::take(&mut *state) };
        Ok(())
    }

    /// Compares the index with the live chunks and puts what differs into the outbox.
    fn compare(&self, space: &StoredSpace, index: &dyn VectorIndex) -> std::result::Result<(), Trouble> {
        self.remove_other_indexes(space);
        let chunks = guarded(|| index.chunks())?;
        let Difference { missing, surplus } = self.read(|catalog| vectors::difference(catalog, chunks))?;
        self.breaks().hit(Point::IndexCompared)?;
        self.write_slices(space, missing, vectors::put)?;
        self.write_slices(space, surplus, vectors::remove)?;
        let id = space.id.clone();
        self.write(move |catalog| vectors::recount(catalog, &id))?;
        let mut state = self.projection().state();
        // What earlier runs of the program left uncompacted is looked at once.
        *state = State { whole: true, commits: COMMITS, ..std::mem::take(&mut *state) };
        Ok(())
    }

    fn write_slices(
        &self,
        space: &StoredSpace,
        chunks: Vec<String>,
        write: fn(&rusqlite::Connection, &str, &[String]) -> Result<()>,
    ) -> Result<()> {
        for slice in chunks.chunks(SLICE) {
            let (space, slice) = (space.id.clone(), slice.to_vec());
            self.write(move |catalog| write(catalog, &space, &slice))?;
        }
        Ok(())
    }

    /// Indexes of models that are not in use are caches that nobody reads, and what they hold of removed texts must go.
    fn remove_other_indexes(&self, space: &StoredSpace) {
        let Ok(entries) = fs_err::read_dir(self.vectors_folder()) else { return };
        for entry in entries.flatten().filter(|entry| entry.file_name().to_str() != Some(space.id.as_str())) {
            if let Err(error) = fs_err::remove_dir_all(entry.path()) {
                tracing::warn!("an index that is not used was not removed: {error}");
            }
        }
    }

    fn maintain(&self, index: &dyn VectorIndex) -> std::result::Result<(), Trouble> {
        if self.projection().state().commits < COMMITS {
            return Ok(());
        }
        self.breaks().hit(Point::IndexMaintained)?;
        guarded(|| index.maintain())?;
        self.projection().state().commits = 0;
        Ok(())
    }

    /// How the index differs from the catalog beyond what the outbox knows; none when nothing is searched by meaning. With
    /// `repair` the difference is put into the outbox.
    pub(crate) fn index_faults(&self, repair: bool) -> Result<Option<std::result::Result<(usize, usize), Words>>> {
        let Some(space) = self.read(vectors::active)? else { return Ok(None) };
        let chunks = match self.index(&space).and_then(|index| guarded(|| index.chunks())) {
            Ok(chunks) => chunks,
            Err(words) => return Ok(Some(Err(words))),
        };
        let held = chunks.len();
        let found = self.read(|catalog| {
            let difference = vectors::difference(catalog, chunks)?;
            vectors::unannounced(catalog, &space.id, difference)
        })?;
        let strays = self.read(vectors::strays)?;
        let faults = found.missing.len() + found.surplus.len() + strays.len();
        if repair && faults > 0 {
            self.write_slices(&space, found.missing, vectors::put)?;
            self.write_slices(&space, found.surplus, vectors::remove)?;
            self.write(move |catalog| vectors::forget(catalog, &strays))?;
            self.tell(Default::default());
        }
        Ok(Some(Ok((held, faults))))
    }
}

/// The index of a library without any text, for who only reads: nobody has made one yet.
struct Nothing;

impl VectorIndex for Nothing {
    fn put(&self, _: &[(String, Vec<f32>)]) -> std::result::Result<(), Words> {
        Err(Words::new("library_read_only"))
    }

    fn remove(&self, _: &[String]) -> std::result::Result<(), Words> {
        Err(Words::new("library_read_only"))
    }

    fn nearest(&self, _: &[f32], _: usize) -> std::result::Result<Vec<(String, f32)>, Words> {
        Ok(Vec::new())
    }

    fn chunks(&self) -> std::result::Result<Vec<String>, Words> {
        Ok(Vec::new())
    }

    fn count(&self) -> std::result::Result<usize, Words> {
        Ok(0)
    }

    fn maintain(&self) -> std::result::Result<(), Words> {
        Err(Words::new("library_read_only"))
    }
}

type Puts = Vec<(String, Vec<f32>)>;

/// What the index is told: vectors to put, moved out of the entries, and chunks to remove.
fn told(entries: &mut [Entry]) -> (Puts, Vec<String>) {
    let (mut puts, mut removes) = (Puts::new(), Vec::new());
    for entry in entries {
        match &mut entry.change {
            Change::Put(vector) => puts.push((entry.chunk.clone(), std::mem::take(vector))),
            Change::Remove => removes.push(entry.chunk.clone()),
            Change::Wait => {}
        }
    }
    (puts, removes)
}

/// A panic of the index is a failure of the index.
pub(crate) fn guarded<T>(call: impl FnOnce() -> std::result::Result<T, Words>) -> std::result::Result<T, Words> {
    let answer = catch_unwind(AssertUnwindSafe(call));
    answer.unwrap_or_else(|_| Err(Words::new("internal").with("why", "the vector index stopped with a panic")))
}
