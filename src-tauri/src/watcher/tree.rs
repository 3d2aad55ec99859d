//! Linux: a watch on each directory, set by a thread of its own, which goes through what is new before it says so.
//!
//! inotify watches one directory, not what is below it. What `notify` does about that by itself loses files that are written
//! between the making of a directory and its watch, and stops at the first directory that may not be read.

use super::{Hear, State, hints, is_lost, watcher};
use notify::event::{CreateKind, ModifyKind, RenameMode};
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use winnow_engine::ports::Hint;

/// New directories that may wait for their watch; when there are more, all are gone through.
const WAITING: usize = 4096;

/// The thread that sets watches; it ends when this is dropped.
pub struct Follower(SyncSender<New>);

enum New {
    /// A directory that was made, or moved into place.
    Folder(PathBuf),
    /// Hints were lost: any directory may be new.
    Lost,
    /// Nothing more is wanted.
    Over,
}

pub fn follow(folder: &Path, hear: Hear, state: Arc<State>) -> notify::Result<Follower> {
    let (tell, told) = sync_channel(WAITING);
    let (new, handle, shared) = (tell.clone(), Arc::clone(&hear), Arc::clone(&state));
    let watcher = watcher(move |event: notify::Result<Event>| match event {
        Ok(event) => pass_on(event, &new, &handle, &shared),
        Err(error) => shared.go_deaf(&error, &handle),
    })?;
    let tree = Tree { root: folder.to_owned(), watcher, hear, state };
    std::thread::Builder::new().name("winnow-folders".to_owned()).spawn(move || tree.run(&told)).map_err(notify::Error::io)?;
    Ok(Follower(tell))
}

impl Drop for Follower {
    fn drop(&mut self) {
        // A full queue ends the thread too: it looks whether it is over before each directory.
        drop(self.0.try_send(New::Over));
    }
}

fn pass_on(event: Event, new: &SyncSender<New>, hear: &Hear, state: &State) {
    let folders = folders(&event);
    if is_lost(&event) {
        return send(new, New::Lost, state);
    }
    if folders.is_empty() {
        return hints(event).into_iter().for_each(|hint| hear(hint));
    }
    folders.into_iter().for_each(|folder| send(new, New::Folder(folder), state));
}

fn send(new: &SyncSender<New>, told: New, state: &State) {
    if let Err(TrySendError::Full(_)) = new.try_send(told) {
        state.lost.store(true, Ordering::SeqCst);
    }
}

/// The directories that an event says are new.
fn folders(event: &Event) -> Vec<PathBuf> {
    let moved = || event.paths.iter().filter(|path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())).cloned().collect();
    match event.kind {
        EventKind::Create(CreateKind::Folder) => event.paths.clone(),
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => moved(),
        EventKind::Any | EventKind::Access(_) | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => {
            Vec::new()
        }
    }
}

struct Tree {
    root: PathBuf,
    watcher: RecommendedWatcher,
    hear: Hear,
    state: Arc<State>,
}

impl Tree {
    fn run(mut self, told: &Receiver<New>) {
        let mut new = New::Lost;
        while !self.state.is_over() {
            let (folder, hint) = match new {
                New::Folder(folder) => (folder.clone(), Hint::Complete(folder)),
                New::Lost => (self.root.clone(), Hint::Rescan),
                New::Over => return,
            };
            if let Err(error) = self.watch(folder) {
                return self.state.go_deaf(&error, &self.hear);
            }
            // Said when the watches stand: who looks now misses nothing.
            (self.hear)(hint);
            let Ok(next) = told.recv() else { return };
            new = if self.state.lost.swap(false, Ordering::SeqCst) { New::Lost } else { next };
        }
    }

    /// Watches a directory and all below. One that is gone or may not be read is left out.
    fn watch(&mut self, folder: PathBuf) -> notify::Result<()> {
        let mut open = vec![folder];
        while let Some(folder) = open.pop() {
            if self.state.is_over() {
                return Ok(());
            }
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => return Err(error),
                Ok(()) | Err(_) => {}
            }
            // Listed after it is watched, so that what is made meanwhile is either listed or told.
            let entries = fs_err::read_dir(&folder).into_iter().flatten().flatten();
            open.extend(entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()));
        }
        Ok(())
    }
}
