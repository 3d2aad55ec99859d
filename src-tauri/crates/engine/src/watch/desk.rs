//! Where hints arrive and wait until the watch takes them up: shared by the watchers' threads, the scans and the watch.
//!
//! Looks at no file. Leaves out what is ignored, so that a busy cache folder costs nothing.

use super::pending::{Due, Pending};
use super::told::States;
use crate::extract::walk::Ignore;
use crate::paths;
use crate::ports::Hint;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use winnow_contract::id::FolderId;
use winnow_contract::status::WatchState;

/// Hints of every folder that is followed.
#[derive(Default)]
pub struct Desk {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    seats: BTreeMap<FolderId, Seat>,
    /// The list of watched folders or a setting may have changed.
    changed: bool,
    /// Until when the watch rests.
    wake: i64,
}

/// One folder that is followed.
struct Seat {
    root: PathBuf,
    how: WatchState,
    settle: i64,
    ignore: Ignore,
    pending: Pending,
}

impl Desk {
    /// A folder is followed from now on, or its settings have changed. Times are milliseconds.
    pub fn seat(&self, folder: &FolderId, root: &Path, settle: i64, ignore: Ignore) {
        let mut state = self.lock();
        let before = state.seats.remove(folder);
        let (how, pending) = before.map_or((WatchState::Waiting, Pending::new(settle)), |seat| (seat.how, seat.pending));
        let pending = pending.settling(settle);
        state.seats.insert(folder.clone(), Seat { root: root.to_owned(), how, settle, ignore, pending });
    }

    /// A folder is not followed any more.
    pub fn leave(&self, folder: &FolderId) {
        self.lock().seats.remove(folder);
    }

    /// How a folder is followed; true when that is news.
    pub fn set_how(&self, folder: &FolderId, how: WatchState) -> bool {
        self.lock().seats.get_mut(folder).is_some_and(|seat| std::mem::replace(&mut seat.how, how) != how)
    }

    /// How a folder is followed; none when nobody follows it.
    pub fn how(&self, folder: &FolderId) -> Option<WatchState> {
        self.lock().seats.get(folder).map(|seat| seat.how)
    }

    /// How each folder is followed.
    pub fn states(&self) -> States {
        self.lock().seats.iter().map(|(folder, seat)| (folder.clone(), seat.how)).collect()
    }

    /// Milliseconds for which a file must have been left alone before it is read; none when nobody follows the folder, and so
    /// nobody would look again.
    pub fn settle(&self, folder: &FolderId) -> Option<i64> {
        self.lock().seats.get(folder).map(|seat| seat.settle)
    }

    /// Takes a watcher's hint.
    pub fn hear(&self, folder: &FolderId, hint: Hint, now: i64) {
        let mut state = self.lock();
        let Some(seat) = state.seats.get_mut(folder) else { return };
        match hint {
            Hint::Rescan => seat.pending.everything(now),
            Hint::Touched(path) => match seat.relative(&path) {
                Some(path) if path.is_empty() => seat.pending.everything(now),
                Some(path) => seat.pending.touched(path, now),
                None => return,
            },
            Hint::Complete(path) => match seat.relative(&path) {
                Some(path) if path.is_empty() => seat.pending.everything(now),
                Some(path) => seat.pending.complete(path, now),
                None => return,
            },
        }
        if seat.pending.next().is_some_and(|due| due < state.wake) {
            self.bell.notify_all();
        }
    }

    /// A path has to be looked at again, when it was left alone.
    pub fn later(&self, folder: &FolderId, path: Vec<u8>, now: i64) {
        self.with(folder, |seat| seat.pending.touched(path, now));
    }

    /// Everything below a path has to be looked at, once the time has come.
    pub fn wide(&self, folder: &FolderId, below: Vec<u8>, due: i64) {
        self.with(folder, |seat| seat.pending.wide(below, due));
    }

    fn with(&self, folder: &FolderId, change: impl FnOnce(&mut Seat)) {
        if let Some(seat) = self.lock().seats.get_mut(folder) {
            change(seat);
        }
        self.bell.notify_all();
    }

    /// Hands out what is due.
    pub fn take(&self, now: i64) -> Vec<(FolderId, Due)> {
        let mut state = self.lock();
        let due = state.seats.iter_mut().map(|(folder, seat)| (folder.clone(), seat.pending.take(now)));
        due.filter(|(_, due)| *due != Due::default()).collect()
    }

    /// When something is due next.
    pub fn next(&self) -> Option<i64> {
        self.lock().next()
    }

    /// Says that the watched folders or the settings may have changed.
    pub fn change(&self) {
        self.lock().changed = true;
        self.bell.notify_all();
    }

    /// True once after a change.
    pub fn take_change(&self) -> bool {
        std::mem::take(&mut self.lock().changed)
    }

    /// Rests for `time`, or until the folders change, something is due before that and before all else, or `over` holds.
    pub fn rest(&self, time: Duration, until: i64, over: impl Fn() -> bool) {
        let mut state = self.lock();
        let wake = state.next().map_or(until, |due| due.min(until));
        state.wake = wake;
        let waits = |state: &mut State| !state.changed && !over() && state.next().is_none_or(|due| due >= wake);
        drop(self.bell.wait_timeout_while(state, time, waits));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&self) -> Option<i64> {
        self.seats.values().filter_map(|seat| seat.pending.next()).min()
    }
}

impl Seat {
    /// A path inside the folder, in the form that scans take; none for what is outside or left out. Empty for the folder itself.
    fn relative(&self, path: &Path) -> Option<Vec<u8>> {
        let relative = path.strip_prefix(&self.root).ok()?;
        let kept = relative.components().all(|part| !self.ignore.leaves_out(Path::new(part.as_os_str())));
        (kept && !self.ignore.is_library(path)).then(|| paths::to_bytes(relative))
    }
}
