//! Systems that follow a folder with all below it by themselves.
//!
//! Looks at nothing.

use super::{Hear, State, hints, is_lost, watcher};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::Path;
use std::sync::Arc;
use winnow_engine::ports::Hint;

/// Follows until it is dropped.
pub struct Follower {
    _watcher: RecommendedWatcher,
}

pub fn follow(folder: &Path, hear: Hear, state: Arc<State>) -> notify::Result<Follower> {
    let tell = Arc::clone(&hear);
    let mut watcher = watcher(move |event: notify::Result<Event>| match event {
        _ if state.is_over() => {}
        Ok(event) if is_lost(&event) => tell(Hint::Rescan),
        Ok(event) => hints(event).into_iter().for_each(|hint| tell(hint)),
        Err(error) => state.go_deaf(&error, &tell),
    })?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    hear(Hint::Rescan);
    Ok(Follower { _watcher: watcher })
}
