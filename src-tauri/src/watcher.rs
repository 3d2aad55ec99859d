//! The engine's watcher over the system's own: inotify, FSEvents or ReadDirectoryChangesW, by the crate `notify`.
//!
//! Only hints. Reads no file, follows no link, and names no path in a log.

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Config, ErrorKind, Event, EventKind, RecommendedWatcher};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use winnow_contract::Words;
use winnow_engine::ports::{Following, Hint, Watcher};

#[cfg(target_os = "linux")]
mod tree;
#[cfg(not(target_os = "linux"))]
#[path = "watcher/whole.rs"]
mod tree;

/// The watcher of this system.
pub struct SystemWatcher;

type Hear = Arc<dyn Fn(Hint) + Send + Sync>;

impl Watcher for SystemWatcher {
    fn follow(&self, folder: &Path, hear: Hear) -> Result<Box<dyn Following>, Words> {
        let state = Arc::new(State::default());
        let follower = tree::follow(folder, hear, Arc::clone(&state)).map_err(|error| {
            tracing::warn!("no folder can be followed: {}", plain(&error));
            Words::new("no_watcher")
        })?;
        Ok(Box::new(Followed { state, _follower: follower }))
    }
}

/// What the watching threads and the engine share.
#[derive(Default)]
struct State {
    /// The system does not tell of everything (no watches are left).
    deaf: AtomicBool,
    /// Hints were lost, and with them perhaps new directories.
    lost: AtomicBool,
    over: AtomicBool,
}

impl State {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// From now on the folder has to be scanned again and again.
    fn go_deaf(&self, error: &notify::Error, hear: &Hear) {
        if !self.deaf.swap(true, Ordering::SeqCst) {
            tracing::warn!("a folder cannot be followed any more: {}", plain(error));
        }
        hear(Hint::Rescan);
    }
}

struct Followed {
    state: Arc<State>,
    _follower: tree::Follower,
}

impl Following for Followed {
    fn is_told(&self) -> bool {
        !self.state.deaf.load(Ordering::SeqCst)
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::SeqCst);
    }
}

/// Without paths, which do not belong into a log.
fn plain(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::Generic(text) => text.clone(),
        ErrorKind::Io(error) => error.kind().to_string(),
        ErrorKind::PathNotFound => "a folder is not there".to_owned(),
        ErrorKind::WatchNotFound => "a watch is not there".to_owned(),
        ErrorKind::InvalidConfig(_) => "a setting is not known".to_owned(),
        ErrorKind::MaxFilesWatch => "the system has no watches left".to_owned(),
    }
}

fn watcher(handle: impl notify::EventHandler) -> notify::Result<RecommendedWatcher> {
    notify::Watcher::new(handle, Config::default().with_follow_symlinks(false))
}

/// True when an event says that events were lost.
fn is_lost(event: &Event) -> bool {
    event.need_rescan()
}

/// What an event hints at, for each of its paths.
fn hints(event: Event) -> Vec<Hint> {
    let hint: fn(std::path::PathBuf) -> Hint = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Hint::Complete,
        // The two ends of a rename come by themselves.
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return Vec::new(),
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => Hint::Touched,
    };
    event.paths.into_iter().map(hint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{CreateKind, DataChange, Flag, MetadataKind, RemoveKind};

    #[test]
    fn what_an_event_hints_at() {
        let check = |kind: EventKind, expected: Option<fn(std::path::PathBuf) -> Hint>| {
            let found = hints(Event::new(kind).add_path("/a".into()));
            assert_eq!(found, expected.map(|hint| hint("/a".into())).into_iter().collect::<Vec<_>>(), "{kind:?}");
        };
        check(EventKind::Create(CreateKind::File), Some(Hint::Touched));
        check(EventKind::Modify(ModifyKind::Data(DataChange::Any)), Some(Hint::Touched));
        check(EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), Some(Hint::Touched));
        check(EventKind::Modify(ModifyKind::Name(RenameMode::From)), Some(Hint::Touched));
        check(EventKind::Modify(ModifyKind::Name(RenameMode::Any)), Some(Hint::Touched));
        check(EventKind::Modify(ModifyKind::Name(RenameMode::To)), Some(Hint::Complete));
        check(EventKind::Modify(ModifyKind::Name(RenameMode::Both)), None);
        check(EventKind::Remove(RemoveKind::Folder), Some(Hint::Touched));
        check(EventKind::Access(AccessKind::Close(AccessMode::Write)), Some(Hint::Complete));
        check(EventKind::Access(AccessKind::Open(AccessMode::Any)), None);
        assert!(is_lost(&Event::new(EventKind::Other).set_flag(Flag::Rescan)));
    }
}
