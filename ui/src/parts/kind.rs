//! The small marks: kind of content, state, what waits.

use super::icon::{Icon, IconData};
use super::words;
use leptos::prelude::*;
use winnow_contract::asset::{AssetRow, AssetState, MediaKind};

/// The icon of a kind of content.
pub fn kind_icon(kind: MediaKind) -> IconData {
    match kind {
        MediaKind::Text => icondata_lu::LuFileText,
        MediaKind::Table => icondata_lu::LuTable2,
        MediaKind::Web => icondata_lu::LuGlobe,
        MediaKind::Image => icondata_lu::LuImage,
        MediaKind::Pdf => icondata_lu::LuBook,
        MediaKind::Office => icondata_lu::LuNotebookText,
        MediaKind::Mail => icondata_lu::LuMail,
        MediaKind::Archive => icondata_lu::LuArchive,
        MediaKind::Sound => icondata_lu::LuAudioLines,
        MediaKind::Video => icondata_lu::LuFilm,
        MediaKind::Empty => icondata_lu::LuCircleDashed,
        MediaKind::Other => icondata_lu::LuFile,
    }
}

/// What became of an asset, in a word or two with an icon; nothing for one that was read.
pub fn state_mark(row: &AssetRow) -> AnyView {
    if row.busy {
        return view! { <span class="state busy"><span class="pulse" aria-hidden="true"></span>"Being read"</span> }.into_any();
    }
    mark_of(row.state, row.failure.as_ref().map(|words| words.sentence()))
}

/// The same of a state alone, and what is to be said of it.
pub fn mark_of(state: AssetState, says: Option<String>) -> AnyView {
    let icon = match state {
        AssetState::Ready => return ().into_any(),
        AssetState::Pending => icondata_lu::LuClock3,
        AssetState::Partial => icondata_lu::LuFileSearch,
        AssetState::Unread => icondata_lu::LuCircleDashed,
        AssetState::Locked => icondata_lu::LuLock,
        AssetState::Missing => icondata_lu::LuFileX,
        AssetState::Failed => icondata_lu::LuTriangleAlert,
    };
    view! {
        <span class="state" class:failed=state == AssetState::Failed title=says><Icon of=icon/>{words::state(state)}</span>
    }
    .into_any()
}

/// A dot in doubt colour where something waits for a person.
pub fn doubt_dot(open: u32) -> AnyView {
    if open == 0 {
        return ().into_any();
    }
    let says = format!("{} waiting for you", words::counted(open, "item"));
    view! { <span class="doubt-dot" role="img" aria-label=says.clone() title=says></span> }.into_any()
}
