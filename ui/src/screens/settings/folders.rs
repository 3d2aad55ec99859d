//! The folders: whether and how each is followed, and since when.

use crate::parts::icon::Icon;
use crate::parts::{watch, words};
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::command::Chosen;
use winnow_contract::status::{FolderRow, WatchState};

#[component]
pub fn Folders() -> impl IntoView {
    let store = store();
    let folders = Memo::new(move |_| store.status.with(|status| status.here().map(|status| status.folders.clone()).unwrap_or_default()));
    let rows = move || {
        let folders = folders.get();
        if folders.is_empty() {
            return view! { <p class="muted calm-line">"No folder was added yet. Drop one on the window, or add one here."</p> }.into_any();
        }
        folders.iter().map(|folder| row(store, folder)).collect_view().into_any()
    };
    view! {
        <section class="setting-group" aria-label="Folders" data-testid="settings-folders">
            <div class="section-head"><h2 class="section-heading">"Folders"</h2><span class="muted">"Winnow never changes what is in them."</span>
                <button class="button small" on:click=move |_| store.choose(Chosen::Folder)><Icon of=icondata_lu::LuFolderPlus/>"Add folder…"</button>
            </div>
            {rows}
        </section>
    }
}

fn row(store: Store, folder: &FolderRow) -> AnyView {
    let state = watch::state(folder);
    let (id, again) = (folder.id.clone(), folder.id.clone());
    let followed = folder.watch != WatchState::Off;
    let says = if followed { "Stop following" } else { "Follow" };
    let moment = |ms: &Option<String>| ms.as_deref().and_then(|ms| ms.parse().ok()).map(words::moment);
    let facts = [
        Some(words::counted(folder.assets, "file")),
        moment(&folder.since).filter(|_| followed).map(|day| format!("followed since {day}")),
        Some(moment(&folder.last_scan).map_or_else(|| "not looked through yet".to_owned(), |day| format!("looked through {day}"))),
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <div class="setting folder-setting" data-testid="folder-setting" data-state=state.as_str()>
            <div class="setting-words">
                <p class="folder-title"><span class="folder-icon"><Icon of=watch::icon(folder)/><span class=format!("watch-dot {state}") aria-hidden="true"></span></span><strong>{folder.name.clone()}</strong></p>
                <p class="mono breakable folder-path">{folder.path.clone()}</p>
                <p class:doubtful-words=state == WatchState::Unreachable>{watch::sentence(state)}</p>
                <p class="muted setting-default tabular">{facts}</p>
            </div>
            <div class="setting-control button-row">
                <button class="button small" data-testid="folder-watch" on:click=move |_| store.set_watched(id.clone(), !followed)>{says}</button>
                <button class="button small" data-testid="folder-scan" on:click=move |_| store.rescan(again.clone())><Icon of=icondata_lu::LuRefreshCw/>"Scan now"</button>
            </div>
        </div>
    }
    .into_any()
}
