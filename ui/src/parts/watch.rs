//! How a folder is followed, as an icon and in words.

use super::icon::IconData;
use winnow_contract::status::{FolderRow, WatchState};

/// The icon of a folder.
pub fn icon(folder: &FolderRow) -> IconData {
    match state(folder) {
        WatchState::Unreachable => icondata_lu::LuFolderX,
        WatchState::Off | WatchState::Following | WatchState::Polled | WatchState::Waiting => icondata_lu::LuFolder,
    }
}

/// Its state; what could not be reached at the last scan cannot be followed either.
pub fn state(folder: &FolderRow) -> WatchState {
    if folder.unavailable { WatchState::Unreachable } else { folder.watch }
}

/// The state in two or three words.
pub fn short(state: WatchState) -> &'static str {
    match state {
        WatchState::Off => "not followed",
        WatchState::Following => "followed",
        WatchState::Polled => "looked through again and again",
        WatchState::Unreachable => "cannot be reached",
        WatchState::Waiting => "to be followed",
    }
}

/// The state as a sentence.
pub fn sentence(state: WatchState) -> &'static str {
    match state {
        WatchState::Off => "Not followed. It is read again when you ask for it.",
        WatchState::Following => "Followed. What is added, changed or moved is noticed at once.",
        WatchState::Polled => "Looked through again and again, because the system does not tell of changes here.",
        WatchState::Unreachable => {
            "It cannot be reached at the moment. What was known of it is kept, and it is followed again when it is back."
        }
        WatchState::Waiting => "To be followed; that begins in a moment.",
    }
}
