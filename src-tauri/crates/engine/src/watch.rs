//! Follows the watched folders: takes hints from the watchers, waits until files are complete, and asks for scans.
//!
//! Reads no file and decides nothing about one: a hint is only a reason to look, and the scan is what looks. One `tick` is
//! one iteration; the app loops it on a thread, tests call it by hand.

pub mod desk;
pub mod pending;
pub mod root;
pub mod told;

use crate::catalog::{folders, jobs};
use crate::engine::{Engine, is_held};
use crate::error::{EngineError, Result};
use crate::extract::scan::Scan;
use crate::extract::walk::Ignore;
use crate::paths;
use crate::ports::Following;
use crate::settings;
use pending::Due;
use root::{Identity, Medium};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use winnow_contract::Event;
use winnow_contract::id::FolderId;
use winnow_contract::status::{FolderRow, WatchState};

/// Who follows the watched folders of an engine. At most one for each engine.
pub struct Watch {
    engine: Arc<Engine>,
    folders: BTreeMap<FolderId, Followed>,
}

/// A watched folder.
struct Followed {
    root: PathBuf,
    how: How,
    /// Which directory it was when it began to be followed.
    identity: Option<Identity>,
    /// When to see next whether it is still that directory.
    look: i64,
    /// When to scan it next, whatever was hinted.
    scan: i64,
}

enum How {
    Told(Box<dyn Following>),
    Polled,
    Away,
}

impl How {
    fn state(&self) -> WatchState {
        match self {
            Self::Told(_) => WatchState::Following,
            Self::Polled => WatchState::Polled,
            Self::Away => WatchState::Unreachable,
        }
    }
}

impl Watch {
    /// Nothing is followed before the first tick.
    ///
    /// # Errors
    /// When the library is open for reading only.
    pub fn new(engine: &Arc<Engine>) -> Result<Self> {
        engine.writer()?;
        engine.desk().change();
        Ok(Self { engine: Arc::clone(engine), folders: BTreeMap::new() })
    }

    /// Runs until the engine stops.
    pub(crate) fn run(mut self) {
        while !self.engine.stopping() {
            let rest = self.tick().unwrap_or_else(|error| {
                tracing::error!("the watch met an error: {error}");
                Duration::from_secs(1)
            });
            let until = self.engine.now() + i64::try_from(rest.as_millis()).unwrap_or(i64::MAX);
            self.engine.desk().rest(rest, until, || self.engine.stopping());
        }
    }

    /// One iteration: sees which folders are watched and whether they are there, and asks for the scans that are due. Gives
    /// back how long nothing is to be done unless something happens.
    ///
    /// # Errors
    /// When the catalog cannot be read or written; nothing that was hinted is lost by that.
    pub fn tick(&mut self) -> Result<Duration> {
        let settings = self.engine.settings();
        if self.engine.desk().take_change() {
            self.meet(&settings).inspect_err(|_| self.engine.desk().change())?;
        }
        let folders: Vec<_> = self.folders.keys().cloned().collect();
        let mut news = false;
        for folder in &folders {
            news |= self.look(folder, &settings.watch);
        }
        if news {
            self.tell();
        }
        let now = self.engine.now();
        self.ask(self.engine.desk().take(now), now)?;
        Ok(self.until_due(now))
    }

    /// Begins to follow what is watched and ends to follow what is not.
    fn meet(&mut self, settings: &settings::Settings) -> Result<()> {
        let watched: BTreeMap<_, _> = self.engine.read(folders::watched)?.into_iter().collect();
        let gone: Vec<_> = self.folders.keys().filter(|folder| !watched.contains_key(*folder)).cloned().collect();
        for folder in gone {
            self.folders.remove(&folder);
            self.engine.desk().leave(&folder);
        }
        let ignore = Ignore::new(&settings.ingest.ignore, self.engine.library());
        for (folder, path) in watched {
            let root = paths::from_bytes(&path);
            self.engine.desk().seat(&folder, &root, seconds(settings.watch.settle), ignore.clone());
            self.folders.entry(folder).or_insert_with(|| Followed { root, how: How::Away, identity: None, look: i64::MIN, scan: i64::MIN });
        }
        self.engine.emit(Event::FoldersChanged);
        Ok(())
    }

    /// Tells those who only read the library how its folders are followed.
    fn tell(&self) {
        if let Err(error) = told::tell(self.engine.library(), &self.engine.desk().states()) {
            // They say then that the folders wait for somebody who follows them.
            tracing::warn!("how folders are followed could not be written down: {}", error.kind());
        }
    }

    /// Sees whether a folder is still the directory that is followed, and whether it is time to scan it; true when it is followed in
    /// another way than before.
    fn look(&mut self, folder: &FolderId, settings: &settings::Watch) -> bool {
        let now = self.engine.now();
        let Some(followed) = self.folders.get_mut(folder) else { return false };
        if matches!(&followed.how, How::Told(following) if !following.is_told()) {
            (followed.how, followed.scan) = (How::Polled, now);
        }
        // A folder on a network is only looked at by its scans: a server that is away would hold up all others.
        // Watches may be lost unseen (a drive that was gone for a moment), so now and then they are set anew.
        let stale = matches!(followed.how, How::Told(_)) && now >= followed.scan;
        if (now >= followed.look || stale) && !matches!(followed.how, How::Polled) {
            let found = Identity::of(&followed.root);
            let first = followed.look == i64::MIN;
            followed.look = now + seconds(settings.poll_seconds);
            if first || stale || found != followed.identity {
                followed.identity = found;
                followed.how = if found.is_some() { follow(&self.engine, folder, &followed.root) } else { How::Away };
                // Who tells of changes asks for a scan as soon as everything is followed.
                followed.scan = if matches!(followed.how, How::Told(_)) { now + every(&followed.how, settings) } else { now };
            }
        }
        if now >= followed.scan {
            followed.scan = now + every(&followed.how, settings);
            self.engine.desk().wide(folder, Vec::new(), now);
        }
        let news = self.engine.desk().set_how(folder, followed.how.state());
        if news {
            self.engine.emit(Event::FoldersChanged);
        }
        news
    }

    /// Asks for the scans that are due. What cannot be asked for now is due again a little later.
    fn ask(&self, due: Vec<(FolderId, Due)>, now: i64) -> Result<()> {
        let scans: Vec<_> = due.into_iter().flat_map(|(folder, due)| scans(due).map(move |scan| (folder.clone(), scan))).collect();
        if scans.is_empty() {
            return Ok(());
        }
        let (ids, asked) = (Arc::clone(&self.engine.ports().ids), scans.clone());
        let taken = self.engine.write(move |catalog| {
            let take = |(folder, scan): &(FolderId, Scan)| -> Result<bool> {
                // One scan of a whole folder at a time; and the same job may be at work on what is already out of date.
                let busy = scan.paths.is_empty() && folders::is_scanned(catalog, folder)?;
                Ok(!busy && jobs::enqueue(catalog, &scan.job(folder), &ids.next(), now)?)
            };
            asked.iter().map(take).collect::<Result<Vec<_>>>()
        });
        let kept: Vec<_> = match &taken {
            Ok(taken) => scans.into_iter().zip(taken).filter(|(_, taken)| !**taken).map(|(scan, _)| scan).collect(),
            Err(_) => scans,
        };
        kept.into_iter().for_each(|(folder, scan)| self.keep(&folder, scan, now));
        let taken = taken?;
        if taken.contains(&true) {
            self.engine.tell(Default::default());
        }
        Ok(())
    }

    fn keep(&self, folder: &FolderId, scan: Scan, now: i64) {
        let desk = self.engine.desk();
        if scan.paths.is_empty() {
            let settle = desk.settle(folder).unwrap_or_default();
            return desk.wide(folder, scan.below, now + settle.max(pending::BEAT));
        }
        scan.paths.into_iter().for_each(|path| desk.later(folder, path, now));
    }

    fn until_due(&self, now: i64) -> Duration {
        let times = self.folders.values().flat_map(|followed| match followed.how {
            How::Told(_) | How::Away => [followed.look, followed.scan],
            How::Polled => [followed.scan; 2],
        });
        let next = times.chain(self.engine.desk().next()).min().unwrap_or(i64::MAX);
        let wait = u64::try_from(next.saturating_sub(now)).unwrap_or(0);
        Duration::from_millis(wait).clamp(Duration::from_millis(pending::BEAT.unsigned_abs()), Duration::from_secs(60))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.folders.keys().for_each(|folder| self.engine.desk().leave(folder));
        if let Err(error) = told::forget(self.engine.library()) {
            tracing::warn!("how folders were followed stays written down: {}", error.kind());
        }
    }
}

/// Asks the watcher to tell of changes; a folder of which it cannot is polled.
fn follow(engine: &Arc<Engine>, folder: &FolderId, root: &std::path::Path) -> How {
    if Medium::of(root) == Medium::Network {
        return How::Polled;
    }
    let (desk, clock, id) = (Arc::clone(engine.desk()), Arc::clone(&engine.ports().clock), folder.clone());
    match engine.ports().watcher.follow(root, Arc::new(move |hint| desk.hear(&id, hint, clock.now_ms()))) {
        Ok(following) => How::Told(following),
        Err(why) => {
            tracing::warn!(folder = folder.as_str(), code = why.code, "a folder cannot be followed and is scanned again and again");
            How::Polled
        }
    }
}

fn scans(due: Due) -> impl Iterator<Item = Scan> {
    let Due { complete, rested, below } = due;
    let named = |paths: Vec<_>, complete| (!paths.is_empty()).then(|| Scan { paths, complete, ..Scan::hinted() });
    [named(complete, true), named(rested, false), below.map(|below| Scan { below, ..Scan::hinted() })].into_iter().flatten()
}

/// Time between two scans of a whole folder.
fn every(how: &How, settings: &settings::Watch) -> i64 {
    match how {
        How::Told(_) | How::Away => seconds(settings.rescan_minutes.saturating_mul(60)),
        How::Polled => seconds(settings.poll_seconds),
    }
}

fn seconds(count: u32) -> i64 {
    i64::from(count) * 1000
}

impl Engine {
    /// Begins or ends to follow a folder that was added before. What was read stays.
    ///
    /// # Errors
    /// When there is no such folder, or the library is open for reading only.
    pub fn set_watched(&self, folder: &FolderId, watched: bool) -> Result<()> {
        let (folder, now) = (folder.clone(), self.now());
        self.write(move |catalog| match folders::watch(catalog, &folder, watched, now)? {
            true => Ok(()),
            false => Err(EngineError::not_found(folder.as_str())),
        })?;
        self.desk().change();
        self.emit(Event::FoldersChanged);
        Ok(())
    }

    /// How folders are followed by another process: nothing when this one writes, or nobody does.
    pub(crate) fn followed_elsewhere(&self) -> told::States {
        let somebody = self.writer().is_err() && is_held(self.library());
        if somebody { told::read(self.library()) } else { told::States::new() }
    }

    /// The same row, with how it is followed at the moment, here or elsewhere.
    pub(crate) fn followed(&self, row: FolderRow, elsewhere: &told::States) -> FolderRow {
        let watch = match self.desk().how(&row.id).or_else(|| elsewhere.get(&row.id).copied()) {
            _ if row.since.is_none() => WatchState::Off,
            _ if row.unavailable => WatchState::Unreachable,
            Some(how) => how,
            None => WatchState::Waiting,
        };
        FolderRow { watch, ..row }
    }
}
